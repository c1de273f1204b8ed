# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of a folder: whole lines, the last about a picture counts, and no crash makes it unreadable."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from triposr_addon.folder_log import FolderLog, PictureLine, state_of

LINE = PictureLine("a/cup.png", 12, 34, "2026-01-31T12:00:00+00:00", "made", object="cup", overlap=0.8, warnings=("x",))


@pytest.fixture
def log(tmp_path: Path) -> FolderLog:
    return FolderLog(tmp_path / "record" / "log.jsonl")


def test_what_is_written_is_read(log: FolderLog) -> None:
    assert log.latest() == {}
    log.append(LINE)
    assert log.latest() == {"a/cup.png": LINE}


def test_the_last_line_about_a_picture_counts(log: FolderLog) -> None:
    for line in (LINE, dataclasses.replace(LINE, picture="b.png"), dataclasses.replace(LINE, status="failed")):
        log.append(line)
    assert {name: line.status for name, line in log.latest().items()} == {"a/cup.png": "failed", "b.png": "made"}


def test_each_line_is_json_by_itself(log: FolderLog) -> None:
    log.append(dataclasses.replace(LINE, picture="写真 \udcff.png"))
    log.append(LINE)
    lines = log.path.read_text("ascii").splitlines()
    assert [json.loads(line)["picture"] for line in lines] == ["写真 \udcff.png", "a/cup.png"]


@pytest.mark.parametrize("cut", [b'{"picture": "half', b"[]\n", b"\xff\xfe\n", b'{"picture": 3}\n', b"\n\n"])
def test_a_line_that_was_cut_costs_itself_alone(log: FolderLog, cut: bytes) -> None:
    log.append(LINE)
    with log.path.open("ab") as file:
        file.write(cut)
    log.append(dataclasses.replace(LINE, picture="after.png"))
    assert set(log.latest()) == {"a/cup.png", "after.png"}


@pytest.mark.parametrize(
    ("name", "broken"),
    [("picture", ["cup.png"]), ("warnings", 5), ("overlap", "much"), ("review", [1]), ("bytes", None), ("cutout", 3)],
)
def test_a_line_of_other_kinds_is_passed_over(log: FolderLog, name: str, broken: object) -> None:
    log.append(LINE)
    told = json.loads(log.path.read_text()) | {"picture": "broken.png", name: broken}
    with log.path.open("a") as file:
        file.write(json.dumps(told) + "\n")
    assert log.latest() == {"a/cup.png": LINE}


def test_a_field_that_another_version_wrote_is_passed_over(log: FolderLog) -> None:
    log.append(LINE)
    told = json.loads(log.path.read_text()) | {"mood": "good"}
    log.path.write_text(json.dumps(told) + "\n")
    assert log.latest() == {"a/cup.png": LINE}


def test_a_log_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        FolderLog(tmp_path / "file" / "log.jsonl").append(LINE)


def test_a_file_that_changed_has_another_state(tmp_path: Path) -> None:
    picture = tmp_path / "cup.png"
    assert (state_of(picture).bytes, state_of(picture).modified) == (0, 0)
    picture.write_bytes(b"one")
    before = state_of(picture)
    assert before == state_of(picture)
    picture.write_bytes(b"other")
    assert before != state_of(picture)
