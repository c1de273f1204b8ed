# SPDX-License-Identifier: GPL-3.0-or-later
"""Bake textures in Blender, from a picture by the built-in model: time, likeness to the field, seams.

BLENDER_PYTHON -m benchmarks.textures PICTURE --worker-python PYTHON [--pictures OUT] [--json FILE]

BLENDER_PYTHON has Blender as a module. Twice: in the model's own colours, and in stripes one texel of its planes wide.
With --pictures, Cycles draws the object in each state; both fields' colours per vertex are drawn for comparison.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
EXTENSION = "bl_ext.user_default.triposr"
TRIANGLES = 5000
SIZES = ("1024", "2048")
PATTERN = (
    "import sys, pathlib, torch; from benchmarks.patterned_field import patterned; "
    "from triposr_addon.worker.field import load_field; "
    "patterned(load_field(pathlib.Path(sys.argv[1]), torch.device('cpu'))).save(pathlib.Path(sys.argv[2]))"
)
"""Run by the worker's Python: Blender's has no PyTorch."""


def main() -> int:
    """Run all of it; what is measured goes to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, help="what the object is made of")
    parser.add_argument("--worker-python", type=Path, required=True, help="a Python with PyTorch")
    parser.add_argument("--pictures", type=Path, help="a folder for what Cycles draws")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = Bakes(options, Path(folder)).run()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


class Bakes:
    """One Blender, one object."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._bpy = blender_with_the_extension(folder / "home")
        preferences = self._bpy.context.preferences.addons[EXTENSION].preferences
        preferences.worker_python, preferences.device = str(options.worker_python), "cpu"
        preferences.data_folder = str(folder / "data")

    def run(self) -> dict[str, dict[str, float]]:
        """The figures by field, size and what else was baked."""
        self._make_object()
        self._draw("plain_vertices")
        figures = {f"plain {size}": self._baked(size=size) for size in SIZES}
        self._draw("plain_texture")
        figures["plain 1024, normal map"] = self._baked(size="1024", normal_map=True)
        self._draw("plain_normal_map")
        figures["plain 1024, photo"] = self._baked(size="1024", normal_map=False, photo=True)
        self._draw("plain_photo")
        self._take_pattern()
        self._draw("pattern_vertices")
        figures |= {f"pattern {size}": self._baked(size=size, photo=False) for size in SIZES}
        self._draw("pattern_texture")
        return figures

    def _room(self, name: str) -> Any:
        """A module of the extension under the name that it has inside Blender."""
        return importlib.import_module(f"{EXTENSION}.triposr_addon.blender.{name}")

    def _make_object(self) -> None:
        bpy = self._bpy
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        bpy.context.scene.triposr.image_path = str(self._options.picture.absolute())
        bpy.ops.triposr.generate()
        modifier = bpy.context.object.modifiers.new("Budget", "DECIMATE")
        modifier.ratio = TRIANGLES / len(bpy.context.object.data.polygons)
        for each in [*bpy.context.object.modifiers]:
            bpy.ops.object.modifier_apply(modifier=each.name)

    def _baked(self, **wished: Any) -> dict[str, float]:
        settings = self._bpy.context.scene.triposr_asset.texture
        for name, value in wished.items():
            setattr(settings, name, value)
        began, before = time.monotonic(), self._worker_seconds()
        self._bpy.ops.triposr.bake_texture()
        figures = dict(self._bpy.context.object.data["triposr_texture"].to_dict())
        figures["button_seconds"] = round(time.monotonic() - began, 2)
        figures["worker_cpu_seconds"] = round(self._worker_seconds() - before, 2)
        print(json.dumps({**wished, **figures}), flush=True)
        return figures

    def _worker_seconds(self) -> float:
        """Of processor time that the worker has taken, where Linux tells."""
        worker = self._room("session").current().worker_or_none()
        stat = Path(f"/proc/{worker.pid}/stat") if worker is not None else Path()
        if not stat.is_file():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _take_pattern(self) -> None:
        """The object's field with another field's colours, also at its vertices."""
        carrier, living = self._room("field_carrier"), self._room("living_record")
        mesh, paths = self._bpy.context.object.data, (self._folder / "plain", self._folder / "pattern")
        paths[0].write_bytes(carrier.field_bytes(mesh))
        command = [str(self._options.worker_python), "-c", PATTERN, *map(str, paths)]
        subprocess.run(command, check=True, cwd=CHECKOUT, timeout=120)
        data, record = paths[1].read_bytes(), living.record_or_none(mesh)
        place = living.placement_now(mesh)
        carrier.drop(mesh)
        carrier.keep_inside(mesh, "pattern", data)
        living.write_record(mesh, living.LivingRecord(place, record.settings, carrier.fingerprint(data)))
        self._bpy.ops.triposr.show_colours()
        self._bpy.ops.triposr.colour_from_field()

    def _draw(self, name: str) -> None:
        if self._options.pictures is None:
            return
        bpy, scene = self._bpy, self._bpy.context.scene
        if scene.camera is None:
            _light(bpy)
        scene.render.filepath = str(self._options.pictures.absolute() / f"{name}.png")
        bpy.ops.render.render(write_still=True)


def blender_with_the_extension(home: Path) -> Any:
    """Blender as a module, with this checkout as its extension."""
    os.environ["BLENDER_USER_RESOURCES"] = str(home)
    blender = importlib.import_module("bpy")
    extensions = Path(blender.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(CHECKOUT, target_is_directory=True)
    blender.ops.preferences.addon_enable(module=EXTENSION)
    return blender


def _light(bpy: Any) -> None:
    """A camera in front, an even sky and a lamp."""
    scene, thing = bpy.context.scene, bpy.context.object
    size = max(thing.dimensions)
    middle = thing.dimensions.z / 2.0
    camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    camera.location = (0.55 * size, -1.75 * size, middle + 0.75 * size)
    camera.rotation_euler = (math.radians(68), 0.0, math.radians(17.4))
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 2.0, (math.radians(50), 0.0, math.radians(-35))
    for each in (camera, sun):
        scene.collection.objects.link(each)
    scene.camera, scene.world = camera, bpy.data.worlds.new("sky")
    scene.world.color = (0.7, 0.7, 0.7)
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 16, "CPU"
    scene.cycles.use_denoising, scene.view_settings.view_transform = False, "Standard"
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.resolution_x = scene.render.resolution_y = 400
    scene.render.film_transparent = True
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the module's own way out can crash
