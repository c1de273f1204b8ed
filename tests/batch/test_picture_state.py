# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a picture is still the one that an item was made of; and files that are none, and have no end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from triposr_addon.batch.picture_state import PictureState, is_of_picture, picture_state
from triposr_addon.batch.plan import fingerprint, sha256_of
from triposr_addon.catalogue_file import FAILED, MADE, Record


def record_of(state: PictureState, status: str = MADE) -> Record:
    return Record(
        "cup",
        "cup.png",
        status,
        picture_sha256=state.sha256,
        picture_bytes=state.bytes,
        picture_modified=state.modified,
    )


def test_a_picture_is_the_same_by_its_time_or_by_its_content(tmp_path: Path) -> None:
    picture = tmp_path / "cup.png"
    picture.write_bytes(b"cup")
    record = record_of(picture_state(picture))
    assert is_of_picture(record, picture)
    os.utime(picture, ns=(1, 1))
    assert is_of_picture(record, picture)
    picture.write_bytes(b"mug")
    assert not is_of_picture(record, picture)


def test_one_that_could_not_be_read_is_another_once_it_can(tmp_path: Path) -> None:
    """Rights that are given change neither size nor time."""
    picture = tmp_path / "cup.png"
    picture.write_bytes(b"cup")
    state = picture_state(picture)
    assert not is_of_picture(record_of(PictureState("", state.bytes, state.modified), FAILED), picture)


def test_one_that_is_still_missing_is_the_same(tmp_path: Path) -> None:
    assert is_of_picture(record_of(picture_state(tmp_path / "none.png"), FAILED), tmp_path / "none.png")


@pytest.mark.skipif(os.name == "nt", reason="there are no such files there")
def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", Path("/dev/zero")):
        assert picture_state(path).sha256 == ""
        with pytest.raises(OSError, match="not an ordinary file"):
            sha256_of(path)


def test_a_mask_counts_by_what_is_in_it_wherever_it_lies(tmp_path: Path) -> None:
    def print_of(mask: Path) -> str:
        return fingerprint({"photo": {"mask_path": str(mask)}}, "model")

    here, there = tmp_path / "here.png", tmp_path / "there.png"
    assert print_of(here) != print_of(there), "neither is there"
    here.write_bytes(b"mask")
    there.write_bytes(b"mask")
    assert print_of(here) == print_of(there)
    there.write_bytes(b"another")
    assert print_of(here) != print_of(there)
