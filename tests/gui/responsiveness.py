# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the window stands still: with nothing to do, while a job runs, and while its object comes in.

Started by `smoke.py --story responsiveness`. Nothing is photographed while time is measured. A gap is between two beats
of a fast timer; Blender draws in software here, so that what it draws by itself counts too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, perform
from tests.gui.window import BEAT_SECONDS, Steps, wait_until

RUNS = 3
LONGEST_JOB_SECONDS = 180.0
LONGEST_GAP_RUNNING_SECONDS = 0.3
LONGEST_GAP_IMPORT_SECONDS = 1.0
AFTERWARDS_SECONDS = 3.0
"""The first drawings of a new mesh belong to its coming."""


class Responsiveness(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Warm up with one job, then measure."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        yield from self.show_tab()
        yield from self.one_job()  # the first one compiles shaders
        yield from self.idle()
        for number in range(RUNS):
            self.empty_scene()
            yield 1.0
            running, coming = yield from self.one_job()
            self.keep("running", running)
            self.keep("import", coming)
            self.figures[f"object_faces_{number}"] = len(bpy.context.view_layer.objects.active.data.polygons)
        self.judge()
        yield from self.photograph("responsiveness", all_of_it=True)

    def keep(self, name: str, gap: float) -> None:
        """The longest of all runs."""
        key = f"longest_gap_{name}_seconds"
        self.figures[key] = max(gap, self.figures.get(key, 0.0))

    def one_job(self) -> Generator[float, None, tuple[float, float]]:
        """Order as a click does; gives the longest gap while it ran, and from its end until it was drawn."""
        before = len(bpy.data.objects)
        with self.view.inside(self.view.main):
            bpy.ops.triposr.generate("INVOKE_DEFAULT")
        self.heart.restart()
        yield from wait_until(lambda: len(bpy.data.objects) > before, LONGEST_JOB_SECONDS, "the object comes", 0.0)
        came = time.perf_counter() - BEAT_SECONDS / 2  # the beat of this very moment saw it come
        yield AFTERWARDS_SECONDS
        running, coming = ([gap for end, gap in self.heart.gaps if (end < came) is early] for early in (True, False))
        return max(running), max(coming)

    def judge(self) -> None:
        """Against the limits."""
        running, coming = (self.figures[f"longest_gap_{name}_seconds"] for name in ("running", "import"))
        self.check("the window goes on while a job runs", running < LONGEST_GAP_RUNNING_SECONDS, f"{running:.2f} s")
        self.check("an object comes in quickly", coming < LONGEST_GAP_IMPORT_SECONDS, f"{coming:.2f} s")


perform(Responsiveness)
