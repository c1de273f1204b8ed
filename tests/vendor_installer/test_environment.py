# SPDX-License-Identifier: GPL-3.0-or-later
"""Real environments by a real pip: whole and proved, or absent, whatever happens in between."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.small_installer import locked
from tests.fakes.small_plan import plan_in
from vendor_installer.environment import Environment, EnvironmentPlan
from vendor_installer.failures import DiskFull, EnvironmentNotMade, NotOffered, PipFailed

CHECKOUT = Path(__file__).resolve().parents[2]
LONG_S = 120.0

Reports = list[tuple[float, str]]

INSTALLER = [sys.executable, "-m", "tests.fakes.small_plan"]
"""And the folder of the plan's files, and where to make it."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    # With a space and letters beyond ASCII: artists' folders have them.
    folder = tmp_path / "Umgebung für Ilja Ильин"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(plan: EnvironmentPlan, place: Path, outside: dict[str, str]) -> Environment:
    return Environment(plan, place / "small", outside, lock=os.open(os.devnull, os.O_RDONLY))


def versions(environment: Environment) -> str:
    code = "import leaf, tree; print(leaf.VERSION, tree.__file__)"
    return subprocess.run([environment.python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout


def report_nothing(fraction: float, detail: str) -> None:
    pass


def test_it_is_made_from_its_pins_told_in_steps_and_then_current(environment: Environment) -> None:
    reports: Reports = []
    assert not environment.is_current()
    outcome = environment.make(lambda fraction, detail: reports.append((fraction, detail)))
    assert str(environment.folder) in outcome
    assert versions(environment).startswith("1.0 ")
    assert str(environment.folder) in versions(environment)
    assert environment.is_current()
    fractions = [fraction for fraction, _ in reports]
    assert fractions == sorted(fractions)
    assert any("unpack" in detail for _, detail in reports)
    assert sorted(path.name for path in environment.folder.parent.iterdir()) == ["logs", "small"]


def test_another_pin_makes_it_old_and_the_next_run_makes_it_anew(
    environment: Environment, tmp_path: Path, wheels: Path
) -> None:
    environment.make(report_nothing)
    litter = environment.folder / "litter.txt"
    litter.touch()
    names = ("leaf-2.0-py3-none-any.whl", "tree-1.0-py3-none-any.whl")
    environment.plan.requirements[0].write_text(locked(*(wheels / name for name in names)))
    environment.plan.proof.write_text("import leaf\n")
    environment = replace(environment, plan=plan_in(tmp_path))
    assert not environment.is_current()
    environment.make(report_nothing)
    assert versions(environment).startswith("2.0 ")
    assert environment.is_current()
    assert not litter.exists()


def test_an_environment_whose_python_is_gone_is_not_current(environment: Environment) -> None:
    environment.make(report_nothing)
    environment.python.unlink()
    assert not environment.is_current()


def test_what_the_artist_set_for_python_and_pip_does_not_leak_in(
    environment: Environment, tmp_path: Path, wheels: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "leaf-9.dist-info").mkdir(parents=True)
    (elsewhere / "leaf-9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: leaf\nVersion: 9\n")
    (elsewhere / "leaf.py").write_text("VERSION = '9'\n")
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n[install]\nuser = true\n")
    leaks = {
        "PYTHONPATH": str(elsewhere),
        "PYTHONHOME": str(elsewhere),
        "PIP_TARGET": str(elsewhere / "target"),
        "PIP_DRY_RUN": "1",
        "PIP_CONFIG_FILE": str(settings),
    }
    kept = {name: value for name, value in environment.outside.items() if not name.startswith("PIP_")}
    leaky = replace(environment, outside={**kept, **leaks})
    leaky.make(report_nothing)
    assert versions(leaky).startswith("1.0 ")
    assert not (elsewhere / "target").exists()


def test_a_damaged_wheel_does_not_count_as_offered(environment: Environment, wheels: Path) -> None:
    wheel = wheels / "leaf-1.0-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes()[:-30])
    with pytest.raises(NotOffered, match="leaf"):
        environment.make(report_nothing)
    assert not environment.is_current()


def test_where_pip_fetches_a_source_package_is_never_built_what_is_missing_is_named_and_no_receipt_is_left(
    environment: Environment, pip_plan: EnvironmentPlan, wheels: Path
) -> None:
    environment = replace(environment, plan=pip_plan)
    (wheels / "leaf-1.0-py3-none-any.whl").unlink()
    (wheels / "leaf-1.0.tar.gz").write_bytes(b"must not even be opened")
    with pytest.raises(PipFailed) as caught:
        environment.make(report_nothing)
    assert "leaf==1.0" in caught.value.details
    assert str(environment.log) in caught.value.details
    assert "run this again" in caught.value.sentence
    assert "leaf" in environment.log.read_text()
    assert not environment.is_current()


def test_packages_that_do_not_work_are_not_an_environment(environment: Environment) -> None:
    environment.plan.proof.write_text("import leaf\nraise SystemExit('wrong processor')\n")
    with pytest.raises(EnvironmentNotMade, match="do not work") as caught:
        environment.make(report_nothing)
    assert "wrong processor" in caught.value.details
    assert not environment.is_current()


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small file system, Linux only")
def test_a_full_disk_is_named(environment: Environment, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"mount -t tmpfs -o size=80k none '{disk}' && exec \"$@\""
    argv = ["unshare", "--mount", "sh", "-c", script, "sh", *INSTALLER, str(tmp_path), str(disk)]
    told = subprocess.run(argv, cwd=CHECKOUT, env=environment.outside, capture_output=True, text=True, check=False)
    assert DiskFull.__name__ in told.stderr.splitlines()[-1]


# --- sudden deaths ----------------------------------------------------------------------------------------------------


def kill_when(seen: Callable[[], object], tmp_path: Path, outside: Mapping[str, str]) -> None:
    argv = [*INSTALLER, str(tmp_path), str(tmp_path / "place")]
    installer = subprocess.Popen(argv, cwd=CHECKOUT, env=outside)
    limit = time.monotonic() + LONG_S
    while not seen():
        assert installer.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.01)
    installer.kill()
    installer.wait(LONG_S)


@pytest.mark.parametrize("moment", ["bare environment", "pip at work", "half unpacked", "proof"])
def test_killed_at_any_moment_the_next_run_ends_sound(
    moment: str, environment: Environment, tmp_path: Path, place: Path
) -> None:
    (tmp_path / "place").mkdir()
    target = Environment(environment.plan, tmp_path / "place" / "small", environment.outside, environment.lock)
    marks: dict[str, Callable[[], object]] = {
        "bare environment": (target.folder / "pyvenv.cfg").exists,
        "pip at work": target.log.exists,
        "half unpacked": lambda: list(target.folder.glob("lib/*/site-packages/leaf.py")),
        "proof": (tmp_path / "proving").exists,
    }
    sound_proof = environment.plan.proof.read_text()
    slow_proof = f"import pathlib, time; pathlib.Path({str(tmp_path / 'proving')!r}).touch(); time.sleep(600)"
    environment.plan.proof.write_text(slow_proof)
    kill_when(marks[moment], tmp_path, environment.outside)
    environment.plan.proof.write_text(sound_proof)
    assert not target.is_current()
    again = [*INSTALLER, str(tmp_path), str(tmp_path / "place")]
    subprocess.run(again, cwd=CHECKOUT, env=environment.outside, check=True, timeout=LONG_S)
    assert versions(target).startswith("1.0 ")
    assert target.is_current()
    assert json.loads((target.folder / "receipt.json").read_text())["inputs"] == environment.plan.inputs()
