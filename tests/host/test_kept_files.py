# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept files have a ceiling, and nobody takes a young one away."""

from __future__ import annotations

import os
import time
from pathlib import Path

from triposr_addon.host.kept_files import YOUNG_SECONDS, name_of, put, remove_surplus

WEEK = 7 * 24 * 3600.0


def kept(folder: Path, name: str, days: float, size: int = 100) -> Path:
    path = put(b"x" * size, folder / name)
    then = time.time() - days * 24 * 3600.0
    os.utime(path, (then, then))
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_nobody_used_for_long_goes(tmp_path: Path) -> None:
    kept(tmp_path, "old", 8.0)
    kept(tmp_path, "recent", 6.0)
    remove_surplus(tmp_path, WEEK, 1 << 30, print)
    assert names(tmp_path) == {"recent"}


def test_beyond_the_ceiling_the_oldest_go_but_no_young_ones(tmp_path: Path) -> None:
    assert YOUNG_SECONDS == 24 * 3600.0
    for name, days in (("five", 5.0), ("four", 4.0), ("three", 3.0), ("now", 0.0), ("just now", 0.0)):
        kept(tmp_path, name, days)
    remove_surplus(tmp_path, WEEK, 350, print)
    assert names(tmp_path) == {"three", "now", "just now"}
    remove_surplus(tmp_path, WEEK, 50, print)
    assert names(tmp_path) == {"now", "just now"}


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = put(b"content", tmp_path / "in" / name_of(b"content"))
    assert path.read_bytes() == b"content"
    assert put(b"content", path) == path
    assert names(tmp_path / "in") == {path.name}
