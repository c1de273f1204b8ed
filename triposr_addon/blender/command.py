# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -b --command triposr pictures -o out.blend`: the same jobs without a window."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from . import command_line, session
from .asset.failures import RecipeUnknown
from .command_run import CommandRun, Stop
from .command_scene import fill_scene, pictures_of
from .command_words import CommandWords
from .failures import FileNotWritten, FolderWithoutPictures, ModelUnknown
from .parts.merge import merge

_handle: Any = None


def add() -> None:
    """Make the command known to Blender."""
    global _handle
    _handle = bpy.utils.register_cli_command(command_line.NAME, run)  # type: ignore[func-returns-value]  # a handle, says the manual


def remove() -> None:
    """Take it back."""
    global _handle
    bpy.utils.unregister_cli_command(_handle)
    _handle = None


def run(arguments: list[str]) -> int:
    """Exit code: 0 where every mesh was made, else 1; argparse's own 2 for a wrong command line."""
    wish, running = command_line.read(arguments), session.current()
    words = CommandWords(sys.stderr)
    try:
        pictures = pictures_of(wish)
    except FolderWithoutPictures as failure:
        words.failed(wish.sources[0].name, failure)
        return 1
    try:
        fill_scene(wish)
        if wish.merge:
            return merge(wish, pictures, words)
    except (ModelUnknown, RecipeUnknown) as failure:
        words.failed(wish.sources[0].name, failure)
        return 1
    except FileNotWritten as failure:
        words.failed((wish.into or wish.output).name, failure)
        return 1
    device, stop = running.preferences().device, Stop()
    running.preferences().device = wish.device or device
    try:
        with _asked_to_stop(stop):
            return CommandRun(running, wish, words, stop).make(pictures)
    except FileNotWritten as failure:
        words.failed(wish.output.name, failure)
        return 1
    finally:
        running.stop_worker()
        running.preferences().device = device


@contextmanager
def _asked_to_stop(stop: Stop) -> Iterator[None]:
    """CTRL-C, and what a render farm sends to end a process, only set a flag: nothing is left half-way."""
    former = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            # None: it was Blender's own, which Python can't put back; the command is about to end.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
