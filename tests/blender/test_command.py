# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a Blender without a window writes a file, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def run(room: Callable[[str], Any]) -> Any:
    return room("blender.command").run


@pytest.mark.parametrize("ending", [".blend", ".ply", ".obj"])
def test_the_mesh_is_written_in_the_asked_for_form(
    bpy: Any, run: Any, picture: Callable[[str], Path], tmp_path: Path, ending: str
) -> None:
    output = tmp_path / f"out{ending}"
    assert run([str(picture("good.png")), "-o", str(output), "--height", "2.5", "--resolution", "48"]) == 0
    assert output.stat().st_size > 300
    assert [item.name for item in bpy.data.objects] == ["good"]
    assert bpy.context.object["triposr_settings"]["resolution"] == 48
    assert max(vertex.co.z for vertex in bpy.context.object.data.vertices) == pytest.approx(2.5)


def test_a_failure_gives_exit_code_1_and_no_file(
    run: Any, session: Any, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    output = tmp_path / "out.ply"
    assert run([str(picture("reports-failure.png")), "-o", str(output)]) == 1
    assert session.failure.sentence == "The file is not a picture. Choose another."
    assert not output.exists()


def test_a_wrong_ending_is_refused_before_anything_is_done(
    run: Any, picture: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run([str(picture("good.png")), "-o", "out.fbx"])
    assert ended.value.code == 2
    assert ".glb" in capsys.readouterr().err


def test_another_model_is_a_folder(run: Any, session: Any, picture: Callable[[str], Path], tmp_path: Path) -> None:
    assert run([str(picture("good.png")), "-o", str(tmp_path / "a.ply"), "--model", str(tmp_path / "none")]) == 1
    assert session.failure.code == "MODEL_NOT_CHOSEN"


def test_the_cubes_of_the_start_up_file_stay_out(
    bpy: Any, run: Any, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    assert "Cube" in bpy.data.objects
    assert run([str(picture("good.png")), "-o", str(tmp_path / "a.blend")]) == 0
    assert "Cube" not in bpy.data.objects
