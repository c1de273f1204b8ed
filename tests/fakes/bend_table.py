# SPDX-License-Identifier: GPL-3.0-or-later
"""Every bend by its name: where the man in the middle acts, and what he does; see bends.py."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from tests.fakes import bends
from tests.fakes.bends import Bend, ends_by, says, says_progress, to_field, to_mesh, with_arrays
from triposr_addon import protocol

LOG = b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"'
KILLS = {f"killed at {step}": Bend(f"at {step}", ends_by(signal.SIGKILL)) for step in protocol.STEPS}
RECONSTRUCT, EXTRACT = "answer of reconstruct", "answer of extract"

BENDS: Mapping[str, Bend] = {
    **KILLS,
    "killed when asked": Bend("asked reconstruct", ends_by(signal.SIGKILL)),
    "killed before the answer": Bend(EXTRACT, ends_by(signal.SIGKILL)),
    "segmentation fault": Bend("at reconstruct", ends_by(signal.SIGSEGV)),
    "abort": Bend("at extract", ends_by(signal.SIGABRT)),
    "terminated": Bend("at frame", ends_by(signal.SIGTERM)),
    "hung up": Bend("at colour", ends_by(signal.SIGHUP)),
    "leaves with 0": Bend("at extract", bends.leaves),
    "dies leaving children": Bend("at extract", bends.dies_leaving_children),
    "fork bomb on stderr": Bend("at frame", bends.starts_children(6)),
    "silent for ever": Bend("at reconstruct", bends.falls_silent),
    "beats without work": Bend("at extract", bends.stops_working),
    "ignores cancel": Bend("at reconstruct", bends.ignores_cancel),
    "out of address space": Bend("asked extract", bends.runs_out_of_address_space),
    "killed for memory": Bend("asked extract", bends.is_killed_for_memory),
    "file size limit": Bend("asked reconstruct", bends.can_write_little),
    "closed output": Bend("at frame", bends.closes_output),
    "closed input": Bend("at reconstruct", bends.closes_input),
    "closed errors": Bend("at frame", bends.closes_errors),
    "full output": Bend("at frame", bends.fills_output),
    "full errors": Bend("at frame", bends.fills_errors),
    "byte by byte": Bend("at frame", bends.dribbles),
    "babble": Bend("at frame", says(b"Downloading: 100%|#####|\n")),
    "half a line, then death": Bend(RECONSTRUCT, bends.says_half_and_dies),
    "half a line, then silence": Bend(EXTRACT, bends.says_half_and_waits),
    "a line of 1 GB": Bend("at extract", bends.says_a_gigabyte),
    "a line of 2 MB": Bend("at frame", says(LOG + b"x" * (2 << 20) + b'"}}\n')),
    "invalid UTF-8": Bend("at frame", says(LOG + b'\xff\xfe\x80"}}\n')),
    "zero bytes": Bend("at frame", says(b"\0" * 300 + b"\n")),
    "deep JSON": Bend("at frame", says(b"[" * 200_000 + b"\n")),
    "huge number": Bend(
        "at frame", says(b'{"jsonrpc":"2.0","method":"memory_held","params":{"resident":' + b"9" * 4000 + b"}}\n")
    ),
    "NaN in a line": Bend("at frame", says(b'{"jsonrpc":"2.0","method":"heartbeat","params":{"cpu_seconds":NaN}}\n')),
    "answers twice": Bend(RECONSTRUCT, bends.says_twice),
    "answers twice at the end": Bend(EXTRACT, bends.says_twice),
    "answers late": Bend(EXTRACT, bends.says_late),
    "answers a stranger": Bend(RECONSTRUCT, bends.says_to_a_stranger),
    "wrong fields": Bend(RECONSTRUCT, bends.says_wrong_fields),
    "unknown step": Bend("at frame", says_progress(step="make tea")),
    "step of another kind": Bend("at frame", says_progress(step="draw sheet")),
    "progress of another job": Bend("at frame", says_progress(job="nobody")),
    "answers without work": Bend("asked extract", bends.answers_without_work),
    "half a mesh file": Bend(EXTRACT, to_mesh(bends.halve)),
    "empty mesh file": Bend(EXTRACT, to_mesh(bends.empty)),
    "flipped bits in a mesh": Bend(EXTRACT, to_mesh(bends.scramble)),
    "no mesh file": Bend(EXTRACT, to_mesh(lambda path: path.unlink())),
    "NaN in a mesh": Bend(EXTRACT, to_mesh(with_arrays(bends.nan_in_vertices))),
    "wild triangle": Bend(EXTRACT, to_mesh(with_arrays(bends.wild_triangle))),
    "half a field file": Bend(RECONSTRUCT, to_field(bends.halve)),
    "no field file": Bend(RECONSTRUCT, to_field(lambda path: path.unlink())),
}

AT_THE_START: Mapping[str, Bend] = {
    "dies at the start": Bend("start", bends.dies_at_the_start),
    "hangs at the start": Bend("start", bends.hangs_at_the_start),
    "another version": Bend("start", bends.speaks_another_version),
    "refuses to start": Bend("start", bends.refuses),
}
