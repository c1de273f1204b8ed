# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in the Blender window: one picture to one object with real clicks, then two cancelled runs.

Started by smoke.py as `blender -P story.py -- settings.json`. Writes result.json and screenshots beside the settings.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import CANCEL, GENERATE, TAB, WATCH, Play, perform
from tests.gui.window import Steps, TookTooLong, wait_until

PAUSE_SECONDS = 0.4
"""Between two screenshots of a run, which takes little more than a second."""
LONGEST_RUN_SECONDS = 180.0
LONGEST_CANCEL_SECONDS = 5.0
LONGEST_GAP_RUNNING_SECONDS = 1.0
"""More than the longest gap of the idle window on the same machine at the same time."""
LONGEST_WORK_IMPORT_SECONDS = 2.0
"""Blender draws in software here: a window of this size takes half a second with a quarter of a million faces in it."""


class Story(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.button = (0, 0)

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.panel()
        yield from self.run_to_the_end()
        yield from self.look()
        yield from self.undo()
        yield from self.cancel_with_escape()
        yield from self.cancel_with_button()

    def prepare(self) -> Steps:
        """An empty scene, the extension's preferences, the picture and the settings; one undo step."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        yield 0.5

    def panel(self) -> Steps:
        """The tab, the panel with its thumbnail, and the button."""
        yield from self.show_tab()
        self.check("the sidebar has the tab", self.view.sidebar.active_panel_category == TAB)
        yield from self.photograph("panel")

    def press_generate(self) -> Steps:
        """Find Image to Mesh by sweeping the pointer, click it, wait for the modal operator."""
        at = yield from self.view.find_button(GENERATE)
        yield 0.3
        yield from self.idle()
        yield from self.view.click(at)
        yield from wait_until(self.is_running, 10.0, "the click on Image to Mesh starts the modal operator")
        self.started, self.button = time.monotonic(), at

    def is_running(self) -> bool:
        return WATCH in self.view.running()

    def is_over(self) -> bool:
        return WATCH not in self.view.running()

    def run_to_the_end(self) -> Steps:
        """Click, watch, and find the object."""
        yield from self.press_generate()
        self.check("a click on the button starts the modal operator", True)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from self.watch()
        self.figures["seconds_click_to_object"] = time.monotonic() - self.started
        yield 2.0
        self.figures["longest_gap_import_seconds"] = self.heart.longest_gap
        self.figures["longest_work_import_seconds"] = work = self.heart.longest_work
        gap = self.figures["longest_gap_running_seconds"] - self.figures["longest_gap_idle_seconds"]
        self.check("the window goes on while the job runs", gap < LONGEST_GAP_RUNNING_SECONDS, f"{gap:.2f} s")
        good = work < LONGEST_WORK_IMPORT_SECONDS
        self.check("taking the object in is little work for the window", good, f"{work:.2f} s")
        thing = bpy.context.view_layer.objects.active
        named = thing and thing.name == self.picture.stem
        self.check("the object is there, active and named after the picture", named, thing)
        yield from self.photograph("done", all_of_it=True)

    def watch(self) -> Steps:
        """Wait for the end; screenshots, and the loop's gaps between them only."""
        gaps, number = [0.0], 0
        while self.is_running():
            if time.monotonic() - self.started > LONGEST_RUN_SECONDS:
                raise TookTooLong(f"the job: not within {LONGEST_RUN_SECONDS:g} s")
            self.heart.restart()
            yield from self.wait_or_end(PAUSE_SECONDS)
            if self.is_running():
                gaps.append(self.heart.longest_gap)
                yield from self.photograph(f"running_{number:02d}")
                number += 1
        self.figures["longest_gap_running_seconds"] = max(gaps)
        self.check("a screenshot was taken while the job ran", number > 0, number)

    def wait_or_end(self, seconds: float) -> Steps:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.is_running():
            yield 0.1

    def look(self) -> Steps:
        """Frame the object as an artist does, with the decimal key, and look at it."""
        yield from self.view.press("NUMPAD_PERIOD", self.view.middle(self.view.main))
        yield 2.0
        yield from self.photograph("viewport", all_of_it=True)

    def undo(self) -> Steps:
        """One Ctrl+Z takes the object away."""
        yield from self.control_z()
        self.check("one Ctrl+Z takes the object away", not bpy.data.objects, list(bpy.data.objects))
        self.check("and leaves the settings", self.scene.image_path != "")

    def start_a_long_run(self) -> Steps:
        self.scene.resolution = 1024
        yield from self.press_generate()
        yield 1.5
        self.check("the second run still runs when it is to be cancelled", self.is_running())

    def cancel_with_escape(self) -> Steps:
        """ESC while the job runs: it ends, and nothing comes."""
        yield from self.start_a_long_run()
        asked = time.monotonic()
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield from self.has_ended(asked, "escape")

    def cancel_with_button(self) -> Steps:
        """The panel's Cancel button does the same."""
        yield from self.start_a_long_run()
        at = yield from self.view.find_button(CANCEL, below=self.button[1])
        self.check("the job still runs when Cancel is found", self.is_running())
        yield from self.photograph("cancel", all_of_it=True)
        asked = time.monotonic()
        yield from self.view.click(at)
        yield from self.has_ended(asked, "button")

    def has_ended(self, asked: float, how: str) -> Steps:
        yield from wait_until(self.is_over, LONGEST_CANCEL_SECONDS, f"cancelling by {how} ends the run")
        self.figures[f"seconds_to_cancel_by_{how}"] = time.monotonic() - asked
        yield 1.0
        self.check(f"cancelling by {how} leaves no object", not bpy.data.objects, list(bpy.data.objects))


perform(Story)
