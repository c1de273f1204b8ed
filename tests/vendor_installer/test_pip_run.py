# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip 26.3 said in real runs, read as progress."""

from pathlib import Path

import pytest

from vendor_installer.pip_run import PipInstall, PipProgress

RECORDED = """\
Looking in links: a-folder
Collecting torch==2.13.0 (from -r worker.txt (line 1))
Processing a-folder/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl
Collecting numpy==2.4.6 (from -r worker.txt (line 4))
  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl (16.6 MB)
Progress 0 of 16612345
Progress 8306172 of 16612345
Progress 16612345 of 16612345
Collecting regex>=2025.10.22 (from transformers==5.23.0->-r worker.txt (line 2))
  Using cached regex-2026.11.15-cp311-cp311-manylinux2014_x86_64.whl (800 kB)
Progress 5000000 of 0
Installing collected packages: regex, numpy, torch
""".splitlines()


@pytest.fixture
def told(tmp_path: Path) -> list[tuple[float, str]]:
    return []


@pytest.fixture
def progress(tmp_path: Path, told: list[tuple[float, str]]) -> PipProgress:
    (tmp_path / "pip-26.3.dist-info").mkdir()
    install = PipInstall(Path("python"), [], tmp_path, 3, log=tmp_path / "log")
    return PipProgress(install, lambda fraction, detail: told.append((fraction, detail)))


def test_packages_and_bytes_are_told(progress: PipProgress, told: list[tuple[float, str]]) -> None:
    for line in RECORDED:
        progress.line(line)
    details = [detail for _, detail in told]
    assert "found numpy" in details
    assert any("numpy-2.4.6" in detail and detail.endswith("8 of 17 MB") for detail in details)
    assert details[-1] == "unpacking 3 packages"
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0


def test_a_file_at_hand_moves_the_bar(progress: PipProgress, told: list[tuple[float, str]]) -> None:
    for line in RECORDED[:6]:
        progress.line(line)
    before = told[-1][0]
    progress.line(RECORDED[6])
    assert told[-1][0] > before


def test_a_length_that_the_server_does_not_tell_does_no_harm(
    progress: PipProgress, told: list[tuple[float, str]]
) -> None:
    progress.line("Progress 5000000 of 0")
    assert told[-1][1].endswith("5 MB")


def test_unpacking_is_counted_in_the_folder(
    progress: PipProgress, told: list[tuple[float, str]], tmp_path: Path
) -> None:
    assert not progress.poll()
    progress.line("Installing collected packages: regex, numpy, torch")
    assert not progress.poll()
    for count, name in enumerate(["regex-1", "numpy-2", "torch-2"], start=1):
        (tmp_path / f"{name}.dist-info").mkdir()
        assert progress.poll()
        assert told[-1][1] == f"unpacked {count} of 3 packages"
        assert not progress.poll()
    assert told[-1][0] == pytest.approx(1.0)


def test_lines_that_say_nothing_tell_nothing(progress: PipProgress, told: list[tuple[float, str]]) -> None:
    for line in ("", "WARNING: something", "Progress of 5", "  Installing build dependencies"):
        progress.line(line)
    assert told == []
