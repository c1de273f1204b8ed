# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock files are current, whole, and for what their names say. What uv would find today, `lock --check` tells."""

import re
from pathlib import Path

import pytest

from vendor_installer.builds import BUILDS, GENERAL_INDEX, TORCH, build_named
from vendor_installer.failures import LockNotMade
from vendor_installer.lock_files import (
    BEYOND_THE_WORKERS,
    BLENDER,
    LOCKS,
    RAY,
    REQUIREMENTS,
    Lock,
    Target,
    Wheel,
    checkout_targets,
    digest_of_inputs,
    read_lock,
    targets,
)
from vendor_installer.lock_maker import _best_wheel
from vendor_installer.published_wheels import PUBLISHED, PublishedWheel, published_lock_or_none

LOCKED = [target for target in targets(BUILDS) if target.path.is_file()]
TAGS = {
    ("linux", "x86_64"): r"(linux|manylinux\w+)_x86_64(\.\w+)*",
    ("linux", "arm64"): r"(linux|manylinux\w+)_(aarch64|sbsa)(\.\w+)*",
    ("windows", "x86_64"): "win_amd64",
    ("macos", "arm64"): r"macosx_\d+_\d+_(arm64|universal2)",
}
REQUIREMENT = re.compile(r"^(?P<name>[\w-]+)==(?P<version>[^ ;]+)(?: ; python_version (?P<sign><|>=) \"3\.13\")?$")


def wanted(python: tuple[int, ...], file: str = "worker.txt") -> dict[str, str]:
    """What a file of requirements asks for in that Python."""
    found = {}
    for line in (REQUIREMENTS / file).read_text(encoding="utf-8").splitlines():
        if (match := REQUIREMENT.match(line)) and (match["sign"] in (None, "<" if python < (3, 13) else ">=")):
            found[match["name"].lower()] = match["version"]
    return found


def test_every_file_is_for_a_target_that_exists() -> None:
    assert sorted(LOCKS.iterdir()) == sorted(target.path for target in (*LOCKED, *checkout_targets()))
    assert len(LOCKED) == 17


def test_everything_of_the_general_index_is_locked() -> None:
    general = [t for t in targets(BUILDS) if build_named(t.build).indexes[t.platform] == GENERAL_INDEX]
    assert [target.path.name for target in general if target not in LOCKED] == []


@pytest.mark.parametrize("target", LOCKED, ids=lambda target: target.path.stem)
def test_a_lock_is_current_and_fits_its_target(target: Target) -> None:
    lock = read_lock(target.path)
    assert lock.inputs == digest_of_inputs(target.build), "requirements/ changed: run `vendor_installer lock`"
    assert lock.index == build_named(target.build).indexes[target.platform]
    assert lock.text() == target.path.read_text(encoding="utf-8")
    versions = {wheel.name: wheel.version.partition("+")[0] for wheel in lock.wheels}
    assert versions.items() >= wanted(target.python).items()
    assert versions["torch"] == TORCH
    cuda = any(name.startswith("nvidia-") for name in versions)
    assert cuda == (target.build == "cu130" and target.platform[0] == "linux")


@pytest.mark.parametrize("target", checkout_targets(), ids=lambda target: target.path.stem)
def test_a_lock_of_a_checkout_is_current_and_adds_to_the_workers(target: Target) -> None:
    lock = read_lock(target.path)
    assert lock.inputs == digest_of_inputs(target.build), "requirements/ changed: run `vendor_installer lock`"
    assert lock.text() == target.path.read_text(encoding="utf-8")
    versions = {wheel.name: wheel.version for wheel in lock.wheels}
    assert versions.items() >= wanted(target.python, f"{target.build}.txt").items()
    assert ("pytest" in versions) == (target.build != RAY)
    assert ("bpy" in versions) == (target.build == BLENDER)
    assert ("ray" in versions) == (target.build == RAY)
    if target.build in BEYOND_THE_WORKERS:
        siblings = [other for other in LOCKED if (other.platform, other.python) == (target.platform, target.python)]
        for sibling in siblings:
            assert not versions.keys() & {wheel.name for wheel in read_lock(sibling.path).wheels}


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.target.path.stem)
def test_a_lock_of_a_published_wheel_is_its_siblings_but_for_pytorch(published: PublishedWheel) -> None:
    lock = read_lock(published.target.path)
    assert lock == published_lock_or_none(published.target)
    assert next(wheel.sha256 for wheel in lock.wheels if wheel.name == "torch") == published.sha256
    names = {wheel.name for wheel in lock.wheels}
    assert names == {wheel.name for wheel in read_lock(LOCKS / "windows-x86_64-py311-cpu.txt").wheels}


@pytest.mark.parametrize("target", [*LOCKED, *checkout_targets()], ids=lambda target: target.path.stem)
def test_every_wheel_of_a_lock_runs_on_its_platform(target: Target) -> None:
    digits = "".join(str(number) for number in target.python)
    for wheel in read_lock(target.path).wheels:
        python, abi, platform = wheel.file.removesuffix(".whl").rsplit("-", 3)[1:]
        assert platform == "any" or re.fullmatch(TAGS[target.platform], platform), wheel.file
        assert abi in (f"cp{digits}", "abi3", "none"), wheel.file
        assert python in (f"cp{digits}", "py3", "py2.py3") or (abi == "abi3" and python.startswith("cp3")), wheel.file
        assert 0 < wheel.download < 2 * wheel.unpacked


def test_a_lock_survives_its_file_and_a_line_that_is_none_is_refused(tmp_path: Path) -> None:
    lock = Lock(GENERAL_INDEX, "0" * 64, (Wheel("leaf", "1.0+cpu", "a" * 64, "leaf.whl", 10, 20),), "a note")
    path = tmp_path / "lock.txt"
    path.write_text(lock.text(), encoding="utf-8")
    assert read_lock(path) == lock
    path.write_text(lock.text() + "tree==1.0\n", encoding="utf-8")
    with pytest.raises(ValueError, match="none of a lock"):
        read_lock(path)


def test_of_several_wheels_the_one_that_pip_takes_is_locked() -> None:
    def best(*files: str) -> str:
        return str(_best_wheel({"name": "x", "wheels": [{"url": f"https://x/{file}"} for file in files]})["url"])

    assert best("x-1-py3-none-any.whl", "x-1-cp310-abi3-win_amd64.whl").endswith("win_amd64.whl")
    assert "14_0" in best("x-1-cp311-cp311-macosx_11_0_arm64.whl", "x-1-cp311-cp311-macosx_14_0_arm64.whl")
    alone, later = "x-1-cp311-cp311-manylinux_2_17_x86_64.whl", "x-1-cp310-abi3-manylinux_2_28_x86_64.whl"
    assert best(later, alone).endswith(alone)
    assert "manylinux_2_28" in best("x-1-cp311-cp311-manylinux2014_x86_64.whl", alone.replace("2_17", "2_28"))
    assert "cp310" in best(later, later.replace("310", "39"))
    with pytest.raises(LockNotMade):
        best(alone, alone)


def test_every_build_of_pytorchs_own_index_can_be_had_by_its_version() -> None:
    for target in targets(BUILDS):
        if build_named(target.build).indexes[target.platform] != GENERAL_INDEX:
            text = (REQUIREMENTS / f"torch_{target.build}.txt").read_text(encoding="utf-8")
            assert text.splitlines()[-1] == f"torch==={TORCH}+{target.build}"
