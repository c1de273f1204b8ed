# SPDX-License-Identifier: GPL-3.0-or-later
"""From a click on Image to Mesh to the object on the screen, again and again, and where the time goes.

Started by `smoke.py --story clicks`. Nothing is photographed and nothing else is done meanwhile.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))
from window import Heartbeat, Steps, View, drive, wait_until  # type: ignore[import-not-found]

PACKAGE = "bl_ext.user_default.triposr"
GENERATE = "bpy.ops.triposr.generate"
CLICKS = 6
LONGEST_RUN_SECONDS = 180.0
SETTLE_SECONDS = 1.5


class Clicks:
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.view, self.heart = View(), Heartbeat()
        self.checks: list[dict[str, Any]] = []
        self.runs: list[dict[str, float]] = []
        self.drawn_at = 0.0
        self.drawing = bpy.types.SpaceView3D.draw_handler_add(self._drawn, (), "WINDOW", "POST_PIXEL")

    def _drawn(self) -> None:
        self.drawn_at = time.perf_counter()

    def check(self, name: str, happened: bool, seen: object = "") -> None:
        """Keep one finding; a wrong one does not stop the story."""
        self.checks.append({"name": name, "ok": bool(happened), "seen": str(seen)})
        print("ok  " if happened else "FAIL", name, seen, flush=True)

    def steps(self) -> Steps:
        """Choose the picture, wait for the warm-up, then click."""
        for thing in list(bpy.data.objects):
            bpy.data.objects.remove(thing)
        preferences = bpy.context.preferences.addons[PACKAGE].preferences
        preferences.worker_python = self.settings["worker_python"]
        for name, value in self.settings["scene"].items():
            setattr(bpy.context.scene.triposr, name, value)
        yield from self.warmed_up()
        yield from self.view.show_sidebar("TripoSR")
        at = yield from self.view.find_button(GENERATE)
        for _ in range(CLICKS):
            yield from self.click(at)
            yield SETTLE_SECONDS

    def warmed_up(self) -> Steps:
        """Setting the picture in a window gets the worker ready; its log says when it is."""
        session = sys.modules[f"{PACKAGE}.triposr_addon.blender.session"].current()
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

    def write(self, fault: BaseException | None) -> None:
        """The findings; then Blender leaves."""
        if fault is not None:
            self.check("the story came to its end", False, "".join(traceback.format_exception(fault)))
        self.check("an object came of each click", len(self.runs) == CLICKS, len(self.runs))
        figures = {
            f"seconds_click_to_{name}": statistics.median(run[name] for run in self.runs)
            for name in (self.runs[0] if self.runs else ())
        }
        figures["longest_work_seconds"] = self.heart.longest_work
        result = {"blender": bpy.app.version_string, "checks": self.checks, "figures": figures, "runs": self.runs}
        (self.folder / "result.json").write_text(json.dumps(result, indent=1))
        bpy.types.SpaceView3D.draw_handler_remove(self.drawing, "WINDOW")
        self.heart.stop()
        bpy.ops.wm.quit_blender()


settings_file = Path(sys.argv[sys.argv.index("--") + 1])
story = Clicks(json.loads(settings_file.read_text()), settings_file.parent)
drive(story.steps(), story.write)
