# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that stick, memory manners and pictures from the desktop, in a real window.

Started by `smoke.py --story keeping`; needs xclip beside Blender.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import WATCH, Play, module, perform
from tests.gui.window import Steps, wait_until

PASTE, VIEW, AGAIN = (
    "bpy.ops.triposr.paste_picture",
    "bpy.ops.triposr.generate_from_viewport",
    "bpy.ops.triposr.make_again",
)
LONGEST_JOB_SECONDS = 120.0
TO_THE_LEFT_PIXELS = 80
LONGEST_UNLOAD_SECONDS = 10.0


class Keeping(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.paste()
        yield from self.take_the_view()
        yield from self.make_again()
        yield from self.presets()
        yield from self.render()

    def prepare(self) -> Steps:
        """A monkey to look at, the settings, and the panels in question open, the others closed."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        bpy.ops.mesh.primitive_monkey_add(size=1.0)
        bpy.context.object.select_set(False)
        self.view.area.spaces.active.region_3d.view_distance = 4.0
        bpy.context.preferences.view.render_display_type = "NONE"
        for kind in module("blender.registration").CLASSES:
            if issubclass(kind, bpy.types.Panel) and kind.__name__ not in (
                "TRIPOSR_PT_image_to_mesh",
                "TRIPOSR_PT_presets",
            ):
                self.fold(kind, kind.__name__ in ("TRIPOSR_PT_worker", "TRIPOSR_PT_made_of"))
        yield from self.show_tab()

    def fold(self, kind: Any, open_: bool) -> None:
        bpy.utils.unregister_class(kind)
        kind.bl_options = set() if open_ else {"DEFAULT_CLOSED"}
        bpy.utils.register_class(kind)

    def paste(self) -> Steps:
        """A picture that another program holds comes in by the button."""
        before = str(self.picture)
        x, y = yield from self.view.find_button(VIEW)
        at = (x - TO_THE_LEFT_PIXELS, y)  # finding a button takes the clipboard, so this comes first
        yield from self.view.point_at(at)
        yield 0.3
        command = self.view.operator_under_pointer()
        self.check("Paste stands beside View", str(command).startswith(PASTE), command)
        owner = subprocess.Popen(
            ["xclip", "-selection", "clipboard", "-quiet", "-t", "image/png", "-i", before], start_new_session=True
        )
        yield 1.0
        yield from self.view.click(at)
        yield 1.0
        owner.kill()
        chosen = Path(self.scene.image_path)
        self.check("the pasted picture is chosen", chosen.name == "Clipboard.png", chosen)
        same = chosen.read_bytes() == Path(before).read_bytes()
        self.check("and is what was copied, byte by byte", same)
        yield 2.0
        yield from self.photograph("pasted")

    def take_the_view(self) -> Steps:
        """What the 3D View shows becomes a mesh."""
        at = yield from self.view.find_button(VIEW)
        before = len(bpy.data.objects)
        self.heart.restart()
        yield from self.view.click(at)
        yield 1.0
        self.figures["longest_gap_taking_the_view_seconds"] = self.heart.longest_gap
        yield from wait_until(lambda: len(bpy.data.objects) > before, LONGEST_JOB_SECONDS, "the view's mesh comes")
        thing = bpy.context.view_layer.objects.active
        self.check("the view became an object", thing is not None and thing.name == "Viewport", thing)
        drawn = bpy.data.images.load(thing["triposr_image"])
        size, pixels = tuple(drawn.size), drawn.pixels[:]
        self.check("its longer side has 1536 pixels", max(size) == 1536, size)
        self.check("the background is transparent", pixels[3] == 0.0, pixels[:4])
        self.check("the monkey is not", max(pixels[3::4]) == 1.0)
        self.check("overlays are on again", self.view.area.spaces.active.overlay.show_overlays)
        shutil.copyfile(thing["triposr_image"], self.folder / "viewport_picture.png")
        bpy.data.images.remove(drawn)
        yield 2.5
        yield from self.photograph("view_to_mesh", all_of_it=True)

    def until_done(self, what: str) -> Steps:
        yield 0.5  # the click has been taken by then
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_JOB_SECONDS, f"{what}: is over")
        yield 0.5

    def make_again(self) -> Steps:
        """The button under Made Of makes another one."""
        at = yield from self.view.find_button(AGAIN)
        yield from self.view.click(at)
        yield from self.until_done("the second mesh")
        made = [thing for thing in bpy.data.objects if "triposr_recipe" in thing]
        self.check("Make Again made another", len(made) == 2, made)
        same = made[0]["triposr_recipe"].to_dict() == made[1]["triposr_recipe"].to_dict()
        self.check("with the same recipe", same)

    def presets(self) -> Steps:
        """The list of presets as it opens from the header."""
        yield from self.view.point_at(self.view.middle(self.view.main))
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=self.view.area):
            bpy.ops.wm.call_panel("INVOKE_DEFAULT", name="TRIPOSR_PT_presets", keep_open=True)
        yield 1.5
        yield from self.photograph("presets", all_of_it=True)
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield 0.5

    def held_model(self) -> str | None:
        memory = self.session.memory_or_none()
        held = memory.held() if memory is not None else None
        return held.model if held is not None else None

    def render(self) -> Steps:
        """A render gets the model's memory; a job that is ordered meanwhile waits for its end."""
        scene = bpy.context.scene
        scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 48, False
        scene.render.resolution_x, scene.render.resolution_y = 960, 540
        scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        scene.camera.location.z = 8.0
        scene.collection.objects.link(scene.camera)
        self.check("a model is loaded before the render", bool(self.held_model()), self.held_model())
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.render.render("INVOKE_DEFAULT")
            begun = time.monotonic()
            yield 0.5
        yield from wait_until(lambda: self.held_model() == "", LONGEST_UNLOAD_SECONDS, "the worker unloads")
        self.figures["seconds_from_render_to_unloaded"] = time.monotonic() - begun
        self.check("the render still runs then", bpy.app.is_job_running("RENDER"))
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=self.view.area):
            bpy.ops.triposr.generate("INVOKE_DEFAULT")
        yield 2.0
        states = [view.state.value for view in self.session.queue.views()]
        self.check("a new job waits", states[-1] == "waiting" and bpy.app.is_job_running("RENDER"), states)
        yield from self.photograph("rendering", all_of_it=True)
        yield from wait_until(lambda: not bpy.app.is_job_running("RENDER"), LONGEST_JOB_SECONDS, "the render")
        yield from wait_until(lambda: WATCH not in self.view.running(), LONGEST_JOB_SECONDS, "the job after it")
        states = [view.state.value for view in self.session.queue.views()]
        self.check("the job was done after the render", states[-1] == "done", states)


perform(Keeping)
