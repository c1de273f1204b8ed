# SPDX-License-Identifier: GPL-3.0-or-later
"""The states that Blender may be in when one of our buttons is pressed. Each is a function that brings it about.

A situation gets a World and may give a dictionary for `temp_override`. A new one is a function with @situation.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tests.blender.catalogue.conftest import Shelf
from tests.blender.states.world import SITUATIONS, World, situation
from triposr_addon.worker.mesh_file import Mesh


def _mode(name: str, mode: str) -> None:
    def of_ours(world: World) -> None:
        thing = world.living()
        if mode == "PARTICLE_EDIT":
            thing.modifiers.new("hair", "PARTICLE_SYSTEM").particle_system.settings.type = "HAIR"
        world.bpy.ops.object.mode_set(mode=mode)

    SITUATIONS[f"ours in {name}"] = of_ours


for _name in ("EDIT", "SCULPT", "VERTEX_PAINT", "WEIGHT_PAINT", "TEXTURE_PAINT", "PARTICLE_EDIT"):
    _mode(_name.lower().replace("_", " "), _name)


OLD_NAMES = {
    ("GREASEPENCIL", "EDIT"): ("GPENCIL", "EDIT_GPENCIL"),
    ("GREASEPENCIL", "PAINT_GREASE_PENCIL"): ("GPENCIL", "PAINT_GPENCIL"),
}
"""Of Blender 4.2."""


def _other(kind: str, mode: str) -> None:
    def another(world: World) -> None:
        world.living()
        world.bpy.ops.object.select_all(action="DESELECT")
        old = world.bpy.app.version < (4, 3, 0)
        type_now, mode_now = OLD_NAMES.get((kind, mode), (kind, mode)) if old else (kind, mode)
        world.bpy.ops.object.add(type=type_now)
        if mode != "OBJECT":
            world.bpy.ops.object.mode_set(mode=mode_now)

    SITUATIONS[f"active {kind.lower()} in {mode.lower()}"] = another


for _kind, _mode_name in (
    *((kind, "EDIT") for kind in ("MESH", "CURVE", "SURFACE", "META", "FONT", "LATTICE", "ARMATURE", "GREASEPENCIL")),
    *((kind, "OBJECT") for kind in ("MESH", "CURVES", "POINTCLOUD", "VOLUME", "EMPTY", "LIGHT", "LIGHT_PROBE")),
    *((kind, "OBJECT") for kind in ("CAMERA", "SPEAKER")),
    ("ARMATURE", "POSE"),
    ("GREASEPENCIL", "PAINT_GREASE_PENCIL"),
    ("CURVES", "SCULPT_CURVES"),
):
    _other(_kind, _mode_name)


@situation
def an_empty_file(_world: World) -> None:
    """No object at all."""


@situation
def factory_start(world: World) -> None:
    """The cube, the light, the camera."""
    world.bpy.ops.wm.read_homefile(use_factory_startup=True)
    world.bpy.context.scene.triposr.image_path = str(world.folder / "good.png")


@situation
def an_object_of_ours(world: World) -> None:
    """Where everything should work."""
    world.living()


@situation
def nothing_selected(world: World) -> None:
    """Active, but not selected."""
    world.living().select_set(False)


@situation
def hidden(world: World) -> None:
    """Hidden in the viewport, and still active."""
    world.living().hide_set(True)


@situation
def in_an_excluded_collection(world: World) -> None:
    """Both the object and the place where new ones would go."""
    thing, here = world.living(), world.bpy.context.view_layer
    away = world.bpy.data.collections.new("away")
    world.bpy.context.scene.collection.children.link(away)
    away.objects.link(thing)
    world.bpy.context.scene.collection.objects.unlink(thing)
    here.active_layer_collection = here.layer_collection.children["away"]
    here.layer_collection.children["away"].exclude = True


def _library(world: World) -> Path:
    world.living()
    path = world.folder / "library.blend"
    world.bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    world.bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return path


def _linked(world: World) -> Any:
    path = str(_library(world))  # first: opening a file makes bpy.data another one
    with world.bpy.data.libraries.load(path, link=True) as (there, here):
        here.objects = list(there.objects)
    thing = here.objects[0]
    world.bpy.context.scene.collection.objects.link(thing)
    world.bpy.context.view_layer.objects.active = thing
    thing.select_set(True)
    return thing


@situation
def linked_from_a_library(world: World) -> None:
    """Object and mesh are another file's."""
    _linked(world)


@situation
def overridden(world: World) -> None:
    """The object is overridden here, the mesh still another file's."""
    thing = _linked(world).override_create(remap_local_usages=True)
    world.bpy.context.view_layer.objects.active = thing


@situation
def a_library_that_is_gone(world: World) -> None:
    """The file opens with a missing library."""
    _linked(world)
    path = str(world.folder / "linking.blend")
    world.bpy.ops.wm.save_as_mainfile(filepath=path)
    (world.folder / "library.blend").unlink()
    world.bpy.ops.wm.open_mainfile(filepath=path)


@situation
def a_linked_scene(world: World) -> None:
    """The scene itself, with our settings, is another file's."""
    path = str(_library(world))  # first: opening a file makes bpy.data another one
    with world.bpy.data.libraries.load(path, link=True) as (there, here):
        here.scenes = list(there.scenes)
    world.bpy.context.window.scene = here.scenes[0]


@situation
def a_folder_that_is_gone(world: World) -> None:
    """The .blend was saved in a folder that somebody deleted: nothing can be written beside it."""
    world.living()
    folder = world.folder / "gone"
    folder.mkdir(exist_ok=True)
    world.bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"))
    (folder / "scene.blend").unlink()
    folder.rmdir()


@situation
def a_data_folder_that_is_a_file(world: World) -> None:
    """Nothing of ours can be written."""
    world.living()
    (world.folder / "no folder").write_text("a file")
    world.session.preferences().data_folder = str(world.folder / "no folder")


@situation
def no_environment(world: World) -> None:
    """Before the installation."""
    world.living()
    world.session.preferences().worker_python = ""


@situation
def a_broken_record(world: World) -> None:
    """Somebody wrote nonsense into our custom properties."""
    thing = world.living()
    thing.data["triposr_living"] = {"placement": "nonsense", "settings": 7}
    thing["triposr_recipe"] = {"resolution": "many", "background": 7, "model": "", "height": -1.0}
    thing["triposr_settings"] = {"resolution": "many"}
    thing["triposr_image"] = 3


@situation
def a_lost_field(world: World) -> None:
    """Somebody deleted the text that carries it."""
    world.bpy.data.texts.remove(world.living().data["triposr_field"])


@situation
def a_field_of_nonsense(world: World) -> None:
    """The carrier's property is a number."""
    world.living().data["triposr_field"]["triposr_field"] = 7


@situation
def a_mesh_without_vertices(world: World) -> None:
    """Somebody deleted all of it."""
    world.living().data.clear_geometry()


@situation
def scaled_to_nothing(world: World) -> None:
    """A matrix that can't be inverted."""
    world.living().scale = (0.0, 0.0, 0.0)


@situation
def no_picture(world: World) -> None:
    """The path is empty."""
    world.bpy.context.scene.triposr.image_path = ""


@situation
def a_picture_that_is_gone(world: World) -> None:
    """The path is of no file."""
    world.bpy.context.scene.triposr.image_path = str(world.folder / "gone.png")


@situation
def a_render_and_an_image(world: World) -> None:
    """Images without pixels, and one that is a render's."""
    world.bpy.data.images.new("Render Result", 1, 1)
    world.bpy.data.images.load(str(world.folder / "good.png"))


@situation
def a_job_under_way(world: World) -> None:
    """It waits behind nothing, and is not over."""
    world.living()
    world.begin("good.png")
    world.session.tick()


@situation
def a_job_that_failed(world: World) -> None:
    """Nothing was taken in yet."""
    job = world.begin("reports-failure.png")
    world.tick_until(lambda: world.session.queue.view(job).state.over)


@situation
def a_finished_object_that_waits(world: World) -> None:
    """Over, and not in the scene."""
    job = world.begin("good.png")
    world.tick_until(lambda: world.session.queue.view(job).state.over)


@situation
def the_jobs_scene_deleted(world: World) -> None:
    """What is ordered has lost its scene."""
    job, scene = world.begin("good.png"), world.bpy.context.scene
    world.bpy.context.window.scene = world.bpy.data.scenes.new("another")
    world.bpy.data.scenes.remove(scene)
    world.tick_until(lambda: world.session.queue.view(job).state.over)


@situation
def after_undo(world: World) -> None:
    """What was active is gone by one step."""
    world.bpy.ops.ed.undo_push(message="base")
    world.living()
    world.bpy.ops.ed.undo_push(message="ours")
    world.bpy.ops.ed.undo()


@situation
def a_library_of_pictures(world: World) -> None:
    """Open, one picture made and ticked, one failed."""
    world.living()
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    mesh = Mesh(corners, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32), corners)
    shelf = Shelf(world.folder / "library", mesh, b"no picture")
    shutil.rmtree(shelf.folder, ignore_errors=True)
    shelf.add("cup")
    shelf.fail("bowl")
    world.bpy.ops.triposr.open_catalogue(filepath=str(shelf.close()))
    world.session.catalogue.browser.choose([0])
