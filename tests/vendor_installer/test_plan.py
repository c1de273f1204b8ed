# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: sizes, place, what stands in the way; and the command that prints it."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.builds import Size
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.plan import Plan, make_plan, space_needed
from vendor_installer.plan_words import describe

CHECKOUT = Path(__file__).resolve().parents[2]
FACTS = json.loads((Path(__file__).parent / "computers" / "facts.json").read_text(encoding="utf-8"))
SIZE = Size(download=3_000_000_000, on_disk=5_000_000_000, known=True)


def planned(name: str, folder: Path = Path("/data/triposr"), **changed: int) -> Plan:
    computer = dataclasses.replace(Computer.from_json(FACTS[name]), **changed)  # type: ignore[arg-type]
    return make_plan(computer, choose(computer), folder, lambda build, computer: SIZE)


def test_a_plan_tells_in_plain_words_what_why_how_large_and_where() -> None:
    text = "\n".join(describe(planned("rtx_4070_driver_550")))
    for words in (
        "RTX 4070, 12 GB",
        "Memory      32 GB",
        "compute capability 8.9",
        "driver 550.163.1",
        "PyTorch 2.13.0 for CUDA 12.6",
        "3.0 GB; 5.0 GB on the disk",
        "/data/triposr",
        "--backend cu130",
        "https://download.pytorch.org/whl/cu126",
    ):
        assert words in text


def test_an_estimate_is_called_one() -> None:
    computer = Computer.from_json(FACTS["rtx_4090_windows"])
    plan = make_plan(computer, choose(computer), Path("C:/TripoSR"), lambda build, computer: None)
    assert any("about 2.7 GB; about 5.5 GB on the disk" in line for line in describe(plan))
    assert any("wants --without-hashes" in line for line in describe(plan))
    assert not any("--without-hashes" in line for line in describe(planned("rtx_4090_windows")))


def test_too_little_disk_blocks_and_little_memory_warns() -> None:
    enough, short = space_needed(SIZE), space_needed(SIZE) - 1
    assert planned("h200", free_disk=enough).can_start
    blocked = planned("h200", free_disk=short)
    assert not blocked.can_start
    assert [obstacle.code for obstacle in blocked.obstacles] == ["DISK_SHORT"]
    warned = planned("h200", memory=3 << 30)
    assert warned.can_start
    assert [obstacle.code for obstacle in warned.obstacles] == ["MEMORY_SHORT"]


@pytest.mark.parametrize(("letters", "fits"), [(66, True), (67, False)])
def test_windows_allows_only_so_many_letters(letters: int, fits: bool) -> None:
    folder = Path("C:/" + "x" * (letters - 3))
    assert planned("rtx_4090_windows", folder).can_start == fits
    assert planned("rtx_4090_windows", folder).obstacles[:1] == () or not fits
    assert planned("h200", folder).can_start


def test_a_refusal_has_no_size_and_says_the_next_step() -> None:
    plan = planned("intel_mac")
    assert (plan.size, plan.can_start) == (None, False)
    assert describe(plan)[-1].startswith("INTEL_MAC: ")
    assert json.loads(json.dumps(plan.to_json()))["build"] is None


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "vendor_installer", "plan", *arguments]
    return subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_looks_at_this_computer_and_changes_nothing(tmp_path: Path) -> None:
    told = run("--json", "--folder", str(tmp_path / "new" / "place"))
    plan = json.loads(told.stdout)
    assert plan["computer"]["python"] == list(sys.version_info[:2])
    assert plan["computer"]["memory"] > 0
    assert plan["computer"]["free_disk"] > 0
    assert plan["folder"] == str(tmp_path / "new" / "place")
    assert told.returncode == (0 if plan["can_start"] else 20)
    assert not list(tmp_path.iterdir())


def test_the_command_plans_for_another_computer_and_for_a_chosen_card(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"computer": FACTS["old_and_new_card"]}), encoding="utf-8")
    assert "CUDA 13.0" in run("--facts", str(facts)).stdout
    assert "CUDA 12.6" in run("--facts", str(facts), "--gpu", "0").stdout
    missing = run("--facts", str(facts), "--gpu", "2")
    assert (missing.returncode, missing.stderr.strip().partition(":")[0]) == (19, "CARD_UNKNOWN")
    facts.write_text(json.dumps(FACTS["intel_mac"]), encoding="utf-8")
    refused = run("--facts", str(facts))
    assert (refused.returncode, "INTEL_MAC: " in refused.stdout) == (20, True)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"computer": 3}', '{"system": "linux", "colour": 3}'])
def test_facts_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "facts.json").write_text(text, encoding="utf-8")
    told = run("--facts", str(tmp_path / "facts.json"))
    assert told.returncode == 21
    assert told.stderr.strip().splitlines()[-1].startswith("FACTS_UNREADABLE: ")


def test_our_own_variables_reach_no_question() -> None:
    """A search path without nvidia-smi is no crash."""
    argv = [sys.executable, "-m", "vendor_installer", "plan"]
    told = subprocess.run(
        argv, cwd=CHECKOUT, env={**os.environ, "PATH": ""}, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Where" in told.stdout, told.stderr
