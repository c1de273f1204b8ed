# SPDX-License-Identifier: GPL-3.0-or-later
"""Hundreds of jobs in one Blender, with what artists do between them: what memory Blender and the worker hold.

    BLENDER_PYTHON tests/long/soak.py --worker-python .../bin/python --picture PICTURE [--jobs 500] [--json OUT]

BLENDER_PYTHON has Blender as a module; the extension is this checkout, the worker and its built-in model are the real
ones. After each job comes one of: undo, undo and redo, delete, edit mode, sculpt mode, another mesh of the same field,
saving and opening the file, a new file; drawn by --seed. Exit code 0: every job gave what it should, nothing is left
over, and neither process grows by more than MOST_MB_PER_100 in the later four fifths. Linux, for /proc.
soak_plot.py draws the JSON.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.long.sixty_pictures import EXTENSION, resident_mb, start_blender

MOST_MB_PER_100 = 8.0
WARMING_UP = 0.2
"""Of the jobs: caches fill, and Blender's list of undo steps gets as long as the preferences let it."""
MOST_OBJECTS = 6
RESOLUTION = 48
TOLD = (1, 10, 50, 100, 200, 300, 400, 500)


class Artist:
    """Makes an object, then does something else; `did` counts what."""

    def __init__(self, bpy: Any, home: Path, picture: Path, seed: int) -> None:
        self.bpy, self.home, self.picture = bpy, home, picture
        self.draw = random.Random(seed)
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.pastimes: dict[str, tuple[int, Callable[[], None]]] = {
            "undo": (4, self.undo),
            "undo and redo": (4, self.undo_and_redo),
            "delete": (4, self.delete),
            "edit mode": (2, lambda: self.visit_mode("EDIT")),
            "sculpt mode": (2, lambda: self.visit_mode("SCULPT")),
            "re-extract": (4, self.re_extract),
            "save and open": (1, self.save_and_open),
            "new file": (1, self.new_file),
        }
        self.new_file()

    def work(self, number: int) -> None:
        """One job, and something after it."""
        if self.bpy.context.mode != "OBJECT":
            self.bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
        before = len(self.bpy.data.objects)
        answer = self.bpy.ops.triposr.generate("EXEC_DEFAULT", True)
        if answer != {"FINISHED"} or len(self.bpy.data.objects) != before + 1:
            self.wrong.append(f"job {number}: {answer}, {len(self.bpy.data.objects) - before} objects")
        weights = [weight for weight, _ in self.pastimes.values()]
        name = self.draw.choices(list(self.pastimes), weights)[0]
        self.did[name] += 1
        self.pastimes[name][1]()
        self.tidy_up()

    def undo(self) -> None:
        """The object goes, as one step."""
        before = len(self.bpy.data.objects)
        self.bpy.ops.ed.undo()
        if len(self.bpy.data.objects) != before - 1:
            self.wrong.append(f"undo: {before} objects became {len(self.bpy.data.objects)}")

    def undo_and_redo(self) -> None:
        """It goes and comes."""
        before = sorted(thing.name for thing in self.bpy.data.objects)
        self.bpy.ops.ed.undo()
        self.bpy.ops.ed.redo()
        if sorted(thing.name for thing in self.bpy.data.objects) != before:
            self.wrong.append("redo brought other objects")

    def delete(self) -> None:
        """What is selected, which is the newest."""
        self.bpy.ops.object.delete("EXEC_DEFAULT", True)

    def visit_mode(self, mode: str) -> None:
        """Go into a mode; the next job begins in object mode again."""
        if self.bpy.context.object is not None:
            self.bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)

    def re_extract(self) -> None:
        """Another mesh of the same field."""
        if not self.bpy.ops.triposr.re_extract.poll():
            return
        living = self.bpy.context.window_manager.triposr_living
        living.threshold = self.draw.choice((15.0, 25.0, 35.0))
        if self.bpy.ops.triposr.re_extract("EXEC_DEFAULT", True) != {"FINISHED"}:
            self.wrong.append("re-extract gave nothing")

    def save_and_open(self) -> None:
        """The same scene, read from a file."""
        path = str(self.home / "scene.blend")
        self.bpy.ops.wm.save_as_mainfile(filepath=path)
        self.bpy.ops.wm.open_mainfile(filepath=path)
        self.bpy.ops.ed.undo_push(message="opened")

    def new_file(self) -> None:
        """An empty scene with the settings of this test."""
        self.bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        settings = self.bpy.context.scene.triposr
        settings.image_path, settings.resolution = str(self.picture), RESOLUTION
        self.bpy.ops.ed.undo_push(message="base")

    def tidy_up(self) -> None:
        """An artist keeps a few, purges what nothing uses any more, and clears the list of jobs that are over."""
        if len(self.bpy.data.objects) > MOST_OBJECTS and self.bpy.context.mode == "OBJECT":
            self.bpy.ops.object.select_all(action="SELECT")
            self.bpy.ops.object.delete("EXEC_DEFAULT", True)
            self.bpy.data.orphans_purge(do_recursive=True)
        if self.bpy.ops.triposr.clear_finished.poll():
            self.bpy.ops.triposr.clear_finished()


def soak(bpy: Any, options: argparse.Namespace, home: Path) -> dict[str, Any]:
    """Work, and look at memory after each job."""
    session = sys.modules[f"{EXTENSION}.triposr_addon.blender.session"].current()
    artist = Artist(bpy, home, options.picture.absolute(), options.seed)
    blender, worker, began = [], [], time.monotonic()
    for number in range(options.jobs):
        artist.work(number)
        blender.append(round(resident_mb(os.getpid()), 1))
        process = session.worker_or_none()
        worker.append(round(resident_mb(process.pid), 1) if process else 0.0)
    seconds = time.monotonic() - began
    left_folders = sorted(path.name for path in session.storage().jobs.iterdir())
    artist.new_file()
    ctypes.CDLL(None).malloc_trim(0)
    return {
        "blender": bpy.app.version_string,
        "jobs": options.jobs,
        "seed": options.seed,
        "seconds": round(seconds, 1),
        "did": dict(artist.did),
        "wrong": artist.wrong,
        "left_folders": left_folders,
        "blender_mb": blender,
        "worker_mb": worker,
        "blender_mb_in_an_empty_file": round(resident_mb(os.getpid()), 1),
        "slopes": {"blender": slope(blender), "worker": slope(worker)},
    }


def slope(samples: list[float]) -> float:
    """MB per 100 jobs after the warming up, by the straight line of least squares."""
    late = samples[int(len(samples) * WARMING_UP) :]
    return round(100.0 * statistics.linear_regression(range(len(late)), late).slope, 2)


def checks_of(seen: dict[str, Any]) -> dict[str, bool]:
    """Each promise, and whether it was kept."""
    return {
        "each job and each pastime gave what it should": not seen["wrong"],
        "no folder of a job is left": not seen["left_folders"],
        f"Blender grows by less than {MOST_MB_PER_100:g} MB per 100 jobs": seen["slopes"]["blender"] < MOST_MB_PER_100,
        f"the worker grows by less than {MOST_MB_PER_100:g} MB per 100 jobs": seen["slopes"]["worker"]
        < MOST_MB_PER_100,
    }


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker-python", type=Path, required=True, help="Python with the worker's packages")
    parser.add_argument("--picture", type=Path, required=True, help="photo to make all meshes of")
    parser.add_argument("--jobs", type=int, default=500, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=6, help="of what is done between them (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file for what was seen")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Work, look, tell."""
    options = options_from(arguments)
    with tempfile.TemporaryDirectory(prefix="triposr_soak_") as home:
        bpy = start_blender(Path(home), options.worker_python.absolute())
        seen = soak(bpy, options, Path(home))
        bpy.ops.preferences.addon_disable(module=EXTENSION)
    seen["checks"] = checks_of(seen)
    if options.json:
        options.json.write_text(json.dumps(seen))
    for name, kept in seen["checks"].items():
        print("ok  " if kept else "FAIL", name)
    print({name: seen[name] for name in seen if name not in ("blender_mb", "worker_mb", "checks")})
    for name in ("blender_mb", "worker_mb"):
        samples = seen[name]
        print(name, {number: samples[number - 1] for number in TOLD if number <= len(samples)})
    return 0 if all(seen["checks"].values()) else 1


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # some Blender modules crash while Python shuts down, with all work done
