# SPDX-License-Identifier: GPL-3.0-or-later
"""One artist's visit to Blender, in a process of its own: install the zip, make an object, keep it, uninstall.

    PYTHON visit.py settings.json     settings: see `Settings` in test_zip_in_blender.py

Writes what it saw to `facts.json` in the settings' folder. A process of its own, since the extension must come from
the zip (other tests register the checkout) and since some Blenders crash when Python ends after a glTF export.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(sys.argv[1]).parent
SETTINGS: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
os.environ["BLENDER_USER_RESOURCES"] = str(FOLDER / "user")  # before bpy comes in: it reads this once

import bpy  # noqa: E402

PACKAGE = "bl_ext.user_default.triposr"
CURSOR = (1.0, -2.0, 0.5)
HEIGHT = 1.7
DECIMATE_RATIO = 0.25
RESOLUTION = 128
Facts = dict[str, Any]


def install() -> Facts:
    """Install and enable, as Preferences > Get Extensions > Install from Disk does."""
    bpy.ops.extensions.package_install_files(filepath=SETTINGS["zip"], repo="user_default", enable_on_install=True)
    bpy.context.preferences.addons[PACKAGE].preferences.worker_python = SETTINGS["worker_python"]
    return {
        "enabled": PACKAGE in bpy.context.preferences.addons,
        "has_settings": hasattr(bpy.types.Scene, "triposr"),
        "files": sorted(str(path.relative_to(extension_folder())) for path in extension_folder().rglob("*.*")),
    }


def extension_folder() -> Path:
    """Where Blender unpacks the zip."""
    return Path(bpy.utils.user_resource("EXTENSIONS", path="user_default")) / "triposr"


def data_folder() -> Path:
    """Where the extension may keep data."""
    return Path(bpy.utils.user_resource("EXTENSIONS")) / ".user" / "user_default" / "triposr"


def new_scene() -> None:
    """An empty scene with the cursor somewhere, and the settings of this visit."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.cursor.location = CURSOR
    scene.triposr.image_path = SETTINGS["picture"]
    scene.triposr.resolution, scene.triposr.height = RESOLUTION, HEIGHT
    scene.triposr.decimate_ratio = DECIMATE_RATIO
    for name, value in SETTINGS["scene"].items():
        setattr(scene.triposr, name, value)


def failure() -> Facts:
    """A picture that is none: the artist's sentence, and no object."""
    new_scene()
    empty = FOLDER / "empty.png"
    empty.touch()
    bpy.context.scene.triposr.image_path = str(empty)
    said = ""
    try:
        bpy.ops.triposr.generate()
    except RuntimeError as fault:
        said = str(fault)
    return {"said": said, "objects": len(bpy.data.objects)}


def generate() -> Facts:
    """The operator, from the failure before in the same worker; its undo step."""
    new_scene()
    bpy.ops.ed.undo_push(message="before")
    outcome = bpy.ops.triposr.generate("EXEC_DEFAULT", True)
    names = [thing.name for thing in bpy.data.objects]
    bpy.ops.ed.undo()
    undone = len(bpy.data.objects)
    bpy.ops.ed.redo()
    return {"outcome": list(outcome), "objects": names, "after_undo": undone, "after_redo": len(bpy.data.objects)}


def the_object() -> Facts:
    """The object in the open file: shape, place, colours, material, modifier, provenance."""
    thing = next(iter(bpy.data.objects))
    mesh = thing.data
    points = np.empty((len(mesh.vertices), 3), np.float32)
    mesh.vertices.foreach_get("co", points.ravel())
    layer = mesh.color_attributes.active_color
    colours = np.empty((len(layer.data), 4), np.float32)
    layer.data.foreach_get("color_srgb", colours.ravel())
    np.savez(FOLDER / "object.npz", points=points, colours=colours[:, :3])
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return {
        "name": thing.name,
        "location": list(thing.location),
        "rotation": list(thing.rotation_euler),
        "scale": list(thing.scale),
        "low": points.min(0).tolist(),
        "high": points.max(0).tolist(),
        "triangles": len(mesh.polygons),
        "evaluated_triangles": len(evaluated.polygons),
        "smooth": not any(attribute.name == "sharp_face" for attribute in mesh.attributes),
        "colour_type": [layer.data_type, layer.domain],
        "modifiers": [[modifier.type, modifier.ratio] for modifier in thing.modifiers],
        "material": material_of(thing),
        "selected": thing.select_get(),
        "active": bpy.context.view_layer.objects.active == thing,
        "properties": {key: plain(value) for key, value in thing.items() if key.startswith("triposr")},
    }


def plain(value: object) -> object:
    """A custom property as JSON has it."""
    return value.to_dict() if hasattr(value, "to_dict") else value


def material_of(thing: Any) -> Facts:
    """What feeds the base colour of the object's material."""
    material = thing.active_material
    surface = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    source = surface.inputs["Base Color"].links[0].from_node
    return {
        "node": source.bl_idname,
        "layer": source.layer_name,
        "roughness": surface.inputs["Roughness"].default_value,
    }


def save_and_reopen() -> Facts:
    """A .blend keeps all of it."""
    blend = FOLDER / "object.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    new_scene()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    return the_object()


def export() -> Facts:
    """A .glb for a game engine."""
    bpy.ops.export_scene.gltf(filepath=str(FOLDER / "object.glb"))
    return {"bytes": (FOLDER / "object.glb").stat().st_size}


def uninstall() -> Facts:
    """Remove it, as Preferences > Add-ons > Uninstall does."""
    data_before = data_folder().exists()
    repositories = [repository.module for repository in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repositories.index("user_default"), pkg_id="triposr")
    return {
        "had_data": data_before,
        "enabled": PACKAGE in bpy.context.preferences.addons,
        "has_settings": hasattr(bpy.types.Scene, "triposr"),
        "has_operator": "generate" in dir(bpy.ops.triposr),
        "folder": extension_folder().exists(),
        "data_folder": data_folder().exists(),
        "modules": sorted(name for name in sys.modules if name.startswith(PACKAGE)),
        "children": children(),
    }


def children() -> list[str]:
    """The commands of this process's children that still live (Linux only; elsewhere nothing is seen)."""
    mine, commands = str(os.getpid()), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if parent == mine:
                commands.append(process.joinpath("cmdline").read_text().replace("\0", " "))
        except OSError:  # it ended while we looked
            continue
    return commands


def look_at_file() -> Facts:
    """Another Blender's file, here without the extension."""
    bpy.ops.wm.open_mainfile(filepath=SETTINGS["open"])
    return the_object()


WHOLE_VISIT = (install, failure, generate, the_object, export, save_and_reopen, uninstall)


def main() -> int:
    """Every step's facts under its name; a step that raises ends the visit."""
    facts: Facts = {"blender": list(bpy.app.version)}
    try:
        for step in (look_at_file,) if "open" in SETTINGS else WHOLE_VISIT:
            facts[step.__name__] = step()
    except Exception:  # noqa: BLE001  # the test that reads the facts fails with the whole story
        facts["fault"] = traceback.format_exc()
    (FOLDER / "facts.json").write_text(json.dumps(facts, indent=1))
    return "fault" in facts


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # 4.2 crashes in Python's own ending after a glTF export, when all the work is done
