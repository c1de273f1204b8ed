# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder as a library: its pictures in their order, with ids of their paths, and what is told of the rest."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest

from tests.batch.libraries import PHOTO, SURFACE, library
from triposr_addon.batch.entry import Entry
from triposr_addon.batch.failures import SourceEmpty, SourceFailure, SourceMissing
from triposr_addon.batch.naming import listing_of
from triposr_addon.batch.picture_folder import Scan, Walk
from triposr_addon.batch.source import listing_of_walk, read_listing


def ids_in(folder: Path, target: Path | None = None) -> list[str]:
    return [item.id for item in read_listing(folder, PHOTO, SURFACE, target).items]


def test_pictures_are_named_after_their_paths(tmp_path: Path) -> None:
    library(tmp_path, "b.png", "a/x.JPG", "a/b/y.webp", "a.png", "notes.txt", ".hidden.png", ".git/z.png", "a.b.c.png")
    listing = read_listing(tmp_path, PHOTO, SURFACE)
    assert [(item.id, item.told) for item in listing.items] == [
        ("a/b/y", "a/b/y.webp"),
        ("a/x", "a/x.JPG"),
        ("a.b.c", "a.b.c.png"),
        ("a", "a.png"),
        ("b", "b.png"),
    ]
    assert listing == read_listing(str(tmp_path), PHOTO, SURFACE)
    assert all(Path(item.picture) == tmp_path / item.told for item in listing.items)
    assert all(item.photo is PHOTO and item.surface is SURFACE for item in listing.items)


def test_names_that_agree_keep_their_endings(tmp_path: Path) -> None:
    assert ids_in(library(tmp_path, "cup.png", "cup.jpg", "Cup.png", "mug.png")) == ["Cup", "cup.jpg", "cup.png", "mug"]


def test_a_name_without_its_ending_can_be_anothers_whole_one(tmp_path: Path) -> None:
    """`a.png.jpg` without its ending is `a.png`."""
    ids = ids_in(library(tmp_path, "a.jpg", "a.png", "a.png.jpg"))
    assert ids == ["a.jpg", "a.png", "a.png.jpg"]
    assert len(set(ids_in(library(tmp_path, "a.png.gif", "a.png.jpg.png", "a.png.jpg.jpg")))) == 6


def test_any_names_give_ids_that_differ(tmp_path: Path) -> None:
    chance = random.Random(8)
    for number in range(30):
        names = {"".join(chance.choices(("a", "A", ".", "png", "/", "~"), k=5)) + ".png" for _ in range(12)}
        entries = [Entry(name, name, name, PHOTO, SURFACE) for name in sorted(names)]
        ids = [item.id for item in listing_of(entries).items]
        assert len(set(ids)) == len(ids) == len(names), number


def test_a_picture_that_is_added_changes_no_other_id(tmp_path: Path) -> None:
    before = ids_in(library(tmp_path, "a/1.png", "a/2.png", "b/1.png"))
    assert set(before) < set(ids_in(library(tmp_path, "a/0.png", "0/1.png", "c.png")))


def test_one_picture_is_a_library(tmp_path: Path) -> None:
    library(tmp_path, "cup.png")
    assert [item.id for item in read_listing(tmp_path / "cup.png", PHOTO, SURFACE).items] == ["cup"]


def test_the_target_is_no_source(tmp_path: Path) -> None:
    library(tmp_path, "cup.png", "out/items/abc/cup/thumbnail.png", "items/0d4/cup/thumbnail.png")
    assert ids_in(tmp_path, tmp_path / "out") == ["cup", "items/0d4/cup/thumbnail"]
    assert ids_in(tmp_path, tmp_path) == ["cup", "out/items/abc/cup/thumbnail"]
    assert len(ids_in(tmp_path, tmp_path / "elsewhere")) == 3


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_to_folders_are_not_followed_but_told(tmp_path: Path) -> None:
    library(tmp_path / "source", "a/cup.png")
    library(tmp_path / "other", "mug.png")
    (tmp_path / "source/a/round").symlink_to("..")
    (tmp_path / "source/other.png").symlink_to(tmp_path / "other")
    (tmp_path / "source/mug.png").symlink_to(tmp_path / "other/mug.png")
    (tmp_path / "source/self.png").symlink_to("self.png")
    (tmp_path / "source/gone.png").symlink_to("nothing.png")
    listing = read_listing(tmp_path / "source", PHOTO, SURFACE)
    assert [item.id for item in listing.items] == ["a/cup", "gone", "mug", "self"]
    assert len(listing.warnings) == 1
    assert "2 links to folders were not followed: a/round, other.png. " in listing.warnings[0]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_that_cannot_be_looked_at_costs_nothing_but_itself(tmp_path: Path) -> None:
    library(tmp_path, "cup.png")
    for name in ("old", "older", "far.png"):
        (tmp_path / name).symlink_to("x" * 300)  # a name that is too long: refused to an administrator, too
    with pytest.raises(OSError, match="too long"):
        (tmp_path / "old").is_dir()
    listing = read_listing(tmp_path, PHOTO, SURFACE)
    assert [item.id for item in listing.items] == ["cup", "far"]
    (warning,) = listing.warnings
    assert "2 links or files were passed over" in warning
    assert ids_of_pattern(tmp_path) == ["cup", "far"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_into_a_private_folder_costs_nothing_but_itself(tmp_path: Path) -> None:
    library(tmp_path, "cup.png")
    for name in ("old", "mine.png"):
        (tmp_path / name).symlink_to("private")
    listing = listing_of_walk(Walk(tmp_path, scan=private), PHOTO, SURFACE)
    assert [item.id for item in listing.items] == ["cup", "mine"]
    (warning,) = listing.warnings
    assert "1 link or file was passed over" in warning
    assert "permissions" in warning


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes in folders there")
def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert ids_in(library(tmp_path, "cup.png")) == ["cup"]


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there")
def test_names_of_odd_bytes_can_be_opened_and_told(tmp_path: Path) -> None:
    for name in (b"caf\xe9.png", b"caf%E9.png", b"a\nb\x1b.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    listing = read_listing(tmp_path, PHOTO, SURFACE)
    assert all(Path(item.picture).read_bytes() == b"x" for item in listing.items)
    assert all(item.id.encode("utf-8").decode().isprintable() for item in listing.items)
    assert all(item.told.encode("utf-8") for item in listing.items)
    assert [item.id.partition("~")[0] for item in listing.items] == ["a_b_", "caf%E9.png", "caf%E9.png"]
    assert len({item.id for item in listing.items}) == 3


def test_one_name_in_two_spellings_is_two_items(tmp_path: Path) -> None:
    """A Mac writes é as two characters; there these are one file."""
    ids = ids_in(library(tmp_path, "e\u0301.png", "\u00e9.png"))
    assert len(set(ids)) == len(list(tmp_path.iterdir()))
    assert all(item_id.startswith("\u00e9") for item_id in ids)


def test_a_path_that_is_too_long_for_an_id_gives_one(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["deeper"] * 100)
    deep.mkdir(parents=True)
    library(deep, "cup.png", "mug.png")
    items = read_listing(tmp_path, PHOTO, SURFACE).items
    assert [Path(item.picture) for item in items] == [deep / "cup.png", deep / "mug.png"]
    assert all(100 < len(item.id) <= 256 for item in items)
    assert items[0].id != items[1].id


def test_a_folder_within_that_cannot_be_read_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    library(tmp_path, "a/cup.png", "closed/mug.png")
    listing = listing_of_walk(Walk(tmp_path, scan=closed("closed")), PHOTO, SURFACE)
    assert [item.id for item in listing.items] == ["a/cup"]
    (refusal,) = listing.refusals
    assert (refusal.id, refusal.told, refusal.report.code) == ("closed/", "closed", "SOURCE_FOLDER_UNREADABLE")
    assert "permissions" in refusal.report.sentence


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there")
def test_such_a_folder_of_odd_bytes_is_told_in_sound_text(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    library(tmp_path, "cup.png", f"{odd}/mug.png")
    (refusal,) = listing_of_walk(Walk(tmp_path, scan=closed(odd)), PHOTO, SURFACE).refusals
    assert (refusal.id, refusal.told) == ("caf%E9/", "caf%E9")
    assert "The folder caf%E9 can't be read" in refusal.report.sentence
    assert refusal.report.details.isascii()


def test_a_folder_that_cannot_be_read_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        listing_of_walk(Walk(tmp_path, scan=closed(tmp_path.name)), PHOTO, SURFACE)


def ids_of_pattern(folder: Path) -> list[str]:
    return [item.id for item in read_listing(f"{folder}/**", PHOTO, SURFACE).items]


class PrivateLink:
    """An entry of a folder, of which only the link itself can be seen: an administrator has none such."""

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self.name, self.path = entry.name, entry.path

    def is_symlink(self) -> bool:
        return True

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self._seen(follow_symlinks)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return self._seen(follow_symlinks)

    def _seen(self, follow_symlinks: bool) -> bool:
        if follow_symlinks:
            raise PermissionError(13, "Permission denied", self.path)
        return False


def private(folder: Path) -> Iterable[os.DirEntry[str]]:
    """Reads folders; links lead where nobody may look."""
    with os.scandir(folder) as entries:
        return [cast("os.DirEntry[str]", PrivateLink(one)) if one.is_symlink() else one for one in entries]


def closed(name: str) -> Scan:
    """Reads folders, but for those of that name: for an administrator, as in CI, no folder is closed."""

    def scan(folder: Path) -> Iterable[os.DirEntry[str]]:
        if folder.name == name:
            raise PermissionError(13, "Permission denied", str(folder))
        return os.scandir(folder)

    return scan


@pytest.mark.parametrize(
    ("source", "kind"), [("empty", SourceEmpty), ("nothing", SourceMissing), ("n\0l", SourceMissing)]
)
def test_what_is_no_library_is_told(source: str, kind: type[SourceFailure], tmp_path: Path) -> None:
    library(tmp_path, "empty/notes.txt", "empty/deeper/notes.txt")
    with pytest.raises(kind, match=r"folder|Check"):
        read_listing(tmp_path / source, PHOTO, SURFACE)
