# SPDX-License-Identifier: GPL-3.0-or-later
"""From a click on Image to Mesh to the object on the screen, again and again, and where the time goes.

Started by `smoke.py --story clicks`. Nothing is photographed and nothing else is done meanwhile.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import GENERATE, TAB, Play, perform
from tests.gui.window import Steps, wait_until

CLICKS = 6
LONGEST_RUN_SECONDS = 180.0
SETTLE_SECONDS = 1.5


class Clicks(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.runs: list[dict[str, float]] = []
        self.drawn_at = 0.0
        self.drawing = bpy.types.SpaceView3D.draw_handler_add(self._drawn, (), "WINDOW", "POST_PIXEL")

    def _drawn(self) -> None:
        self.drawn_at = time.perf_counter()

    def steps(self) -> Steps:
        """Choose the picture, wait for the warm-up, then click."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        yield from self.warmed_up()
        yield from self.view.show_sidebar(TAB)
        at = yield from self.view.find_button(GENERATE)
        for _ in range(CLICKS):
            yield from self.click(at)
            yield SETTLE_SECONDS

    def warmed_up(self) -> Steps:
        """Setting the picture in a window gets the worker ready; its log says when it is."""
        session = self.session
        log, began = session.storage().worker_log, time.perf_counter()

        def said() -> bool:
            session.tick()  # nobody ticks while no job runs, and it is a tick that writes the log
            return log.path.exists() and "warmed up, seconds" in log.tail(50)

        yield from wait_until(said, LONGEST_RUN_SECONDS, "choosing a picture gets the worker ready")
        self.check("choosing a picture gets the worker ready", True, f"{time.perf_counter() - began:.2f} s")

    def click(self, at: tuple[int, int]) -> Steps:
        """One click, and the moments: pressed, over, drawn."""
        before = len(bpy.data.objects)
        yield from self.view.point_at(at)
        self.heart.restart()
        self.view.window.event_simulate(type="LEFTMOUSE", value="PRESS", x=at[0], y=at[1])
        yield 0.0
        began = time.perf_counter()
        self.view.window.event_simulate(type="LEFTMOUSE", value="RELEASE", x=at[0], y=at[1])
        while len(bpy.data.objects) == before:
            if time.perf_counter() - began > LONGEST_RUN_SECONDS:
                self.check("the object comes", False)
                return
            yield 0.005
        there = time.perf_counter()
        while self.drawn_at < there:
            yield 0.005
        new = bpy.context.view_layer.objects.active
        worker = sum(new["triposr_seconds"].values())
        self.runs.append({"object": there - began, "drawn": self.drawn_at - began, "worker_steps": worker})

    def end(self, fault: BaseException | None) -> None:
        """The medians beside the findings."""
        self.check("an object came of each click", len(self.runs) == CLICKS, len(self.runs))
        for name in self.runs[0] if self.runs else ():
            self.figures[f"seconds_click_to_{name}"] = statistics.median(run[name] for run in self.runs)
        self.figures["longest_work_seconds"] = self.heart.longest_work
        bpy.types.SpaceView3D.draw_handler_remove(self.drawing, "WINDOW")
        super().end(fault)

    def result(self) -> dict[str, Any]:
        """And each run."""
        return {**super().result(), "runs": self.runs}


perform(Clicks)
