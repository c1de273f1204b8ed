# SPDX-License-Identifier: GPL-3.0-or-later
"""Flamenco's job type: the tasks that it makes are commands that this Blender takes, and together they do the work."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.outside.flamenco import farm

pytestmark = [
    pytest.mark.bpy,
    pytest.mark.usefixtures("box_worker"),
    pytest.mark.skipif(shutil.which("node") is None, reason="the job type is JavaScript"),
]


TAKEN = [
    *((option, option) for option in ("--asset", "--mask", "--format", "-o", "--shard", "--merge", "--into")),
    ("--form", "--format"),
    ("--output=/elsewhere", "--output"),
    ("-o/elsewhere", "-o"),
]


def test_the_tasks_make_each_picture_once_and_the_merge_tells_the_rest(
    bpy: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    for name in ("a/good.png", "b/good.png", "c d/good.png", "reports-failure.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(b"a picture")
    settings = {"pictures": str(tmp_path / "photos"), "output": str(tmp_path / "out"), "shards": 2}
    tasks = farm.compiled('Tea: "things"', settings)
    assert [task["name"] for task in tasks] == ["shard-1-of-2", "shard-2-of-2", "look-again", "merge"]
    for task in tasks:
        words = farm.command_line(task["commands"][0], ["blender"], "-b -y")
        before, options = words[: words.index("triposr") + 1], words[words.index("triposr") + 1 :]
        assert before == ["blender", "-b", "-y", "--background", "--command", "triposr"]
        with contextlib.redirect_stderr(io.StringIO()) as heard:
            assert room("blender.command").run(options) == 0
    assert heard.getvalue().splitlines()[-1] == "3 of 4 there, 1 missing"
    records = [json.loads(line) for line in (tmp_path / "out/meshes/catalogue.jsonl").read_text().splitlines()]
    assert [(record["id"], record["status"]) for record in records] == [
        ("a/good", "made"),
        ("b/good", "made"),
        ("c d/good", "made"),
        ("reports-failure", "failed"),
    ]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out" / "Tea_ _things_.blend"))
    assert len(bpy.data.collections["Tea_ _things_"].objects) == 3


def test_a_wrong_job_is_refused_when_it_is_submitted() -> None:
    right: dict[str, Any] = {"pictures": "/photos", "output": "/out"}
    wishes: list[tuple[dict[str, Any], str]] = [
        ({"pictures": ""}, "pictures: no folder is chosen"),
        ({"shards": 0}, "shards: 0 is no whole number from 1 to 1000"),
        ({"more_options": "--model 'a b"}, "more_options: a quotation mark is not closed"),
        *(
            ({"more_options": f"--smoothing 5 {word} x"}, f"{word} can't stand there; {option} is the job's own")
            for word, option in TAKEN
        ),
    ]
    for wrong, words in wishes:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            farm.compiled("job", right | wrong)
        assert words in refused.value.stderr


def test_options_are_cut_as_in_a_shell_and_paths_are_words_of_their_own() -> None:
    more = "--smoothing 5 --model \"C:\\my models\\one\" --background='flat'"
    settings = {
        "pictures_path": "/a b",
        "pictures": "//b",
        "output": "D:\\out",
        "more_options": more,
        "look_again": False,
    }
    tasks = farm.compiled("job", settings | {"result": "a .glb each", "shards": 1, "height": 0.30000001192092896})
    assert [task["after"] for task in tasks] == [[], ["shard-1-of-1"]]
    assert farm.command_line(tasks[0]["commands"][0], [], "")[3:] == [
        *("/a b", "--recursive", "-o", "D:\\out\\meshes", "--format", "glb", "--resolution", "128", "--height", "0.3"),
        *("--smoothing", "5", "--model", "C:\\my models\\one", "--background=flat"),
        *("--only-new", "--forgive", "--shard", "1/1"),
    ]
