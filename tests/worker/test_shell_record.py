# SPDX-License-Identifier: GPL-3.0-or-later
"""`--log` and `--sheet` of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402 - after the check that torch is there

from tests.worker.bad_input import good_photo  # noqa: E402
from triposr_addon.__main__ import main  # noqa: E402
from triposr_addon.folder_log import FolderLog  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


@pytest.fixture
def quick(tiny_checkpoint: Path) -> list[str]:
    return ["--model", str(tiny_checkpoint), "--resolution", "24", "--threshold", "0.39", "--device", "cpu"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    good_photo(folder, "mug.png")
    (folder / "broken.png").write_text("no photo")
    return folder


def test_a_log_and_a_sheet_of_a_folder(
    quick: list[str], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, sheet = tmp_path / "record" / "log.jsonl", tmp_path / "sheet.png"
    order = [str(photos), "-o", str(tmp_path / "meshes"), "--log", str(log), "--sheet", str(sheet)]
    assert main([*order, *quick]) == 1
    lines = FolderLog(log).latest()
    assert {name: line.status for name, line in lines.items()} == {"mug.png": "made", "broken.png": "failed"}
    made = lines["mug.png"]
    assert made.output == str(tmp_path / "meshes" / "mug.glb")
    assert made.settings["surface"]["resolution"] == 24
    assert made.overlap is not None
    assert (log.parent / made.drawing).is_file()
    assert lines["broken.png"].code == "PHOTO_UNREADABLE"
    with Image.open(sheet) as image:
        assert image.format == "PNG"
    assert str(sheet) in capsys.readouterr().out.splitlines()


def test_a_sheet_needs_no_log(quick: list[str], photos: Path, tmp_path: Path) -> None:
    (photos / "broken.png").unlink()
    assert main([str(photos), "-o", str(tmp_path), "--sheet", str(tmp_path / "sheet.png"), *quick]) == 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["mug.glb", "sheet.png"]


def test_a_log_that_can_not_be_written_is_told(
    quick: list[str], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    log = tmp_path / "file" / "log.jsonl"
    assert main([str(photos), "-o", str(tmp_path), "--log", str(log), *quick]) == 1
    assert "OUTPUT_UNWRITABLE" in capsys.readouterr().err


def test_they_are_about_photos(tmp_path: Path) -> None:
    field = tmp_path / "mug.triplane.safetensors"
    with pytest.raises(SystemExit):
        main(["--from-field", str(field), "-o", str(tmp_path / "mug.glb"), "--sheet", str(tmp_path / "sheet.png")])
