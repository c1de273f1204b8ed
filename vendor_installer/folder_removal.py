# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes folders, with patience for what holds their files, and so that a sudden end leaves nothing unclear."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

TRIES = 10
PAUSE_S = 0.3
GOING = ".going"
"""Added to the name of a folder that is on its way out."""


def remove_folder(folder: Path) -> None:
    """Delete a folder with all that is in it, trying again for some seconds: virus scanners hold files for a moment.

    Raises OSError when it still stands.
    """
    _patiently(lambda: shutil.rmtree(folder))


def discard_folder(folder: Path) -> None:
    """The same for a folder that bears a mark: it is renamed first. Killed half-way, a deletion would leave it without
    its mark, and nobody could tell any more whose it is. Raises OSError.
    """
    going = folder.with_name(folder.name + GOING)
    remove_folder(going)
    _patiently(lambda: folder.rename(going))
    remove_folder(going)


def _patiently(work: Callable[[], object]) -> None:
    for remaining in range(TRIES, -1, -1):
        try:
            work()
        except FileNotFoundError:
            return
        except OSError:
            if remaining == 0:
                raise
            time.sleep(PAUSE_S)
        else:
            return
