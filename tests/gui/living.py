# SPDX-License-Identifier: GPL-3.0-or-later
"""A living mesh in a real window: sliders dragged, previews timed, Escape, undo, Re-extract, colours for a retopology.

Started by `smoke.py --story living`. First a picture is made into a mesh, as an artist does.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import GENERATE, Play, module, perform
from tests.gui.window import Steps, TookTooLong, wait_until

RE_EXTRACT, BACK = "bpy.ops.triposr.re_extract", "bpy.ops.triposr.preview_back"
COLOUR = "bpy.ops.triposr.colour_from_field"
LONGEST_WAIT_SECONDS = 120.0
QUICK_SECONDS = 1.0
LONGEST_DRAW_SECONDS = 5.0
CHANGES: tuple[tuple[str, Any], ...] = (
    ("threshold", 18.0),
    ("threshold", 12.0),
    ("symmetry", True),
    ("density_blur", 0.8),
    ("smoothing", 10),
    ("smallest_part", 0.1),
    ("flat_base", 0.06),
    ("threshold", 20.0),
)


class Living(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.drawn_at = 0.0
        self.drawing = bpy.types.SpaceView3D.draw_handler_add(self.note_drawing, (), "WINDOW", "POST_PIXEL")

    def note_drawing(self) -> None:
        self.drawn_at = time.perf_counter()

    def end(self, fault: BaseException | None) -> None:
        """As every story."""
        bpy.types.SpaceView3D.draw_handler_remove(self.drawing, "WINDOW")
        super().end(fault)

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.make()
        yield from self.move_sliders()
        yield from self.drag()
        yield from self.escape()
        yield from self.re_extract()
        yield from self.preview_while_a_photo_is_made()
        yield from self.edit_a_preview()
        yield from self.colour()
        yield from self.days_later()

    def prepare(self) -> Steps:
        """A look from the side, and the settings, with Decimate at a half as it is by default."""
        self.empty_scene()
        look = self.view.area.spaces.active.region_3d
        look.view_location, look.view_distance = (-0.6, 0.0, 0.45), 3.2
        look.view_rotation = Euler((math.radians(75), 0.0, math.radians(20))).to_quaternion()
        self.use_worker()
        self.use_scene_settings()
        yield from self.show_tab()
        yield from self.idle()

    def make(self) -> Steps:
        """A mesh of the picture."""
        at = yield from self.view.find_button(GENERATE)
        yield from self.view.click(at)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from wait_until(lambda: bool(bpy.data.objects), LONGEST_WAIT_SECONDS, "the object")
        yield from wait_until(lambda: not self.session.queue.busy(), 10.0, "the end of the job")
        yield 1.0

    @property
    def sliders(self) -> Any:
        return bpy.context.window_manager.triposr_living

    @property
    def thing(self) -> Any:
        return bpy.data.objects[self.picture.stem]

    def fingerprint(self) -> str:
        """Of the mesh that is seen now: its name, vertices and where one of them is."""
        mesh = self.thing.data
        middle = mesh.vertices[len(mesh.vertices) // 2].co
        return f"{mesh.name} {len(mesh.vertices)} {middle.x:.6f} {middle.y:.6f} {middle.z:.6f}"

    def change(self, name: str, value: Any) -> Steps:
        """Set a slider, and wait until a mesh of it is drawn, and until the best preview of it is."""
        self.began = time.perf_counter()
        setattr(self.sliders, name, value)
        yield from self.drawn(name, value, best=False)
        self.first_took = time.perf_counter() - self.began
        yield from self.drawn(name, value, best=True)
        self.best_took = time.perf_counter() - self.began
        yield 0.3

    def drawn(self, name: str, value: Any, best: bool) -> Steps:
        while not self.shows(name, value) or (best and self.session.shaping.busy()):
            if time.perf_counter() - self.began > LONGEST_WAIT_SECONDS:
                raise TookTooLong(f"a preview of {name} at {value}")
            yield 0.005
        there = time.perf_counter()
        while self.drawn_at < there and time.perf_counter() - there < LONGEST_DRAW_SECONDS:
            yield 0.005

    def shows(self, name: str, value: Any) -> bool:
        shown = list(self.session.shaping.shown.values())
        is_preview = "triposr_preview_of" in self.thing.data
        return len(shown) == 1 and getattr(shown[0].settings, name) == value and is_preview

    def move_sliders(self) -> Steps:
        """Changes are seen within a second, where others do not need the computer; the window goes on meanwhile."""
        self.made = self.fingerprint()
        first, best = [], []
        self.heart.restart()
        for name, value in CHANGES:
            yield from self.change(name, value)
            first.append(self.first_took)
            best.append(self.best_took)
            seen = f"{self.first_took:.2f} s, the best {self.best_took:.2f} s, load {os.getloadavg()[0]:.1f}"
            self.check(f"{name} at {value} is drawn", self.shows(name, value), seen)
        usual = statistics.median(first)
        self.check("a change is drawn within a second", usual < QUICK_SECONDS, f"{usual:.2f} s in the middle")
        self.figures["longest_work_preview_seconds"] = self.heart.longest_work
        self.figures["longest_gap_preview_seconds"] = self.heart.longest_gap
        for what, seconds in (("first", first), ("best", best)):
            self.figures[f"seconds_to_{what}_preview_median"] = statistics.median(seconds)
            self.figures[f"seconds_to_{what}_preview_longest"] = max(seconds)
        yield from self.photograph("preview")

    def drag(self) -> Steps:
        """Thirty values in a second and a half: the last one is what is seen in the end."""
        self.heart.restart()
        for step in range(30):
            self.sliders.threshold = 10.0 + step
            yield 0.05
        began = time.perf_counter()
        yield from wait_until(lambda: not self.session.shaping.busy(), 10.0, "the last preview")
        self.figures["seconds_to_preview_after_dragging"] = time.perf_counter() - began
        self.figures["longest_gap_dragging_seconds"] = self.heart.longest_gap
        (shown,) = self.session.shaping.shown.values()
        self.check("the newest value is shown", shown.settings.threshold == 39.0, shown.settings.threshold)

    def escape(self) -> Steps:
        """The mesh itself, and its settings."""
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield 0.5
        self.check("Escape brings the mesh back exactly", self.fingerprint() == self.made, self.fingerprint())
        self.check("and its settings", (self.sliders.threshold, self.sliders.symmetry) == (25.0, False))
        self.check("no preview is left", not module("blender.living_preview").previews())

    def re_extract(self) -> Steps:
        """By the button; one Ctrl+Z takes it back."""
        yield from self.change("symmetry", True)
        yield from self.change("smoothing", 8)
        at = yield from self.view.find_button(RE_EXTRACT)
        yield from self.photograph("living_mesh")
        began = time.perf_counter()
        yield from self.view.click(at)
        yield from wait_until(lambda: not self.session.shaping.busy(), LONGEST_WAIT_SECONDS, "the new mesh")
        self.figures["seconds_to_re_extract"] = time.perf_counter() - began
        yield 0.5
        record = self.thing.data["triposr_living"]["settings"]
        self.check("the new mesh is of the new settings", (record["symmetry"], record["smoothing"]) == (1, 8))
        self.check("it is another one", self.fingerprint() != self.made, self.fingerprint())
        yield from self.photograph("re_extracted")
        yield from self.control_z()
        self.check("one Ctrl+Z takes Re-extract back", self.fingerprint() == self.made, self.fingerprint())
        self.check("and the object is still there", self.thing is not None)

    def preview_while_a_photo_is_made(self) -> Steps:
        """It waits, and comes when the photo is done; the photo's object comes too."""
        self.scene.resolution = 512
        bpy.ops.triposr.generate("INVOKE_DEFAULT")
        yield from wait_until(self.photo_runs, LONGEST_WAIT_SECONDS, "the photo is worked on")
        self.sliders.threshold = 15.0
        yield 0.3
        waits = self.session.shaping.preview is not None
        self.check("a preview waits for the photo", waits)
        yield from self.photograph("preview_waits")
        yield from wait_until(lambda: not self.session.shaping.busy(), LONGEST_WAIT_SECONDS, "the preview comes")
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_WAIT_SECONDS, "the photo's object")
        self.check("the photo's object came too", len(bpy.data.objects) == 2, list(bpy.data.objects))
        yield 0.6
        left = module("blender.living_preview").previews()
        self.check("the preview was left when the new object became active", not left, left)
        yield from self.control_z()

    def photo_runs(self) -> bool:
        view = self.session.queue.current_or_none()
        return view is not None and view.state.value == "running"

    def edit_a_preview(self) -> Steps:
        """Tab on a preview: the artist edits the mesh itself."""
        bpy.context.view_layer.objects.active = self.thing
        self.thing.select_set(True)
        yield from self.change("threshold", 15.0)
        yield from self.view.press("TAB", self.view.middle(self.view.main))
        yield 1.5
        self.check("Tab on a preview edits the mesh itself", self.thing.mode == "EDIT", self.thing.mode)
        yield from self.view.press("TAB", self.view.middle(self.view.main))
        yield 1.0
        self.check("which is as it was", self.fingerprint() == self.made, self.fingerprint())

    def colour(self) -> Steps:
        """A sphere inside the object gets the field's colours."""
        bpy.ops.mesh.primitive_uv_sphere_add(radius=0.3, location=(0.0, 0.0, 0.4))
        sphere = bpy.context.object
        self.thing.select_set(True)
        bpy.context.view_layer.objects.active = self.thing
        bpy.ops.ed.undo_push(message="selected")
        yield 0.5
        bpy.ops.triposr.colour_from_field("INVOKE_DEFAULT")
        yield from wait_until(lambda: not self.session.shaping.busy(), LONGEST_WAIT_SECONDS, "the colours")
        yield 0.5
        name = sphere.data.name
        layer = sphere.data.color_attributes.get("Color")
        self.check("the sphere has colours", layer is not None and len(layer.data) == len(sphere.data.vertices))
        yield from self.photograph("coloured")
        yield from self.control_z()
        self.check("one Ctrl+Z takes them back", not bpy.data.meshes[name].color_attributes)

    def days_later(self) -> Steps:
        """The file is saved, the worker gone, the file opened again: the panel alone gets the worker ready."""
        file, name = str(self.folder / "living.blend"), self.picture.stem
        yield from self.change("threshold", 17.0)
        bpy.ops.wm.save_as_mainfile(filepath=file)
        self.session.stop_worker()
        self.session.shaping.got_ready = False
        bpy.ops.wm.open_mainfile(filepath=file)
        yield 1.0
        self.check("the file holds no preview", [mesh.name for mesh in bpy.data.meshes if "preview" in mesh.name] == [])
        yield from self.show_tab()
        bpy.context.view_layer.objects.active = bpy.data.objects[name]
        self.view.area.tag_redraw()
        self.check("the settings are those of the mesh", self.sliders.threshold == 25.0, self.sliders.threshold)
        yield from wait_until(self.is_ready, LONGEST_WAIT_SECONDS, "looking at the panel starts the worker")
        yield from self.change("threshold", 12.0)
        self.figures["seconds_to_first_preview_days_later"] = self.first_took
        seen = f"{self.first_took:.2f} s"
        self.check("days later a preview is drawn too", self.shows("threshold", 12.0), seen)

    def is_ready(self) -> bool:
        self.session.tick()
        return self.session.worker_or_none() is not None


perform(Living)
