# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries within a source: their thumbnails are no pictures, whatever else lies there is; links are named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.batch.libraries import PHOTO, SURFACE, ids, library
from triposr_addon.batch.failures import SourceEmpty
from triposr_addon.batch.folder_names import item_folder
from triposr_addon.batch.source import read_listing
from triposr_addon.batch.target import Target
from triposr_addon.catalogue_file import MADE, Record, as_line


def made_by_batch(folder: Path) -> None:
    """As a run leaves it that is killed before it writes the catalogue."""
    record = Record("cup", "cup.png", MADE, folder=str(item_folder("cup")), thumbnail="thumbnail.png")
    Target(folder).keep(record, {"thumbnail.png": b""})


def made_by_shards(folder: Path) -> None:
    """As `blender -b --command triposr … --shard` leaves it before the merge."""
    library(folder, "thumbnails/cup.png", "records/cup.json")
    (folder / "records/cup.json").write_bytes(as_line(Record("cup", "cup.png", MADE)))


MAKERS = pytest.mark.parametrize(("made", "name"), [(made_by_batch, "items"), (made_by_shards, "thumbnails")])


@MAKERS
def test_another_library_in_the_source_is_no_source_and_told(
    made: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    library(tmp_path, "cup.png", "high/own.png")
    made(tmp_path / "high")
    made_by_batch(tmp_path / "low")
    listing = read_listing(tmp_path, PHOTO, SURFACE, tmp_path / "low")
    assert ids(listing) == ["cup", "high/own"]
    (warning,) = listing.warnings
    assert f"1 folder was left out: high/{name}. What other libraries have made" in warning
    assert ids(read_listing(f"{tmp_path}/**/*.png", PHOTO, SURFACE, tmp_path / "low")) == ["cup", "high/own"]


@MAKERS
def test_a_source_that_is_another_library_itself(made: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    made(library(tmp_path / "p", "cup.png"))
    listing = read_listing(tmp_path / "p", PHOTO, SURFACE, tmp_path / "t")
    assert ids(listing) == ["cup"]
    assert f"left out: {name}. " in listing.warnings[0]
    (tmp_path / "p/cup.png").unlink()
    with pytest.raises(SourceEmpty, match=f"hold no pictures. .*left out: {name}. "):
        read_listing(tmp_path / "p", PHOTO, SURFACE, tmp_path / "t")


def test_the_targets_own_items_are_left_out_silently(tmp_path: Path) -> None:
    made_by_batch(library(tmp_path, "cup.png"))
    listing = read_listing(tmp_path, PHOTO, SURFACE, tmp_path)
    assert (ids(listing), listing.warnings) == (["cup"], ())


def test_folders_of_such_names_without_records_are_the_artists(tmp_path: Path) -> None:
    library(tmp_path, "catalogue.jsonl", "items/0a1/cup/front.png", "thumbnails/cup.png", "records/cup.json")
    (tmp_path / "items/0a1/cup/record.json").write_text('{"title": "A cup", "id": 7}')
    listing = read_listing(tmp_path, PHOTO, SURFACE)
    assert (ids(listing), listing.warnings) == (["items/0a1/cup/front", "thumbnails/cup"], ())


def test_what_a_library_has_made_is_a_source_where_it_is_named(tmp_path: Path) -> None:
    made_by_batch(tmp_path)
    assert len(ids(read_listing(tmp_path / "items", PHOTO, SURFACE))) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_of_many_links_the_first_are_named(tmp_path: Path) -> None:
    library(tmp_path / "source", "cup.png")
    for name in ("a", "b\x1b", "c", "d", "e"):
        (tmp_path / "source" / name).symlink_to("..")
    (warning,) = read_listing(tmp_path / "source", PHOTO, SURFACE).warnings
    assert "5 links to folders were not followed: a, b_, c and 2 more. " in warning
