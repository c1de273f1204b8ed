# SPDX-License-Identifier: GPL-3.0-or-later
"""The real PyTorch for the processor by the button: Install, a kill in its midst, Install again, then a first mesh.

Started by `smoke.py --story installing_really`, and not among `--story all`: it needs a network, a gigabyte of disk and
minutes. Where PyTorch's own index can't be reached, PIP_FIND_LINKS names a folder with its wheel. Nothing is chosen:
what the card proposes goes where it says. Only Blender's Python is played by another one (`--worker-python`'s own):
some systems' Blenders run on one that PyTorch is not there for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.first_card import FirstCard
from tests.gui.play import GENERATE, PACKAGE, WATCH, perform
from tests.gui.window import Steps, wait_until

LONGEST_INSTALLATION_SECONDS = 600.0
LONGEST_MESH_SECONDS = 120.0
KILLED_AT = 0.3
"""Of the bar: wheels are being brought."""


class InstallingReally(FirstCard):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.empty_scene()
        self.save_file()
        bpy.context.preferences.system.use_online_access = True
        yield from self.show_tab()
        yield from self.plan()
        yield from self.killed()
        yield from self.installed()
        yield from self.first_mesh()
        yield from self.look_at_checks()

    def plan(self) -> Steps:
        """As Blender's own Python has it, then with a Python that PyTorch is there for."""
        yield from self.answered("the first look")
        yield from self.photograph("card_of_this_blender")
        self.installation.python = Path(self.settings["worker_python"]).resolve()
        self.session.failure = None
        yield from self.ask_plan()
        plan = self.installation.plan
        self.check("there is a plan that can start", plan is not None and plan.can_start, plan)
        self.figures["planned_download_bytes"], self.figures["planned_on_disk_bytes"] = plan.download, plan.on_disk
        yield from self.photograph("card")

    def killed(self) -> Steps:
        """The installer dies in the midst of it: one sentence, and the same button."""
        yield from self.press_install()
        began = time.monotonic()
        yield from self.until_run(lambda run: run.fraction > 0.02, LONGEST_INSTALLATION_SECONDS, "it has begun")
        yield from self.photograph("installing_begun")
        yield from self.until_run(lambda run: run.fraction > KILLED_AT, LONGEST_INSTALLATION_SECONDS, "a third is done")
        yield from self.photograph("installing_third")
        self.figures["seconds_until_killed"] = time.monotonic() - began
        killed = [process for process in engines(str(self.folder / "home"))]
        for process in killed:
            os.kill(process, signal.SIGKILL)
        yield from self.answered("it is over", LONGEST_INSTALLATION_SECONDS)
        self.check("an installer was killed", bool(killed), killed)
        told = self.session.failure
        self.check("its death is told in a sentence", told is not None, told and f"{told.code}: {told.sentence}")
        self.check("what is not whole does not count", self.session.storage().worker_python_or_none() is None)
        yield from self.photograph("killed")

    def installed(self) -> Steps:
        """The same button, to the end."""
        yield from self.press_install()
        began = time.monotonic()
        yield from self.until_run(lambda run: run.fraction > 0.8, LONGEST_INSTALLATION_SECONDS, "most is done")
        yield from self.photograph("installing_late")
        yield from self.until_run(lambda run: run.fraction > 0.94, LONGEST_INSTALLATION_SECONDS, "it is proved")
        yield from self.photograph("installing_proof")
        yield from wait_until(
            lambda: self.installation.work_or_none is None, LONGEST_INSTALLATION_SECONDS, "it is installed"
        )
        self.figures["seconds_to_install"] = time.monotonic() - began
        there = self.session.storage().worker_python_or_none()
        failure = self.session.failure
        self.check("PyTorch is installed by the button", there is not None and failure is None, failure or there)
        environment = self.session.storage().root / "environment"
        self.figures["environment_bytes"] = sum(
            path.lstat().st_size for path in environment.rglob("*") if not path.is_symlink() and path.is_file()
        )
        yield from self.answered("the pages are asked for anew")
        yield from self.photograph("installed")

    def first_mesh(self) -> Steps:
        """With the built-in model, by the other button."""
        self.use_scene_settings()
        yield 1.0
        yield from self.photograph("picture_chosen")
        yield from self.press(GENERATE)
        began = time.monotonic()
        yield from wait_until(lambda: bool(bpy.data.objects), LONGEST_MESH_SECONDS, "the first mesh")
        self.figures["seconds_to_first_mesh"] = time.monotonic() - began
        yield from wait_until(lambda: WATCH not in self.view.running(), LONGEST_MESH_SECONDS, "the watch ends")
        thing = bpy.data.objects[0]
        self.check("a mesh stands there", len(thing.data.vertices) > 1000, f"{len(thing.data.vertices)} vertices")
        yield 2.0
        yield from self.photograph("first_mesh", all_of_it=True)

    def look_at_checks(self) -> Steps:
        """The preferences' page and its checks; what Copy Diagnostics gives."""
        self.view.area.ui_type = "PREFERENCES"
        bpy.context.preferences.active_section = "ADDONS"
        bpy.context.window_manager.addon_search = "TripoSR"
        bpy.ops.preferences.addon_expand(module=PACKAGE)
        bpy.ops.triposr.check_installation()
        yield from self.answered("the checks", LONGEST_MESH_SECONDS)
        subprocess.run(["import", "-window", "root", str(self.folder / "page_checks.png")], check=False)
        bad = [finding for finding in self.installation.findings or () if finding.state == "bad"]
        self.check("nothing is bad", self.installation.findings is not None and not bad, bad)
        bpy.ops.triposr.copy_diagnostics()
        text = bpy.context.window_manager.clipboard
        (self.folder / "diagnostics.log").write_text(text)
        self.check("diagnostics don't tell the home", str(self.folder / "home") not in text)


def engines(home: str) -> Iterator[int]:
    """The installer's own processes (Linux): they are told that home's folder, and run its file."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_text().split("\0")
        except OSError:  # it ended while we looked
            continue
        if words[1:2] == ["-I"] and words[2].endswith("from_blender.py") and any(home in word for word in words):
            yield int(process.parent.name)


perform(InstallingReally)
