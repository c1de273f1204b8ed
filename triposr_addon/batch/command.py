# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m triposr_addon batch SOURCE -o TARGET`: a library of pictures becomes a library of meshes.

The catalogue's path goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from triposr_addon.batch.options import parser as batch_parser
from triposr_addon.worker.failure_lines import tell_failure

if TYPE_CHECKING:
    from types import FrameType

# Imports of torch and of what needs it stand inside the functions: --help is there at once.

ALL_THERE, SOME_FAILED, NOTHING_BEGUN, UNWRITABLE, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    parser = batch_parser()
    options = parser.parse_args(arguments)
    if options.merge is None and (options.source is None or options.output is None):
        parser.error("give a SOURCE and -o TARGET, or --merge TARGET")
    if options.merge is not None and options.output is not None:
        parser.error("--merge TARGET makes nothing, so it takes no -o")
    if options.merge is not None and options.shard.count > 1:
        parser.error("--merge is about all shards, so it takes no --shard")
    if options.timeline and options.ray:
        parser.error("--timeline is about this machine, --ray about others: give one of them")
    if options.timeline and (options.timeline.suffix.lower() != ".svg" or not options.timeline.parent.is_dir()):
        parser.error(f"--timeline draws an SVG in a folder that is there; {options.timeline} can't be one")
    before = signal.signal(signal.SIGTERM, _interrupt)  # a scheduler that needs the machine sends it
    try:
        return _done(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _done(options: argparse.Namespace) -> int:
    from triposr_addon.batch.quiet_threads import ask_for_one_thread

    ask_for_one_thread()
    from triposr_addon.batch.run import merge, run
    from triposr_addon.batch.target_failures import TargetFailure
    from triposr_addon.worker.failures import WorkerFailure

    try:
        return merge(options) if options.merge is not None else run(options)
    except TargetFailure as failure:
        tell_failure(sys.stderr, failure.report())
        return UNWRITABLE
    except WorkerFailure as failure:
        tell_failure(sys.stderr, failure.report())
        return NOTHING_BEGUN


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Whether a command line begins with the word, and does not mean a photo of that name."""
    return bool(arguments) and arguments[0] == "batch" and not Path("batch").is_file()
