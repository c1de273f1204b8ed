# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of sixty pictures in one run, three of them broken: what comes, what is named, and what memory it takes.

    BLENDER_PYTHON tests/long/sixty_pictures.py --worker-python .../bin/python [--json OUT] PICTURE [PICTURE …]

BLENDER_PYTHON has Blender as a module. The extension is this checkout, the worker and its built-in model are the real
ones, the folder is made of the pictures by picture_folder.py. About two minutes; Linux, for /proc. Exit code 0: every
check held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
EXTENSION = "bl_ext.user_default.triposr"
GOOD, BROKEN = 57, 3
EARLY, LATE = 10, 60
MOST_GROWTH = 0.05
"""Of the worker's memory, from the job EARLY to the job LATE."""
LOOK_SECONDS = 0.02


def resident_mb(pid: int) -> float:
    """What a process holds in memory, in MB (10^6 bytes); 0 where there is none."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) * 1024 / 1e6 if lines else 0.0


class MemoryBook:
    """What worker and Blender held when the n-th job was over: looked up from a thread, while Blender waits."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.worker: dict[int, float] = {}
        self.blender: dict[int, float] = {}
        self._over = threading.Event()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts."""
        writer = threading.Thread(target=self._write)
        writer.start()
        try:
            yield
        finally:
            self._over.set()
            writer.join()

    def _write(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        generator = self.session._generator
        worker = generator.worker() if generator else None
        over = len([view for view in self.session.queue.views() if view.state.over])
        if worker is not None and over and over not in self.worker:
            self.worker[over], self.blender[over] = resident_mb(worker.pid), resident_mb(os.getpid())


def start_blender(home: Path, worker_python: Path) -> Any:
    """Blender as a module, with this checkout as its extension."""
    os.environ["BLENDER_USER_RESOURCES"] = str(home / "blender")
    import bpy

    extensions = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(CHECKOUT, target_is_directory=True)
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    preferences = bpy.context.preferences.addons[EXTENSION].preferences
    preferences.worker_python, preferences.data_folder = str(worker_python), str(home / "data")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy


def run_folder(bpy: Any, folder: Path) -> dict[str, Any]:
    """Order the folder as a script does, and look at what came."""
    session = sys.modules[f"{EXTENSION}.triposr_addon.blender.session"].current()
    book, began = MemoryBook(session), time.monotonic()
    with book.kept():
        bpy.ops.triposr.add_folder(directory=str(folder))
    seconds = time.monotonic() - began
    failed = {
        view.request.photo.name: session.queue.ticket(view.id).failure.code
        for view in session.queue.views()
        if session.queue.ticket(view.id).failure is not None
    }
    return {
        "blender": bpy.app.version_string,
        "seconds": seconds,
        "objects": len([thing for thing in bpy.data.objects if thing.type == "MESH"]),
        "failed": failed,
        "worker_mb": book.worker,
        "blender_mb": book.blender,
    }


def checks_of(seen: dict[str, Any]) -> dict[str, bool]:
    """Each promise, and whether it was kept."""
    worker = seen["worker_mb"]
    early, late = (worker.get(number) or worker[max(worker)] for number in (EARLY, LATE))
    seen["worker_growth"] = late / early - 1.0
    return {
        f"{GOOD} objects": seen["objects"] == GOOD,
        "three failures, with names and codes": len(seen["failed"]) == BROKEN and all(seen["failed"].values()),
        "none of a good picture": all(name.startswith("broken_") for name in seen["failed"]),
        f"worker's memory within {MOST_GROWTH:.0%}": abs(seen["worker_growth"]) <= MOST_GROWTH,
    }


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker-python", type=Path, required=True, help="Python with the worker's packages")
    parser.add_argument("--json", type=Path, help="file for what was seen")
    parser.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Make the folder, run it, tell."""
    options = options_from(arguments)
    with tempfile.TemporaryDirectory(prefix="triposr_sixty_") as home:
        folder = Path(home) / "sixty"
        maker = [str(options.worker_python), str(CHECKOUT / "tests" / "long" / "picture_folder.py"), str(folder)]
        subprocess.run([*maker, "--good", str(GOOD), *map(str, options.pictures)], check=True, timeout=120)
        bpy = start_blender(Path(home), options.worker_python.absolute())
        seen = run_folder(bpy, folder)
        bpy.ops.preferences.addon_disable(module=EXTENSION)
    seen["checks"] = checks_of(seen)
    if options.json:
        options.json.write_text(json.dumps(seen, indent=1))
    tell(seen)
    return 0 if all(seen["checks"].values()) else 1


def tell(seen: dict[str, Any]) -> None:
    """What was seen, for people."""
    for name, kept in seen["checks"].items():
        print("ok  " if kept else "FAIL", name)
    print(f"Blender {seen['blender']}: {seen['objects']} objects in {seen['seconds']:.0f} s; failed: {seen['failed']}")
    for name in ("worker_mb", "blender_mb"):
        book = seen[name]
        print(name, {number: round(book[number]) for number in book if number in (1, EARLY, 30, LATE, max(book))})


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # some Blender modules crash while Python shuts down, with all work done
