# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut-out in a real window: seen before anything runs, changed by its settings, painted on, and used as painted.

Started by `smoke.py --story cutout`; with `--rembg-home` a network is tried too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, perform
from tests.gui.window import EVENT_PAUSE_SECONDS, Steps, wait_until

EDIT_MASK = "bpy.ops.triposr.edit_mask("
QUICK_SECONDS = 1.0
LONGEST_NETWORK_SECONDS = 120.0


class CutOut(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.mask_before = ""

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.choose_one()
        yield from self.change_settings()
        if self.settings["rembg_home"]:
            yield from self.take_a_network()
        yield from self.edit_the_mask()
        yield from self.paint()

    def prepare(self) -> Steps:
        """The extension's preferences, with the networks in its data folder, and the tab."""
        data = self.folder / "data"
        data.mkdir()
        self.empty_scene()
        if self.settings["rembg_home"]:
            (data / "rembg").symlink_to(self.settings["rembg_home"], target_is_directory=True)
        self.use_worker()
        self.session.preferences().data_folder = str(data)
        yield from self.show_tab()

    def made(self, name: str, limit_seconds: float) -> Steps:
        """Wait for the cut-out that a change asked for, and keep how long it took."""
        began = time.monotonic()
        self.heart.restart()
        yield from wait_until(lambda: self.session.cut_out_view().state.over, limit_seconds, name)
        self.figures[f"seconds_{name}"] = time.monotonic() - began
        self.figures[f"longest_gap_{name}_seconds"] = self.heart.longest_gap
        view = self.session.cut_out_view()
        self.check(f"the cut-out is made: {name}", view.result is not None, view.failure or view.result.method)

    def look(self, name: str) -> Steps:
        yield 0.7
        yield from self.photograph(name)

    def choose_one(self) -> Steps:
        """A picture, with a worker that does not run yet; then another change, with one that does."""
        self.scene.background = "flat"
        self.save_file()
        self.choose(self.picture)
        self.check("a chosen picture is cut out by itself", self.session.cut_out_view() is not None)
        yield from self.made("first_picture", 60.0)
        yield from wait_until(self.is_shown, 5.0, "the panel shows the cut-out")
        self.check("and shown", True)
        yield from self.look("cutout")
        yield from wait_until(self.is_warm, 120.0, "the worker is warm")

    def is_shown(self) -> bool:
        """It is taken in at the first tick after it was made."""
        shown = self.session.cut_out.preview_or_none(self.session.cut_out_view().request.photo)
        return bool(shown is not None and shown.icon_id)

    def is_warm(self) -> bool:
        """A warm-up needs no tick, but only a tick tells of its end."""
        self.session.tick()
        return bool(self.session.fitting_generator().ready())

    def change_settings(self) -> Steps:
        """Each change is seen within a second."""
        for name, value in (("foreground_ratio", 0.6), ("largest_part", True), ("fill_holes", True)):
            setattr(self.scene, name, value)
            yield from self.made(name, 60.0)
            quick = self.figures[f"seconds_{name}"]
            self.check(f"a change of {name} is seen within a second", quick < QUICK_SECONDS, f"{quick:.2f} s")
        yield from self.look("settings")

    def take_a_network(self) -> Steps:
        """It takes its time, once."""
        self.scene.background = "rembg"
        yield 0.3
        yield from self.look("network_runs")
        yield from self.made("network", LONGEST_NETWORK_SECONDS)
        self.scene.foreground_ratio = 0.85
        yield from self.made("network_again", 60.0)
        again = self.figures["seconds_network_again"]
        self.check("another ratio does not run the network again", again < QUICK_SECONDS, f"{again:.2f} s")
        yield from self.look("network")

    def edit_the_mask(self) -> Steps:
        """The button opens an Image Editor in paint mode, with the mask."""
        at = yield from self.view.find_button(EDIT_MASK)
        yield from self.view.click(at)
        yield from wait_until(lambda: self.image_space() is not None, 60.0, "an Image Editor opens")
        yield 2.0
        space = self.image_space()
        self.check("it shows the mask", space.image == self.scene.mask, space.image)
        self.check("in paint mode", space.ui_mode == "PAINT", space.ui_mode)
        self.check("the mask is in use", self.scene.use_mask)
        brush = bpy.context.tool_settings.image_paint.brush
        self.check("the brush erases", brush is not None and brush.blend == "ERASE_ALPHA", brush and brush.blend)
        yield from self.photograph("mask_editor", all_of_it=True)

    def image_area(self) -> Any:
        """The window and the area of the Image Editor, or None."""
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                if area.ui_type == "IMAGE_EDITOR":
                    return window, area
        return None

    def image_space(self) -> Any:
        found = self.image_area()
        return found[1].spaces.active if found else None

    def alpha(self) -> float:
        """How much of the mask is subject, 0..1."""
        pixels = list(self.scene.mask.pixels)[3::4]
        return float(sum(pixels)) / len(pixels)

    def paint(self) -> Steps:
        """A stroke across the middle makes a hole, and the cut-out shows it."""
        before = self.alpha()
        window, area = self.image_area()
        region = next(region for region in area.regions if region.type == "WINDOW")
        x, y = region.x + region.width // 2, region.y + region.height // 2
        self.mask_before = self.session.cut_out_view().request.settings.mask_path
        yield from self.stroke(window, [(x - 60 + 10 * step, y) for step in range(13)])
        yield 1.0
        self.check("a stroke takes away from the mask", self.alpha() < before, f"{before:.3f} to {self.alpha():.3f}")
        yield from self.photograph("painted", all_of_it=True)
        yield from wait_until(self.is_painted, 30.0, "painting has the cut-out made anew")
        yield from self.made("painted", 60.0)
        method = self.session.cut_out_view().result.method
        self.check("the cut-out is as painted", method == "painted", method)
        yield from self.look("painted_cutout")

    def is_painted(self) -> bool:
        """Whether the newest wish came after the stroke: its mask is not the one of before."""
        return str(self.session.cut_out_view().request.settings.mask_path) != self.mask_before

    def stroke(self, window: Any, places: list[tuple[int, int]]) -> Steps:
        def event(kind: str, value: str, at: tuple[int, int]) -> float:
            window.event_simulate(type=kind, value=value, x=at[0], y=at[1])
            return float(EVENT_PAUSE_SECONDS)

        yield event("MOUSEMOVE", "NOTHING", places[0])
        yield event("LEFTMOUSE", "PRESS", places[0])
        for place in places[1:]:
            yield event("MOUSEMOVE", "NOTHING", place)
        yield event("LEFTMOUSE", "RELEASE", places[-1])


perform(CutOut)
