# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns in quotes: which pictures they mean, and how far into the folders they look."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.batch.libraries import PHOTO, SURFACE, ids, library
from triposr_addon.batch.failures import SourceEmpty, SourceMissing
from triposr_addon.batch.pattern import pattern_of
from triposr_addon.batch.picture_folder import Walk
from triposr_addon.batch.source import read_listing

NAMES = ("top.png", "a/front.png", "a/back.png", "a/b/front.jpg", "a/b/c/front.png", "b/front.png", "b/notes.txt")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.png", ["top"]),
        ("*", ["top"]),
        ("*/front*", ["a/front", "b/front"]),
        ("a/*.png", ["back", "front"]),
        ("**/front.png", ["a/b/c/front", "a/front", "b/front"]),
        ("a/**/front.*", ["b/c/front", "b/front", "front"]),
        ("a/**", ["b/c/front", "b/front", "back", "front"]),
        ("**", ["a/b/c/front", "a/b/front", "a/back", "a/front", "b/front", "top"]),
        ("**/**/b/**/*.png", ["a/b/c/front", "b/front"]),
        ("?/[!f]*.png", ["a/back"]),
        ("[ab]/front.png", ["a/front", "b/front"]),
    ],
)
def test_a_pattern_means_what_a_shell_would(pattern: str, expected: list[str], tmp_path: Path) -> None:
    library(tmp_path, *NAMES)
    listing = read_listing(f"{tmp_path}/{pattern}", PHOTO, SURFACE)
    assert sorted(ids(listing)) == expected
    assert all(Path(item.picture).is_file() for item in listing.items)


def test_the_patterns_folder_is_looked_at_no_deeper_than_it_can_match(tmp_path: Path) -> None:
    library(tmp_path, *NAMES)
    seen = []

    def scan(folder: Path) -> os._ScandirIterator[str]:
        seen.append(folder.relative_to(tmp_path).as_posix())
        return os.scandir(folder)

    pattern = pattern_of(f"{tmp_path}/a*/*.png")
    assert len([*Walk(pattern.root, None, pattern.may_enter, scan).files()]) == 3
    assert seen == [".", "a"]


def test_a_pattern_begins_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(tmp_path, "x/cup.png")
    monkeypatch.chdir(tmp_path)
    (item,) = read_listing("x/*.png", PHOTO, SURFACE).items
    assert (item.id, Path(item.picture)) == ("cup", tmp_path / "x/cup.png")


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(tmp_path: Path) -> None:
    assert ids(read_listing(library(tmp_path / "[a]*", "cup.png"), PHOTO, SURFACE)) == ["cup"]


def test_the_target_is_no_source(tmp_path: Path) -> None:
    library(tmp_path, "cup.png", "out/items/abc/cup/thumbnail.png")
    assert ids(read_listing(f"{tmp_path}/**", PHOTO, SURFACE, tmp_path / "out")) == ["cup"]


def test_a_pattern_that_matches_nothing_is_told(tmp_path: Path) -> None:
    library(tmp_path, *NAMES)
    with pytest.raises(SourceEmpty, match="No picture matches the pattern"):
        read_listing(f"{tmp_path}/*.jpg", PHOTO, SURFACE)


@pytest.mark.parametrize("pattern", ["nowhere/**/*.jpg", "nowhere/deeper/*.jpg", "top.png/deeper/*"])
def test_a_pattern_below_a_missing_folder_is_told(pattern: str, tmp_path: Path) -> None:
    library(tmp_path, *NAMES)
    root = tmp_path / pattern.partition("/*")[0]
    with pytest.raises(SourceMissing, match=f"There is no {re.escape(str(root))}\\. Check the path"):
        read_listing(f"{tmp_path}/{pattern}", PHOTO, SURFACE)


def test_a_pattern_below_a_file_is_told(tmp_path: Path) -> None:
    library(tmp_path, *NAMES)
    with pytest.raises(SourceMissing, match="is a file, no folder"):
        read_listing(f"{tmp_path}/top.png/*", PHOTO, SURFACE)
