# SPDX-License-Identifier: GPL-3.0-or-later
"""`install` as an artist calls it, with a real pip, in a small copy of the installer that locks wheels made here."""

import random
import sys
from pathlib import Path

import pytest

from tests.fakes.small_installer import LONG_S, SmallInstaller, locked, small_installer
from tests.long.install_kills import kill_again_and_again
from triposr_addon.host.storage import Storage

LEAF = "leaf-1.0-py3-none-any.whl"


@pytest.fixture
def small(tmp_path: Path, wheels: Path, outside: dict[str, str]) -> SmallInstaller:
    """pip is led to a folder of wheels, where a newer leaf lies, too."""
    return small_installer(tmp_path, wheels, outside)


def test_what_is_locked_is_installed_where_the_extension_looks_whatever_the_artists_own_settings_say(
    small: SmallInstaller, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/leaf.py").write_text("VERSION = 'the artist own'\n", encoding="utf-8")
    hostile = {
        "PYTHONPATH": str(tmp_path / "own"),
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PIP_USER": "1",
        "PIP_NO_BINARY": ":all:",
        "PIP_REQUIREMENT": str(tmp_path / "none.txt"),
        "PIP_CONSTRAINT": str(tmp_path / "none.txt"),
        "PIP_PRE": "1",
    }
    code, out, error = small.run(**hostile)
    assert code == 0, error
    assert small.leaf() == "1.0"
    assert not (tmp_path / "elsewhere").exists()
    assert "PyTorch 2.13.0 for the processor" in out
    assert f"Worker Python: {small.python}" in out
    assert Storage(small.data).worker_python_or_none() == small.python
    assert "already done" in small.run()[1]


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_left_that_looks_installed(
    small: SmallInstaller, wheels: Path
) -> None:
    small.lock.write_text(locked(wheels / "leaf-1.0-py3-none-any.whl", sha256="0" * 64), encoding="utf-8")
    code, _, error = small.run()
    assert (code, error.strip().splitlines()[-1].partition(":")[0]) == (28, "WHEEL_NOT_OFFERED")
    assert LEAF in error
    assert not (small.data / "environment/receipt.json").exists()


def test_what_a_package_asks_for_beyond_the_lock_does_not_come(small: SmallInstaller, wheels: Path) -> None:
    """The lock holds the whole set: a dependency that is missing there is a fault of the lock, none to be mended."""
    small.lock.write_text(locked(wheels / "tree-1.0-py3-none-any.whl"), encoding="utf-8")
    assert small.run()[0] == 12
    names = [path.name for path in small.data.rglob("*.dist-info")]
    assert "tree-1.0.dist-info" in names
    assert not any(name.startswith("leaf") for name in names)


def test_a_build_that_is_not_locked_is_not_installed_and_those_that_are_are_named(small: SmallInstaller) -> None:
    other = small.lock.with_name(small.lock.name.replace("-cpu", "-cu130"))
    expects = other.is_file()
    small.lock.unlink()
    code, _, error = small.run()
    assert code == 23
    assert ("--backend cu130" in error) == expects
    assert not small.data.exists()
    code, _, error = small.run("--without-hashes")
    assert code == 0, error
    assert small.leaf() == "1.0"


def test_an_environment_in_which_our_worker_makes_no_mesh_does_not_count(small: SmallInstaller, wheels: Path) -> None:
    failure = small.root / "triposr_addon/worker/failure.txt"
    failure.write_text("DEVICE_UNAVAILABLE: no kernel for this card", encoding="utf-8")
    code, _, error = small.run()
    assert (code, "no kernel for this card" in error) == (12, True)
    assert not (small.data / "environment/receipt.json").exists()
    failure.unlink()
    assert small.run()[0] == 0
    _an_upgrade_keeps_the_packages_or_says_why_not(small, wheels)


def _an_upgrade_keeps_the_packages_or_says_why_not(small: SmallInstaller, wheels: Path) -> None:
    """The same packages are proved again and kept; with another one among them, all is made anew."""
    made = (small.data / "environment/pyvenv.cfg").stat().st_mtime_ns
    proof = small.root / "vendor_installer/requirements/worker_proof.txt"
    proof.write_text("import leaf\n", encoding="utf-8")
    code, out, error = small.run()
    assert (code, "kept the packages" in out) == (0, True), error
    assert (small.data / "environment/pyvenv.cfg").stat().st_mtime_ns == made
    small.lock.write_text(locked(wheels / "leaf-2.0-py3-none-any.whl"), encoding="utf-8")
    told = small.command("doctor", "--backend", "cpu", "--folder", str(small.data)).communicate()[0]
    assert "leaf 1.0 -> 2.0" in told
    code, out, error = small.run()
    assert (code, "anew because of leaf 1.0 -> 2.0" in out) == (0, True), error
    assert small.leaf() == "2.0"


def test_what_is_not_ours_in_the_environments_place_is_not_touched(small: SmallInstaller) -> None:
    (small.data / "environment").mkdir(parents=True)
    (small.data / "environment/thesis.txt").write_text("all of it")
    code, _, error = small.run()
    assert (code, "holds other files" in error) == (18, True)
    assert (small.data / "environment/thesis.txt").read_text() == "all of it"


@pytest.mark.skipif(sys.platform == "win32", reason="a Unix signal")
def test_killed_at_any_moment_it_ends_whole_the_next_time(small: SmallInstaller) -> None:
    """Three moments here, many in tests/long; each next run begins with what the killed one left."""
    figures = kill_again_and_again(small, "leaf", 3, random.Random(4))
    assert figures.held, figures


def test_two_at_once_wait_for_each_other(small: SmallInstaller) -> None:
    both = [small.start(), small.start()]
    told = [process.communicate(timeout=LONG_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert sum("already done" in out for out, _ in told) == 1
    assert small.leaf() == "1.0"
