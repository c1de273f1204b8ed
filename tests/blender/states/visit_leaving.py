# SPDX-License-Identifier: GPL-3.0-or-later
"""A Blender with a job under way, which then goes, or whose extension does.

python visit_leaving.py CHECKOUT FOLDER HOW. FOLDER/worker gets the worker's process id, FOLDER/seen what was seen.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

EXTENSION = "bl_ext.user_default.triposr"
CHECKOUT, FOLDER, HOW = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
LONG_S = 60.0


def blender_with_the_extension() -> Any:
    os.environ["BLENDER_USER_RESOURCES"] = str(FOLDER / "home")
    blender = importlib.import_module("bpy")
    extensions = Path(blender.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(CHECKOUT, target_is_directory=True)
    blender.ops.preferences.addon_enable(module=EXTENSION)
    return blender


def room(name: str) -> Any:
    return importlib.import_module(f"{EXTENSION}.triposr_addon.{name}")


def session_with_a_fake_worker(bpy: Any) -> Any:
    session = room("blender.session").current()
    fake = CHECKOUT / "tests" / "fakes" / "fake_worker.py"
    command = room("host.worker_command").WorkerCommand(Path(sys.executable), fake, ("starts",))
    session.make_generator = lambda storage, device: room("host.generation").Generator(
        storage, device=device, command=command
    )
    session.preferences().data_folder = str(FOLDER / "data")
    return session


def begin(bpy: Any, session: Any) -> str:
    """A job that would go on for ever; the worker is at it."""
    photo = FOLDER / "works-until-cancelled.png"
    photo.write_bytes(b"a picture")
    bpy.context.scene.triposr.image_path = str(photo)
    job = str(session.start(room("blender.order").order_from_context(bpy.context)))
    deadline = time.monotonic() + LONG_S
    while session.queue.view(job).step != "reconstruct":
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.01)
    (FOLDER / "worker").write_text(str(session.worker_or_none().pid))
    return job


def seen(**facts: Any) -> None:
    (FOLDER / "seen").write_text(json.dumps(facts))


def leave(bpy: Any) -> None:
    """The ways that end here; SIGTERM and SIGKILL come from outside."""
    if HOW == "quit":
        bpy.ops.wm.quit_blender()
    elif HOW == "exit":
        sys.exit(3)
    elif HOW == "exception":
        raise ValueError("a script's own mistake")
    else:
        time.sleep(LONG_S)


def switch_off_and_on(bpy: Any) -> None:
    bpy.ops.preferences.addon_disable(module=EXTENSION)
    left = sorted(path.name for path in (FOLDER / "data").rglob("*") if path.is_file() and path.suffix != ".log")
    gone = not hasattr(bpy.types.Scene, "triposr") and not hasattr(bpy.types, "TRIPOSR_OT_generate")
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    again = session_with_a_fake_worker(bpy)
    jobs_after = len(again.queue.views())
    begin(bpy, again)
    bpy.ops.preferences.addon_disable(module=EXTENSION)
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    seen(left=left, gone=gone, jobs_after=jobs_after, poll=bpy.ops.triposr.cancel.poll())


if __name__ == "__main__":
    bpy = blender_with_the_extension()
    begin(bpy, session_with_a_fake_worker(bpy))
    first = (FOLDER / "worker").read_text()
    if HOW == "switch":
        switch_off_and_on(bpy)
        (FOLDER / "workers").write_text(f"{first} {(FOLDER / 'worker').read_text()}")
        sys.stdout.flush()
        os._exit(0)
    (FOLDER / "ready").touch()
    leave(bpy)
