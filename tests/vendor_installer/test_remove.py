# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing takes what was installed here, shows it before, and leaves everything else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.command_line import main
from vendor_installer.folder_removal import discard_folder
from vendor_installer.locked_environment import ENVIRONMENT
from vendor_installer.ours import MARK, write_mark

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """As it is after an installation: environment, wheels, a model; and what the artist has there."""
    root = tmp_path / "data of Ильин"
    for place, size in {
        "environment/lib/torch.so": 5000,
        "wheels/leaf-1.0-py3-none-any.whl.part": 300,
        "wheels/thesis.pdf": 10,
        "rembg/models/u2netp/u2netp.onnx": 4_574_861,
        "rembg/models/u2net/u2net.onnx": 77,
        "models/Mine/model.ckpt": 20,
        "jobs/triposr-job-1/field.safetensors": 10,
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(bytes(size))
    write_mark(root / ENVIRONMENT)
    return root


def remaining(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()} - {"lock"}


KEPT = {
    "wheels/thesis.pdf",
    "rembg/models/u2net/u2net.onnx",
    "models/Mine/model.ckpt",
    "jobs/triposr-job-1/field.safetensors",
}


def test_what_is_ours_goes_and_nothing_else(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "--folder", str(data), "--yes"]) == 0
    out = capsys.readouterr().out
    assert any(line.split() == ["models", "u2netp", "5", "MB"] for line in out.splitlines())
    assert "u2net: not made here, and left alone" in out
    assert remaining(data) == KEPT
    assert main(["remove", "--folder", str(data), "--yes"]) == 0
    assert "Nothing in" in capsys.readouterr().out


def test_without_an_answer_nothing_goes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = remaining(data)
    assert main(["remove", "--folder", str(data)]) == 26
    assert "NOT_CONFIRMED" in capsys.readouterr().err
    assert main(["remove", "--folder", str(data), "--dry-run", "--progress", "json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["result"]
    assert [item["name"] for item in result["items"]] == ["environment", "wheels", "u2netp"]
    assert result["freed"] == 0
    assert remaining(data) == before


def test_one_kind_alone(data: Path) -> None:
    before = remaining(data)
    assert main(["remove", "models", "--folder", str(data), "--yes"]) == 0
    assert before - remaining(data) == {"rembg/models/u2netp/u2netp.onnx"}
    assert main(["remove", "everything", "--folder", str(data), "--yes"]) == 18


def test_an_environment_without_our_mark_and_a_link_are_left_alone(data: Path, tmp_path: Path) -> None:
    (data / ENVIRONMENT / MARK).unlink()
    assert main(["remove", "environment", "--folder", str(data), "--yes"]) == 0
    assert (data / ENVIRONMENT / "lib/torch.so").exists()
    write_mark(data / ENVIRONMENT)
    (data / ENVIRONMENT).rename(tmp_path / "elsewhere")
    (data / ENVIRONMENT).symlink_to(tmp_path / "elsewhere")
    assert main(["remove", "environment", "--folder", str(data), "--yes"]) == 0
    assert (tmp_path / "elsewhere/lib/torch.so").exists()


def test_a_folder_bears_its_mark_until_it_is_out_of_the_way(data: Path) -> None:
    """Whoever is killed while it deletes leaves it under another name, never a part of it under its own."""
    script = "import os; from pathlib import Path; import vendor_installer.folder_removal as removal\n"
    script += "removal.shutil.rmtree = lambda folder: Path(folder).exists() and os._exit(9)\n"
    script += f"removal.discard_folder(Path({str(data / ENVIRONMENT)!r}))"
    assert subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, check=False).returncode == 9
    assert not (data / ENVIRONMENT).exists()
    discard_folder(data / ENVIRONMENT)
    assert not list(data.glob("environment*"))


def test_what_a_killed_removal_left_goes_the_next_time(data: Path) -> None:
    (data / ENVIRONMENT).rename(data / "environment.going")
    (data / "environment.going" / MARK).unlink()
    assert main(["remove", "--folder", str(data), "--yes"]) == 0
    assert remaining(data) == KEPT
