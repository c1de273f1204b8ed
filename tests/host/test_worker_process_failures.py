# SPDX-License-Identifier: GPL-3.0-or-later
"""A real process on the other side of a real pipe, doing what a worker must not do."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.host.waiting import (
    INITIALIZE,
    Start,
    broken_by,
    reconstruct,
    wait_for,
)
from triposr_addon.host.failures import (
    HostFailure,
    WorkerAnsweredGarbage,
    WorkerBabbled,
    WorkerDidNotStart,
    WorkerDied,
    WorkerLineCut,
    WorkerSilent,
    WorkerVersionDiffers,
)
from triposr_addon.host.log_file import LogFile
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import (
    Answered,
    Broken,
    Limits,
    WorkerProcess,
)
from triposr_addon.protocol import MemoryHeld


def failure_of(start: Start, folder: Path, photo: str, limits: Limits | None = None) -> HostFailure:
    """The failure that a photo brings about."""
    process = start("starts", limits)
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(folder, photo))
    return broken_by(process)


def test_a_python_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(WorkerDidNotStart, match="No such file"):
        WorkerProcess(WorkerCommand(tmp_path / "python"), LogFile(tmp_path / "log"))


def test_a_python_that_is_no_program(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("not a program")
    with pytest.raises(WorkerDidNotStart, match="Permission denied"):
        WorkerProcess(WorkerCommand(python), LogFile(tmp_path / "log"))
    python.chmod(0o755)
    with pytest.raises(WorkerDidNotStart, match="Exec format error"):
        WorkerProcess(WorkerCommand(python), LogFile(tmp_path / "log"))


def test_an_entry_that_is_missing(tmp_path: Path) -> None:
    process = WorkerProcess(WorkerCommand(Path(sys.executable), tmp_path / "gone.py"), LogFile(tmp_path / "log"))
    process.send(INITIALIZE)
    failure = broken_by(process)
    assert type(failure) is WorkerDied
    assert "exit code 2" in failure.sentence
    assert "gone.py" in failure.details


def test_death_at_the_start(start: Start) -> None:
    process = start("dies")
    process.send(INITIALIZE)
    failure = broken_by(process)
    assert type(failure) is WorkerDied
    assert failure.exit_code == 3
    assert failure.details == "no module named torch"


def test_death_while_nothing_is_asked(start: Start) -> None:
    assert type(broken_by(start("dies"))) is WorkerDied


def test_death_in_a_job(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "dies")
    assert type(failure) is WorkerDied
    assert "exit code 7" in failure.sentence
    assert "Segmentation fault, said the fake" in failure.details


def test_a_kill_from_outside_names_the_memory(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "is-killed")
    assert type(failure) is WorkerDied
    assert failure.exit_code == -signal.SIGKILL
    assert "SIGKILL" in failure.sentence
    assert "memory" in failure.sentence


def test_death_is_seen_although_a_child_holds_the_pipes(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "dies-leaving-a-child")
    child = int(failure.details.removeprefix("child "))
    os.kill(child, signal.SIGKILL)
    assert type(failure) is WorkerDied
    assert "exit code 7" in failure.sentence


def test_a_line_cut_in_half(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "cuts-a-line")
    assert type(failure) is WorkerLineCut
    assert "in the middle of a message (exit code 1)" in failure.sentence


def test_silence_in_a_job(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "hangs", Limits(silence=0.3))
    assert type(failure) is WorkerSilent
    assert "has not answered for" in failure.sentence


def test_silence_at_the_start(start: Start) -> None:
    process = start("hangs", Limits(start=0.5))
    process.send(INITIALIZE)
    assert type(broken_by(process)) is WorkerSilent


def test_silence_is_no_fault_while_nothing_is_asked(start: Start, tmp_path: Path) -> None:
    process = start("starts", Limits(silence=2.0))
    process.send(INITIALIZE)
    wait_for(process, Answered)
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        assert process.poll() == []
        time.sleep(0.02)
    process.send(reconstruct(tmp_path, "good"))
    wait_for(process, Answered)


def test_an_answer_after_the_limit_is_nobodys(start: Start, tmp_path: Path) -> None:
    process = start("starts", Limits(silence=0.3))
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "answers-late"))
    assert type(broken_by(process)) is WorkerSilent
    time.sleep(0.2)
    assert process.poll() == []
    assert not (tmp_path / "field").exists()


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        ("babbles", r"not JSON.*Downloading: 100%"),
        ("writes-invalid-utf8", r"not JSON.*'utf-8' codec"),
        ("writes-a-gigantic-line", r"a line without end"),
        ("writes-without-end", r"a line without end"),
    ],
)
def test_babble(start: Start, tmp_path: Path, photo: str, reason: str) -> None:
    failure = failure_of(start, tmp_path, photo)
    assert type(failure) is WorkerBabbled
    assert re.search(reason, failure.details)
    assert len(failure.details) < 2000


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        ("answers-a-stranger", "which is not open"),
        ("answers-nobody", "A request could not be read"),
        ("answers-with-wrong-fields", "Reconstructed has no field 'had_model'"),
        ("tells-an-unknown-step", "make tea"),
    ],
)
def test_garbage(start: Start, tmp_path: Path, photo: str, reason: str) -> None:
    failure = failure_of(start, tmp_path, photo)
    assert type(failure) is WorkerAnsweredGarbage
    assert reason in failure.details


def test_an_answer_that_comes_twice(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "answers-twice"))
    events, broken = wait_for(process, Broken)
    assert [type(event) for event in events if not isinstance(event, MemoryHeld)] == [Answered, Broken]
    assert isinstance(broken, Broken)
    assert type(broken.failure) is WorkerAnsweredGarbage


def test_another_version(start: Start) -> None:
    process = start("speaks-another-version")
    process.send(INITIALIZE)
    failure = broken_by(process)
    assert type(failure) is WorkerVersionDiffers
    assert "999" in failure.details


def test_a_closed_standard_output(start: Start, tmp_path: Path) -> None:
    failure = failure_of(start, tmp_path, "closes-stdout")
    assert type(failure) is WorkerSilent
    assert "closed its output" in failure.sentence
