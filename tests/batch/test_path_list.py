# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists with a path a line, sound ones and others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.batch.libraries import codes, ids, listing_of, only
from triposr_addon.batch.failures import SourceEmpty

NAME = "m.txt"


def test_paths_begin_in_the_lists_folder(tmp_path: Path) -> None:
    listing = listing_of(
        tmp_path, f"# my cups\ncup.png\n\n  ./a/mug.png  \n{tmp_path}/b/jug.png\n/x/../y/pot.png\n", NAME
    )
    assert [(item.id, item.picture) for item in listing.items] == [
        ("cup", f"{tmp_path}/cup.png"),
        ("a/mug", f"{tmp_path}/a/mug.png"),
        ("b/jug", f"{tmp_path}/b/jug.png"),
        ("y/pot", "/x/../y/pot.png"),
    ]
    assert listing.items[1].told == "./a/mug.png"
    assert not listing.refusals


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa/St\xc3\xbchle.png",
        "a/Stühle.png\r\n".encode(),
        "a/Stühle.png\r".encode(),
        "a/Stu\u0308hle.png\n\n\n".encode(),
        "a/Stühle.png\r\n".encode("utf-16"),
        b"\xfe\xff" + "a/Stühle.png\n".encode("utf-16-be"),
        "a\\Stühle.png\r\n".encode(),
    ],
)
def test_any_unicode_will_do(content: bytes, tmp_path: Path) -> None:
    assert only(listing_of(tmp_path, content, NAME)).id == "a/Stühle"


def test_a_path_that_is_there_twice_is_made_once(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "a.png\nb.png\n./a.png\na.png\n", NAME)
    assert ids(listing) == ["a", "b"]
    assert listing.warnings == ("2 rows ask for the same as an earlier one. What is asked for twice is made once.",)


def test_a_picture_in_other_words_is_no_repetition_of_words(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, f"p/a.png\n./p/a.png\n{tmp_path}/p/a.png\n", NAME)
    assert ids(listing) == ["p/a"]
    assert "2 rows ask for the same as an earlier one" in listing.warnings[0]
    assert "word" not in listing.warnings[0]


def test_paths_that_cannot_be_are_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [b"a.png", b"b\0.png", b"https://example.org/c.png", b"d" * 5000 + b".png", b"\xfc.png", b"e" * 2_000_000]
    listing = listing_of(tmp_path, b"\n".join([*lines, b"last.png"]), NAME)
    assert ids(listing) == ["a", "last"]
    assert codes(listing) == {
        "row 2": "ROW_PATH_INVALID",
        "row 3": "ROW_PATH_INVALID",
        "row 4": "ROW_PATH_INVALID",
        "row 5": "ROW_NOT_UTF8",
        "row 6": "ROW_MALFORMED",
    }
    assert all(f"{refusal.id.title()}" in refusal.report.sentence.title() for refusal in listing.refusals)
    assert all(len(refusal.told) < 1100 for refusal in listing.refusals)


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there")
def test_a_file_of_odd_bytes_that_is_there_is_taken(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfc.png")).write_bytes(b"x")
    item = only(listing_of(tmp_path, b"\xfc.png\n", NAME))
    assert Path(item.picture).read_bytes() == b"x"
    assert (item.id, item.told) == ("%FC", "%FC.png")


@pytest.mark.skipif(os.name == "nt", reason="the backslash is no part of names there")
def test_a_file_with_a_backslash_in_its_name_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a\\b.png").write_bytes(b"x")
    assert Path(only(listing_of(tmp_path, "a\\b.png\n", NAME)).picture).read_bytes() == b"x"


@pytest.mark.parametrize("told", ["/", ".", "..", "../..", "./", "//"])
def test_a_path_that_names_nothing_has_a_name(told: str, tmp_path: Path) -> None:
    assert only(listing_of(tmp_path, told, NAME)).id == "folder"


def test_a_path_outside_of_the_lists_folder_has_a_name_without_it(tmp_path: Path) -> None:
    assert ids(listing_of(tmp_path, "../x/a.png\n../../x/a.png\nx/a.png\n", NAME))[:1] != ["x/a"]
    assert only(listing_of(tmp_path, "../x/b.png\n", NAME)).id == "x/b"


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n", "\ufeff"])
def test_an_empty_list_is_told(content: str, tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty, match="names no picture"):
        listing_of(tmp_path, content, NAME)
