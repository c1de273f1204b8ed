# SPDX-License-Identifier: GPL-3.0-or-later
"""An installation that breaks in the ways in which they do, and the doctor who mends it: in real environments."""

import json
import shutil
from pathlib import Path

import pytest

from tests.fakes.small_installer import LONG_S, SmallInstaller, small_installer
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.doctor import Finding
from vendor_installer.doctor_command import report
from vendor_installer.plan import make_plan
from vendor_installer.sentences import say

FACTS = json.loads((Path(__file__).parent / "computers" / "facts.json").read_text(encoding="utf-8"))


@pytest.fixture
def small(tmp_path: Path, wheels: Path, outside: dict[str, str]) -> SmallInstaller:
    return small_installer(tmp_path, wheels, outside)


def doctor(small: SmallInstaller, *more: str) -> tuple[int, str]:
    process = small.command("doctor", "--backend", "cpu", "--folder", str(small.data), *more)
    out, error = process.communicate(timeout=LONG_S)
    assert error == ""
    return process.returncode, out


def codes(small: SmallInstaller) -> list[str]:
    """Of what is not good."""
    found = json.loads(doctor(small, "--json")[1])["findings"]
    return [finding["code"] for finding in found if finding["state"] != "good"]


def test_nothing_is_installed_by_looking_and_everything_by_repairing(small: SmallInstaller) -> None:
    code, out = doctor(small)
    assert code == 25
    assert "BAD   There is no environment" in out
    assert "mended by: python3 -m vendor_installer install" in out
    assert not small.data.exists()
    code, out = doctor(small, "--repair")
    assert code == 0, out
    assert "PyTorch for the processor computes on the device cpu" in out
    assert codes(small) == []
    _each_damage_is_named(small)
    _deleted_files_are_mended(small)


def _each_damage_is_named(small: SmallInstaller) -> None:
    inside = small.data / "environment"
    receipt = inside / "receipt.json"
    kept = receipt.read_text()
    receipt.write_text(kept[:20])
    assert codes(small) == ["ENVIRONMENT_HALF_MADE"]
    receipt.write_text(json.dumps({**json.loads(kept), "inputs": "of an older version"}))
    assert codes(small) == ["ENVIRONMENT_OTHER"]
    receipt.write_text(kept)
    python = small.python.resolve()
    small.python.rename(small.python.with_name("kept"))
    small.python.symlink_to(python.with_name("a Blender that was updated"))
    assert codes(small) == ["ENVIRONMENT_PYTHON_GONE"]
    small.python.unlink()
    small.python.with_name("kept").rename(small.python)
    network = small.data / "rembg/models/u2netp/u2netp.onnx"
    network.parent.mkdir(parents=True)
    network.with_name("u2netp.onnx.part").write_bytes(bytes(1000))
    assert codes(small) == ["MODEL_NOT_WHOLE"]
    network.write_bytes(bytes(1000))
    assert codes(small) == ["MODEL_DAMAGED"]
    shutil.rmtree(small.data / "rembg")
    assert codes(small) == []


def _deleted_files_are_mended(small: SmallInstaller) -> None:
    next(small.data.rglob("leaf.py")).unlink()
    assert codes(small) == ["ENVIRONMENT_BROKEN"]
    code, out = doctor(small, "--repair")
    assert (code, small.leaf()) == (0, "1.0"), out


def test_a_report_does_not_tell_who_you_are() -> None:
    computer = Computer.from_json(FACTS["gtx_1080_ti_windows"])
    home = Path("/home/ilja.iljin")
    plan = make_plan(computer, choose(computer), home / "data", lambda build, computer: None)
    finding = Finding(
        "X",
        "bad",
        (say("DISK", free="1 GB", folder=home / "data"),),
        ("install", "--folder", str(home / "data")),
        "of ilja.iljin",
    )
    text = report(plan, [finding], home)
    assert "ilja" not in text
    told = json.loads(text)
    assert told["findings"][0]["sentence"] == "1 GB are free where ~/data is."
    assert told["computer"]["cards"][0]["name"] == "NVIDIA GeForce GTX 1080 Ti"
