# SPDX-License-Identifier: GPL-3.0-or-later
"""What a storm has seen, in numbers."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.long.storm_ground import left_processes
from tests.long.storm_scene import Scene

PROMISED_SECONDS = 5.0
LARGEST_LOGS = 2 << 20
LEFT_SECONDS = 6.0


@dataclass
class Tally:
    """counts: jobs, done, seconds and so on. faults: by name. verdicts, ticks: the longest, in seconds, by fault.

    wrong: whatever breaks a promise, in words.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, float] = field(default_factory=dict)
    ticks: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, earlier: dict[str, Any]) -> Tally:
        """That of an earlier piece, or an empty one."""
        counts, faults = Counter(earlier.get("counts", {})), Counter(earlier.get("faults", {}))
        verdicts, ticks = earlier.get("verdicts", {}), earlier.get("ticks", {})
        return cls(counts, faults, verdicts, ticks, earlier.get("wrong", []))

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return {
            "counts": self.counts,
            "faults": self.faults,
            "verdicts": self.verdicts,
            "ticks": self.ticks,
            "wrong": self.wrong,
        }

    @property
    def kept_its_promises(self) -> bool:
        """Whether nothing was wrong, lost, left, or told too late."""
        return not self.wrong

    def verdict(self, fault: str, seconds: float) -> None:
        """So long after the fault the artist read about it."""
        self.verdicts[fault] = max(self.verdicts.get(fault, 0.0), round(seconds, 3))
        if seconds > PROMISED_SECONDS:
            self.counts["verdicts after five seconds"] += 1
            self.wrong.append(f"{fault}: told after {seconds:.2f} s")

    def tick(self, fault: str, seconds: float) -> None:
        """So long was Blender's main thread held at the most."""
        self.ticks[fault] = max(self.ticks.get(fault, 0.0), round(seconds, 4))

    def break_promise(self, kind: str, words: str) -> None:
        """Something that must not be."""
        self.counts[kind] += 1
        self.wrong.append(f"{kind}: {words}")

    def look_for_what_is_left(self, scene: Scene, allowed_groups: set[int], when: str) -> None:
        """Processes, job folders, temporary files, and logs that grew too large."""
        for pid, line in left_processes(scene.ground.folder, allowed_groups).items():
            self.break_promise("left processes", f"{when}: {pid} {line}")
        for left in [*scene.storage.jobs.glob("triposr-job-*"), *(scene.ground.folder / "tmp").iterdir()]:
            self.break_promise("left files", f"{when}: {left.name}")
        logs = sum(file.stat().st_size for file in scene.storage.logs.glob("*") if file.is_file())
        self.counts["largest logs"] = max(self.counts["largest logs"], logs)
        if logs > LARGEST_LOGS:
            self.break_promise("logs too large", f"{when}: {logs}")

    def told(self) -> str:
        """For people."""
        slowest = sorted(self.verdicts.items(), key=lambda entry: -entry[1])
        held = sorted(self.ticks.items(), key=lambda entry: -entry[1])[:6]
        lines = [f"{time.strftime('%Y-%m-%d %H:%M')}  {sum(self.faults.values())} faults of {len(self.faults)} kinds"]
        lines += [f"{name}: {number}" for name, number in sorted(self.counts.items())]
        lines += [f"longest time to a verdict: {seconds:6.2f} s  {name}" for name, seconds in slowest]
        lines += [f"longest hold of the main thread: {1000 * seconds:7.1f} ms  {name}" for name, seconds in held]
        return "\n".join([*lines, *(f"WRONG {line}" for line in self.wrong)])
