# SPDX-License-Identifier: GPL-3.0-or-later
"""From picture to object in Blender with a warm worker: what the worker, the waiting and Blender's own part take.

    PYTHON_WITH_BPY benchmarks/click_to_object.py --worker-python PYTHON [--rounds N] [--resolution N] [--json OUT]

The extension's own session, order and delivery, driven at the pace of its window timer; only the window is missing
(`tests/gui/smoke.py --story clicks` has one). Wall-clock seconds, medians. The first click is not counted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
EXTENSION = "bl_ext.user_default.triposr"
PHOTO = CHECKOUT / "docs" / "images" / "demo_photo.png"
LIMIT_SECONDS = 900.0

NAMES = {
    "click_to_object_s": "click to object",
    "worker_steps_s": "of it, the worker's steps",
    "blender_s": "of it, Blender's main thread: file to object",
    "waiting_s": "of it, the rest: files, messages, ticks",
}


class Failed(Exception):
    """The job did not end well; the text says how."""


def open_extension(folder: Path) -> Any:
    """Blender with this checkout as its extension, its user's folders in `folder`."""
    os.environ["BLENDER_USER_RESOURCES"] = str(folder)  # read when bpy is first imported
    bpy = importlib.import_module("bpy")
    extensions = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(CHECKOUT, target_is_directory=True)
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    return bpy


def room(name: str) -> Any:
    """A module of the extension as Blender loaded it."""
    return importlib.import_module(f"{EXTENSION}.triposr_addon.{name}")


def click(bpy: Any) -> dict[str, float]:
    """What the button does, tick by tick; the seconds under NAMES' keys. Raises Failed."""
    session, pace = room("blender.session").current(), room("blender.watch").TICK_SECONDS
    began = time.perf_counter()
    job = session.start(room("blender.order").order_from_context(bpy.context))
    session.tick()
    while not session.queue.view(job).state.over:
        if time.perf_counter() - began > LIMIT_SECONDS:
            raise Failed(f"not done after {LIMIT_SECONDS:g} s")
        time.sleep(pace)
        session.tick()
    view, over = session.queue.view(job), time.perf_counter()
    if view.result is None:
        raise Failed(f"{view.state}: {view.failure}")
    if bpy.ops.triposr.deliver(job=job) != {"FINISHED"}:
        raise Failed(session.queue.ticket(job).notice or "the object did not arrive")
    bpy.context.view_layer.update()
    there = time.perf_counter()
    session.queue.clear(job)
    steps = sum(view.result.seconds.values())
    seconds = there - began, steps, there - over, over - began - steps
    return dict(zip(NAMES, seconds, strict=True))


def measured(bpy: Any, options: argparse.Namespace) -> dict[str, list[float]]:
    """Every round's seconds under NAMES' keys."""
    settings = bpy.context.scene.triposr
    settings.image_path, settings.resolution = str(options.photo.resolve()), options.resolution
    room("blender.session").current().preferences().worker_python = str(options.worker_python)
    click(bpy)
    rounds = [click(bpy) for _ in range(options.rounds)]
    return {key: [one[key] for one in rounds] for key in NAMES}


def report(runs: dict[str, list[float]], blender: str, options: argparse.Namespace) -> dict[str, object]:
    """The JSON: medians by key, every run, and a table."""
    medians = {key: round(statistics.median(seconds), 4) for key, seconds in runs.items()}
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "benchmark": "click_to_object",
        "title": f"Click to object: built-in model, warm, resolution {options.resolution}, Blender {blender}",
        "note": "Wall-clock seconds, medians.",
        "machine": {"cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}", "load": load},
        "columns": ["what", "s"],
        "rows": [[meaning, medians[key]] for key, meaning in NAMES.items()],
        **medians,
        "runs": {key: [round(run, 4) for run in seconds] for key, seconds in runs.items()},
    }


def main(arguments: list[str]) -> int:
    """Measure, print, and write the JSON where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker-python", type=Path, required=True, help="Python with the worker's packages")
    parser.add_argument("--photo", type=Path, default=PHOTO)
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="triposr_click_") as folder:
        bpy = open_extension(Path(folder))
        try:
            told = report(measured(bpy, options), bpy.app.version_string, options)
        finally:
            bpy.ops.preferences.addon_disable(module=EXTENSION)
    print(told["title"])
    for key, meaning in NAMES.items():
        print(f"{meaning:<46} {told[key]:>8}")
    if options.json is not None:
        options.json.write_text(json.dumps(told, indent=1))
    return 0


def leave(run: Callable[[list[str]], int]) -> None:
    """Some Blender modules crash while Python shuts down: with all work done, leave before that."""
    code = run(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main)
