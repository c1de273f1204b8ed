# SPDX-License-Identifier: GPL-3.0-or-later
"""One host in the storm: its generator, its clock, and the jobs that are under way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.long.storm_ground import SURFACE, Ground
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobView
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import Limits

MIDDLE = Path(__file__).parents[1] / "fakes" / "bending_worker.py"
LIMITS = Limits(start=60.0, silence=8.0)
"""The artist's are 180 and 300 seconds; a storm has not that long, and what is measured is when something is said."""
TICK_SECONDS = 0.002


@dataclass
class JumpingClock:
    """time.monotonic, put forward and back by hand."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Scene:
    """ground: what stays. after: what undoes what was done to it."""

    ground: Ground
    clock: JumpingClock = field(default_factory=JumpingClock)
    longest_tick: float = 0.0
    after: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.storage = Storage(self.ground.root)
        command = WorkerCommand(Path(sys.executable), MIDDLE, (str(self.ground.stamps),))
        self.generator = Generator(self.storage, device="cpu", command=command, limits=LIMITS, clock=self.clock)

    def request(self, shape: str, bend: str, number: int) -> GenerationRequest:
        """A job for the picture of that shape."""
        photo = self.ground.photo(shape, bend, number)
        return GenerationRequest(photo, self.ground.model, f"{number} {shape}", surface_settings=SURFACE)

    def tick(self) -> None:
        """As Blender's timer does; how long it took is kept."""
        began = time.perf_counter()
        self.generator.tick()
        self.longest_tick = max(self.longest_tick, time.perf_counter() - began)

    def view(self, job: str) -> JobView:
        """How a job stands."""
        return self.generator.view(job)

    def worker_group_or_none(self) -> int | None:
        """The worker's process group; None while there is none."""
        process = self.generator._worker._process
        return process.pid if process is not None else None

    def groups(self) -> set[int]:
        """Process groups that may be there: of the man in the middle and of his worker."""
        group, worker = self.worker_group_or_none(), self.ground.stamps / "worker"
        return {group, int(worker.read_text() or 0)} if group is not None and worker.is_file() else set()

    def warm(self) -> int:
        """Have an idle worker, and give its group."""
        self.generator.memory.start_worker()
        until = time.monotonic() + LIMITS.start
        while not self.generator.ready() and time.monotonic() < until:
            self.tick()
            self.generator.memory.start_worker()
            time.sleep(TICK_SECONDS)
        group = self.worker_group_or_none()
        assert group is not None, "it is ready"
        return group

    def end_worker(self) -> None:
        """As Stop Worker does, whatever it is doing."""
        self.generator._worker.stop()

    def clean_up(self) -> None:
        """Undo what was done to the ground."""
        for undo in self.after:
            undo()
        self.after.clear()
