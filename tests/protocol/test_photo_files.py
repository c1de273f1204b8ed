# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder's photos: by name, in order, with or without the folders within."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from triposr_addon.catalogue_file import MADE, Record, as_line
from triposr_addon.photo_files import photos_in


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Photos among other things, in three folders, one of them hidden."""
    for name in ("b.JPG", "a.png", "notes.txt", ".hidden.png", "trip/c.webp", "trip/deep/d.tif", ".cache/e.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def names(album: Path, recursive: bool) -> list[str]:
    return [path.relative_to(album).as_posix() for path in photos_in(album, recursive)]


def test_a_folder_gives_its_own_photos(album: Path) -> None:
    assert names(album, recursive=False) == ["a.png", "b.JPG"]


def test_and_those_of_the_folders_within_where_that_is_asked(album: Path) -> None:
    assert names(album, recursive=True) == ["a.png", "b.JPG", "trip/c.webp", "trip/deep/d.tif"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("recursive", [False, True])
def test_a_link_that_cannot_be_looked_at_is_passed_over(album: Path, recursive: bool) -> None:
    before = names(album, recursive)
    for name in ("far.png", "far"):
        (album / name).symlink_to("x" * 300)  # as one into a private folder, but also for an administrator
    assert names(album, recursive) == before


def test_what_libraries_have_made_is_no_photo(album: Path) -> None:
    record = as_line(Record("a", "a.png", MADE))
    for name, content in (
        ("fine/items/18d/a/record.json", record),
        ("fine/items/18d/a/thumbnail.png", b""),
        ("farm/records/a.json", record),
        ("farm/thumbnails/a.png", b""),
        ("farm/own.png", b""),
        ("own/thumbnails/a.png", b""),
        ("own/items/a.png", b""),
    ):
        (album / name).parent.mkdir(parents=True, exist_ok=True)
        (album / name).write_bytes(content)
    left = {"farm/own.png", "own/items/a.png", "own/thumbnails/a.png"}
    assert set(names(album, recursive=True)) == {"a.png", "b.JPG", "trip/c.webp", "trip/deep/d.tif", *left}
    assert names(album / "farm/thumbnails", recursive=True) == ["a.png"], "who names the folder itself means it"


@pytest.mark.parametrize("recursive", [False, True])
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, recursive: bool) -> None:
    with pytest.raises(FileNotFoundError):
        photos_in(tmp_path / "nowhere", recursive)
