# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the command's files, and what goes into them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


def test_a_drawing_that_is_lost_costs_no_mesh(room: Callable[[str], Any], tmp_path: Path) -> None:
    heard, thumbnail_of = io.StringIO(), room("blender.command_run").thumbnail_of
    words = room("blender.command_words").CommandWords(heard)
    review = SimpleNamespace(picture=tmp_path / "review.png")
    view = SimpleNamespace(result=SimpleNamespace(review=review), request=SimpleNamespace(photo=tmp_path / "cup.png"))
    assert thumbnail_of(view, words) == b""
    assert heard.getvalue() == "warning: cup.png: It has no thumbnail (No such file or directory).\n"
    review.picture.write_bytes(b"a drawing")
    assert thumbnail_of(view, words) == b"a drawing"


def test_a_record_with_endless_sentences_can_be_read_again(room: Callable[[str], Any], tmp_path: Path) -> None:
    records, jobs, failures = room("blender.parts.records"), room("host.jobs"), room("blender.parts.failures")
    photo, file = tmp_path / "cup.png", tmp_path / "cup.blend"
    for path in (photo, file):
        path.write_bytes(b"a file")
    kept, told = records.Records(tmp_path, {photo: "cup"}, {photo: file}), "told at length. " * 1000
    failure = failures.PartUnreadable(photo, told)
    kept.failed(photo, failure)
    known = records.recorded_or_none(tmp_path, file)
    assert (known.status, known.sentence) == ("failed", failure.sentence[:4096])
    request = jobs.GenerationRequest(photo, Path(), "")
    result = jobs.GenerationResult(file, file, file, 8, 12, True, "preview", "ab" * 32, "cpu", {}, (told,))
    kept.made(photo, request, result, b"")
    known = records.recorded_or_none(tmp_path, file)
    assert (known.status, known.warnings) == ("made", (told[:4096],))


def test_names_that_differ_in_case_alone_are_told_apart(room: Callable[[str], Any], tmp_path: Path) -> None:
    pictures = {tmp_path / name: name for name in ("cup.png", "Cup.jpg", "tea.png")}
    files = room("blender.command_run").files_for(pictures, tmp_path, ".glb")
    names = [file.name for file in files.values()]
    assert len({name.casefold() for name in names}) == 3
    assert [re.sub("-[0-9a-f]{8}", "-*", name) for name in names] == ["cup-*.glb", "Cup-*.glb", "tea.glb"]


def test_a_new_picture_of_the_same_name_changes_no_others_file(room: Callable[[str], Any], tmp_path: Path) -> None:
    files_for, ids_for = room("blender.command_run").files_for, room("blender.command_scene").ids_for
    some = {tmp_path / name: name for name in ("b/cup.png", "c/cup.png")}
    more = some | {tmp_path / name: name for name in ("a/cup.png", "b/cup.jpg")}
    first, second = (files_for(ids_for(within), tmp_path, ".glb") for within in (some, more))
    assert {picture: second[picture] for picture in some} == first
    assert len(set(second.values())) == 4


IDS = ["a/cup", "b/cup.png", "b/cup.jpg", "b/Cup", "tea"]


def test_a_folder_under_another_path_gives_the_same_names_and_ids(room: Callable[[str], Any], tmp_path: Path) -> None:
    ids_for, files_for = room("blender.command_scene").ids_for, room("blender.command_run").files_for
    names = "a/cup.png", "b/cup.png", "b/cup.jpg", "b/Cup.jpg", "tea.png"
    here, there = ({tmp_path / root / name: name for name in names} for root in ("mnt", "Volumes"))
    assert list(ids_for(here).values()) == list(ids_for(there).values()) == IDS
    assert [*files_for(ids_for(here), tmp_path, ".glb").values()] == [
        *files_for(ids_for(there), tmp_path, ".glb").values()
    ]


def test_odd_bytes_in_names_are_question_marks_in_ids_that_stay_apart(
    room: Callable[[str], Any], tmp_path: Path
) -> None:
    within = {tmp_path / name: name for name in ("caf\udce9/cup.png", "caf\udcea/cup.png", "t\ud800.png")}
    ids = list(room("blender.command_scene").ids_for(within).values())
    assert ids[2] == "t?"
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"caf\?/cup.png [0-9a-f]{8}", name) for name in ids[:2])


def test_pictures_of_one_name_from_two_folders_have_ids_of_their_own(
    room: Callable[[str], Any], tmp_path: Path
) -> None:
    within = {tmp_path / folder / "cup.png": "cup.png" for folder in ("one", "two")}
    ids = room("blender.command_scene").ids_for(within)
    assert len(set(ids.values())) == 2
    assert all(re.fullmatch("cup.png [0-9a-f]{8}", name) for name in ids.values())


def test_names_as_a_mac_spells_them_are_the_same_names(room: Callable[[str], Any], tmp_path: Path) -> None:
    ids_for, files_for = room("blender.command_scene").ids_for, room("blender.command_run").files_for
    one, two = ({tmp_path / name: name} for name in ("Caf\u00e9/caf\u00e9.png", "Cafe\u0301/cafe\u0301.png"))
    assert [*ids_for(one).values()] == [*ids_for(two).values()] == ["Caf\u00e9/caf\u00e9"]
    files = [files_for(ids_for(within), tmp_path, ".glb") for within in (one, two)]
    assert [*files[0].values()] == [*files[1].values()]
