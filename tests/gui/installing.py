# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes in a real window: the card, the click on Install, its bar, the cancel button, and the pages.

Started by `smoke.py --story installing`. The plan is the real one of this computer; what is installed is a tiny package
in its place, from a folder. The worker's Python plays Blender's own, which some systems strip of what the engine needs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.first_card import CANCEL_INSTALLATION, LONGEST_ANSWER_SECONDS, FirstCard
from tests.gui.play import PACKAGE, perform
from tests.gui.window import Steps, wait_until

LONGEST_GAP_SECONDS = 1.0
"""More than the longest gap of the idle window on the same machine at the same time."""


class Installing(FirstCard):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.empty_scene()
        self.save_file()
        bpy.context.preferences.system.use_online_access = True
        self.session.installation.python = Path(self.settings["worker_python"])
        yield from self.show_tab()
        yield from self.look_at_the_plan()
        yield from self.without_the_network()
        yield from self.cancel()
        yield from self.install()
        yield from self.pages()

    def look_at_the_plan(self) -> Steps:
        """Of this computer, with the real engine."""
        yield from self.idle()
        yield from self.ask_plan()
        self.figures["longest_gap_planning_seconds"] = self.heart.longest_gap
        self.session.failure = None
        plan = self.session.installation.plan
        self.check("there is a plan", plan is not None and plan.build != "", plan)
        yield from self.photograph("install")

    def without_the_network(self) -> Steps:
        """The button is greyed out, and another one leads to the preference."""
        bpy.context.preferences.system.use_online_access = False
        yield 1.0
        yield from self.photograph("install_offline")
        self.check("without the network Install is greyed out", not bpy.ops.triposr.install.poll())
        bpy.context.preferences.system.use_online_access = True
        yield 0.5

    def proof_runs(self) -> bool:
        run = self.session.installation.run_or_none
        return run is not None and run.fraction > 0.9

    def cancel(self) -> Steps:
        """In the middle of it."""
        self.use_small_copy("slow")
        yield from self.answered("the plan of the copy")
        yield from self.press_install()
        yield from wait_until(self.proof_runs, LONGEST_ANSWER_SECONDS, "the proof has begun")
        yield 1.0
        self.check("what is not whole does not count", self.session.storage().worker_python_or_none() is None)
        yield from self.photograph("installing")
        gap = self.heart.longest_gap - self.figures["longest_gap_idle_seconds"]
        self.check("the window goes on meanwhile", gap < LONGEST_GAP_SECONDS, f"{gap:.2f} s")
        at = yield from self.view.find_button(CANCEL_INSTALLATION)
        yield from self.view.click(at)
        yield from self.answered("it is cancelled")
        self.check("it says so", "Cancelled" in self.session.notice, self.session.notice)
        yield from self.photograph("install_cancelled")

    def install(self) -> Steps:
        """To the end, by one click."""
        self.use_small_copy("quick")
        yield from self.answered("the plan of the copy")
        yield from self.press_install()
        yield from self.answered("it is installed")
        there = self.session.storage().worker_python_or_none()
        self.check("the environment is there after one click", there is not None, there)
        self.check("and the worker is started from it", "started worker" in self.session.storage().worker_log_tail())
        self.session.failure = None  # the tiny package is no PyTorch, so that worker can't live
        yield 1.0
        yield from self.photograph("installed")

    def pages(self) -> Steps:
        """The three pages of the preferences."""
        area = self.view.area
        area.ui_type = "PREFERENCES"
        bpy.context.preferences.active_section = "ADDONS"
        bpy.context.window_manager.addon_search = "TripoSR"
        bpy.ops.preferences.addon_expand(module=PACKAGE)
        for page in ("INSTALLATION", "MODELS", "SETTINGS"):
            self.preferences.page = page
            yield from self.answered(page)
            subprocess.run(["import", "-window", "root", str(self.folder / f"page_{page.lower()}.png")], check=False)
        self.preferences.page = "INSTALLATION"
        bpy.ops.triposr.check_installation()
        yield from self.answered("the checks")
        subprocess.run(["import", "-window", "root", str(self.folder / "page_checks.png")], check=False)
        self.check("the models are listed", bool(self.session.installation.models))
        area.ui_type = "VIEW_3D"
        yield 0.5


perform(Installing)
