# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed, and what the installer is at. It runs in a process of its own, one command after the other.

A question (the plan, the models, the checks) is asked behind the scenes. Work (installing, fetching) has a bar, and a
button that cancels it.
"""

from __future__ import annotations

import collections
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..host.installer_run import InstallerCommand, InstallerRun
from ..host.installer_words import Finding, InstallPlan, ModelRow
from .installer import Installer

BACKGROUND_STEP_SECONDS = 0.02


@dataclass(frozen=True)
class Task:
    """A command for the installer. title: what the bar calls it, "" for a question. on_end: takes what it said."""

    kind: str
    title: str
    arguments: tuple[str, ...]
    on_end: Callable[[InstallerRun], None]


class Installation:
    """All of this in one Blender session. python: the one that the environment is made with, Blender's own."""

    def __init__(self, installer: Installer, python: Path | None = None) -> None:
        self.installer = installer
        self.python = python or Path(sys.executable)
        self.plan: InstallPlan | None = None
        self.models: tuple[ModelRow, ...] | None = None
        self.findings: tuple[Finding, ...] | None = None
        self.diagnostics = ""
        self._waiting: collections.deque[Task] = collections.deque()
        self._task: Task | None = None
        self._run: InstallerRun | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is asked or done, or waits for that."""
        return self._task is not None or bool(self._waiting)

    @property
    def work_or_none(self) -> Task | None:
        """What has a bar now, or will have one soon."""
        return next((task for task in (self._task, *self._waiting) if task is not None and task.title), None)

    @property
    def run_or_none(self) -> InstallerRun | None:
        """The process of that work, where it has begun."""
        return self._run if self._task is not None and self._task.title else None

    def asks(self, kind: str) -> bool:
        """Whether such a command runs or waits."""
        return any(task is not None and task.kind == kind for task in (self._task, *self._waiting))

    def add(self, task: Task) -> None:
        """Have it done next. One of its kind that only waits is forgotten: what it would say is old."""
        self._waiting = collections.deque(other for other in self._waiting if other.kind != task.kind)
        if task.title:
            self._waiting.appendleft(task)
        else:
            self._waiting.append(task)

    def cancel(self) -> None:
        """End the work that has a bar; what was fetched stays for the next time."""
        if self._run is not None and self._task is not None and self._task.title:
            self._run.cancel()
        self._waiting = collections.deque(task for task in self._waiting if not task.title)

    def tick(self) -> bool:
        """Take in what the installer said, and start what comes next; whether something ended or began."""
        if self._run is None:
            return self._start_next()
        self._run.poll()
        if not self._run.over:
            return False
        task, run = self._task, self._run
        self._task = self._run = None
        assert task is not None
        task.on_end(run)
        return True

    def run_to_end(self) -> None:
        """Where no timer ticks: until nothing waits any more. Each command sets its own limits."""
        while self.busy:
            self.tick()
            time.sleep(BACKGROUND_STEP_SECONDS)

    def close(self) -> None:
        """End everything, with Blender or the extension."""
        self._waiting.clear()
        if self._run is not None:
            self._run.close()
        self._task = self._run = None

    def _start_next(self) -> bool:
        if not self._waiting:
            return False
        self._task = self._waiting.popleft()
        door, guardian = Path(self.installer.DOOR), Path(self.installer.GUARDIAN)
        self._run = InstallerRun(InstallerCommand(self.python, guardian, door, self._task.arguments))
        return True
