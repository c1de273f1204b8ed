# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an artist waits for the first mesh: worker started by the click, or warmed up when the picture was chosen.

    python benchmarks/cold_start.py [--model CHECKPOINT_DIR] [--photo PHOTO] [--resolution N] [--rounds N] [--json OUT]

Wall-clock seconds, medians over rounds in which both ways take turns, each with a worker of its own. The worker is the
real one, in a process of its own; "mesh" means: its arrays are read and checked, ready for Blender (the rest is in
into_blender.py). All files were read before: a first start after a boot also waits for the disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machine import machine
from triposr_addon.blender.mesh_arrays import read_mesh_file
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobState
from triposr_addon.host.models import BUILT_IN_FOLDER
from triposr_addon.host.storage import Storage
from triposr_addon.protocol import SurfaceSettings

PHOTO = Path(__file__).parents[1] / "docs" / "images" / "demo_photo.png"
LIMIT_SECONDS = 900.0
GLANCE_SECONDS = 0.005

Seconds = dict[str, list[float]]

NAMES = {
    "start_to_ready_s": "process start to ready for requests",
    "ready_to_model_s": "ready to model loaded",
    "first_click_cold_s": "first click to mesh, worker not started",
    "first_click_warmed_s": "first click to mesh, warmed up",
    "second_click_s": "second click to mesh",
}
"""Keys of the JSON, and what they mean."""


class Failed(Exception):
    """A job did not end well; the text says how."""


@dataclass(frozen=True)
class Trial:
    """What is measured: the photo, the model's folder, the resolution."""

    request: GenerationRequest

    def cold(self, seconds: Seconds) -> None:
        """A first and a second click, with a worker that the first one starts."""
        with _Worker() as worker:
            seconds["first_click_cold_s"].append(worker.click(self.request))
            seconds["second_click_s"].append(worker.click(self.request))

    def warmed(self, seconds: Seconds) -> None:
        """The same after a warm-up that has come to its end."""
        with _Worker() as worker:
            began = time.perf_counter()
            worker.generator.warm_up(self.request.model, self.request.photo, "auto")
            ready = worker.wait_until(lambda: worker.generator.worker() is not None) - began
            loaded = worker.wait_until(worker.generator.ready) - began
            seconds["start_to_ready_s"].append(ready)
            seconds["ready_to_model_s"].append(loaded - ready)
            seconds["first_click_warmed_s"].append(worker.click(self.request))
            seconds["second_click_s"].append(worker.click(self.request))


class _Worker:
    """A generator in a folder of its own; its worker is started by whoever needs it first."""

    def __enter__(self) -> _Worker:
        self._folder = tempfile.TemporaryDirectory(prefix="triposr_cold_start_")
        self.generator = Generator(Storage(Path(self._folder.name), python=Path(sys.executable)))
        return self

    def __exit__(self, *_: object) -> None:
        self.generator.stop()
        self._folder.cleanup()

    def click(self, request: GenerationRequest) -> float:
        """Seconds from the order to checked arrays. Raises Failed."""
        began = time.perf_counter()
        view = self.generator.run_until_done(self.generator.submit(request), LIMIT_SECONDS)
        if view.state is not JobState.DONE or view.result is None:
            raise Failed(f"{view.state}: {view.failure}")
        read_mesh_file(view.result.mesh)
        return time.perf_counter() - began

    def wait_until(self, condition: Callable[[], bool]) -> float:
        """The moment when it is so. Raises Failed after the limit."""
        deadline = time.perf_counter() + LIMIT_SECONDS
        while not condition():
            if time.perf_counter() > deadline:
                raise Failed("the worker did not become ready")
            self.generator.tick()
            time.sleep(GLANCE_SECONDS)
        return time.perf_counter()


def measured(trial: Trial, rounds: int) -> Seconds:
    """Both ways in turns: A B, B A and so on."""
    seconds: Seconds = {key: [] for key in NAMES}
    for number in range(rounds):
        ways = (trial.cold, trial.warmed) if number % 2 == 0 else (trial.warmed, trial.cold)
        for way in ways:
            way(seconds)
        print(f"round {number + 1} of {rounds}: { ({key: round(runs[-1], 2) for key, runs in seconds.items()}) }")
    return seconds


def report(seconds: Seconds, request: GenerationRequest) -> dict[str, object]:
    """The JSON: medians by key, every run, and a table."""
    medians = {key: round(statistics.median(runs), 3) for key, runs in seconds.items()}
    gain = medians["first_click_cold_s"] / medians["first_click_warmed_s"]
    where = f"model {request.model.name}, resolution {request.surface_settings.resolution}"
    return {
        "benchmark": "cold_start",
        "title": f"Cold start: {where}",
        "note": "Wall-clock seconds, medians, both ways in turns, files in the system's cache.",
        "machine": machine(),
        "columns": ["what", "s"],
        "rows": [[meaning, medians[key]] for key, meaning in NAMES.items()],
        "ratios": {"first click, worker not started against warmed up": round(gain, 2)},
        **medians,
        "runs": {key: [round(run, 3) for run in runs] for key, runs in seconds.items()},
    }


def main(arguments: list[str]) -> int:
    """Measure, print, and write the JSON where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUILT_IN_FOLDER, help="checkpoint folder; else the built-in one")
    parser.add_argument("--photo", type=Path, default=PHOTO)
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--threshold", type=float, default=SurfaceSettings.threshold)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    surface = SurfaceSettings(options.resolution, options.threshold)
    request = GenerationRequest(options.photo, options.model, "mesh", surface_settings=surface)
    told = report(measured(Trial(request), options.rounds), request)
    for key, meaning in NAMES.items():
        print(f"{meaning:<42} {told[key]:>8}")
    if options.json is not None:
        options.json.write_text(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
