# SPDX-License-Identifier: GPL-3.0-or-later
"""Results appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from triposr_addon.worker.failures import OutputUnwritable


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Hand out a temporary path beside `path`; rename it when the block ends well, remove it when not.

    The temporary name ends in `path`'s suffix. An older file at `path` is replaced.

    Raises:
        OutputUnwritable: the folder is not there or not writable, the disk is full, or `path` is in use.
    """
    aside = path.with_name(f".{path.stem[:80]}.{os.getpid()}.part{path.suffix}")
    try:
        yield aside
        # A path of our own: Path.replace is atomic on one file system, and both names are in one folder.
        aside.replace(path)
    except OSError as error:
        raise OutputUnwritable(_unwritable(path, error), repr(error)) from error
    finally:
        # On a disk that has become read-only it stays, and what is told is the failure to write.
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> str:
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist. Create it, or choose another folder."
    if path.is_dir():
        return f"{path} is a folder. Choose a file name for the result."
    reason = error.strerror or "the system refused"
    return f"{path.name} could not be written: {reason}. Check the free space and the rights of {path.parent}."
