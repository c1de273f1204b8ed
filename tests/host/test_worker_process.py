# SPDX-License-Identifier: GPL-3.0-or-later
"""A real process on the other side of a real pipe, doing what a worker must not do."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from triposr_addon import protocol
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
from triposr_addon.host.worker_process import Answered, Broken, Limits, Refused, WorkerEvent, WorkerProcess
from triposr_addon.protocol import (
    ErrorReport,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    Log,
    Progress,
    Reconstruct,
    Reconstructed,
    Unload,
    Unloaded,
)

ENOUGH_SECONDS = 60.0
INITIALIZE = Initialize(protocol.PROTOCOL_VERSION)
Start = Callable[..., WorkerProcess]


@pytest.fixture
def start(fake_worker: Callable[[str], WorkerCommand], tmp_path: Path) -> Iterator[Start]:
    """start(START, limits): a started fake worker, ended after the test."""
    started: list[WorkerProcess] = []

    def start_fake(how: str = "starts", limits: Limits | None = None) -> WorkerProcess:
        started.append(WorkerProcess(fake_worker(how), LogFile(tmp_path / "worker.log"), limits or Limits()))
        return started[-1]

    yield start_fake
    for process in started:
        process.kill()


def reconstruct(folder: Path, photo: str) -> Reconstruct:
    return Reconstruct(
        "job", str(folder / f"{photo}.png"), str(folder), str(folder / "field"), str(folder / "cutout.png")
    )


def wait_for(process: WorkerProcess, kind: type[WorkerEvent]) -> tuple[list[WorkerEvent], WorkerEvent]:
    """All events up to and with the first of `kind`."""
    events: list[WorkerEvent] = []
    deadline = time.monotonic() + ENOUGH_SECONDS
    while time.monotonic() < deadline:
        for event in process.poll():
            events.append(event)
            if isinstance(event, kind):
                return events, event
        assert not process.over, f"broke while waiting for {kind.__name__}: {events}"
        time.sleep(0.01)
    raise AssertionError(f"no {kind.__name__} among {events}")


def broken_by(process: WorkerProcess) -> HostFailure:
    """The failure that ends the process."""
    broken = wait_for(process, Broken)[1]
    assert isinstance(broken, Broken)
    assert process.over
    assert process.poll() == []
    return broken.failure


def failure_of(start: Start, folder: Path, photo: str, limits: Limits | None = None) -> HostFailure:
    """The failure that a photo brings about."""
    process = start("starts", limits)
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(folder, photo))
    return broken_by(process)


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def ends(pid: int) -> bool:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


# --- a good worker ---------------------------------------------------------------------------------------------------


def test_every_exchange_of_a_good_worker(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    events, answer = wait_for(process, Answered)
    assert Log("info", "fake worker is up") in events
    assert isinstance(answer, Answered)
    assert isinstance(answer.result, Initialized)
    assert answer.result.pid == process.pid

    process.send(reconstruct(tmp_path, "good"))
    events, answer = wait_for(process, Answered)
    assert isinstance(answer, Answered)
    assert isinstance(answer.result, Reconstructed)
    assert answer.result.seconds == {"load photo": 0.1, "reconstruct": 0.2}
    assert [event.step for event in events if isinstance(event, Progress)] == [
        step for step in protocol.STEPS[:5] for _ in range(2)
    ]

    process.send(Extract("job", str(tmp_path / "field"), str(tmp_path / "mesh.npz")))
    answer = wait_for(process, Answered)[1]
    assert isinstance(answer, Answered)
    assert answer.result == Extracted(str(tmp_path / "mesh.npz"), 4, 4, True, {"extract": 0.3})

    process.send(Unload())
    answer = wait_for(process, Answered)[1]
    assert isinstance(answer, Answered)
    assert answer.result == Unloaded(had_model=True)
    assert process.owed == ()


def test_a_reported_failure_leaves_the_worker_alive(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "reports-failure"))
    refused = wait_for(process, Refused)[1]
    assert isinstance(refused, Refused)
    assert refused.error.code == "PHOTO_UNREADABLE"
    process.send(reconstruct(tmp_path, "good"))
    wait_for(process, Answered)
    assert not process.over


def test_cancel_is_answered(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "works-until-cancelled"))
    wait_for(process, Progress)
    process.cancel("job")
    refused = wait_for(process, Refused)[1]
    assert isinstance(refused, Refused)
    assert refused.error == ErrorReport(protocol.CANCELLED, "The job was cancelled.")
    assert not process.over


def test_a_full_standard_error_blocks_nothing_and_is_logged(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "fills-stderr"))
    wait_for(process, Answered)
    process.stop()
    assert "warning 39999:" in process.last_words()
    assert "warning 39999:" in LogFile(tmp_path / "worker.log").tail(5)


def test_more_progress_than_is_read_at_once_arrives_in_order(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "floods-with-progress"))
    events, _ = wait_for(process, Answered)
    told = [event.fraction for event in events if isinstance(event, Progress)]
    assert told[:20_000] == [number / 20_000 for number in range(20_000)]


# --- a worker that fails ---------------------------------------------------------------------------------------------


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
    assert [type(event) for event in events] == [Answered, Broken]
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


# --- the end ---------------------------------------------------------------------------------------------------------


def test_stop_lets_a_good_worker_leave_by_itself(start: Start) -> None:
    process = start("starts", Limits(polite=ENOUGH_SECONDS))
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.stop()
    assert not is_alive(process.pid)
    process.stop()


def test_stop_ends_a_busy_worker(start: Start, tmp_path: Path) -> None:
    process = start("starts", Limits(polite=ENOUGH_SECONDS))
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "hangs"))
    wait_for(process, Progress)
    process.stop()
    assert not is_alive(process.pid)


def test_stop_ends_a_worker_that_hears_nothing(start: Start) -> None:
    process = start("stays", Limits(polite=0.1, terminate=0.1))
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.stop()
    assert not is_alive(process.pid)


def test_kill_takes_the_workers_children_along(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "starts-a-child"))
    wait_for(process, Progress)
    process.kill()
    assert ends(int((tmp_path / "child").read_text()))


def test_sending_to_a_dead_worker_neither_blocks_nor_ends_the_host(tmp_path: Path) -> None:
    """Blender may have left SIGPIPE at its default, which ends the program that writes to a closed pipe."""
    host = f"""
        import signal, sys, time
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        from pathlib import Path
        from triposr_addon.host.log_file import LogFile
        from triposr_addon.host.worker_command import WorkerCommand
        from triposr_addon.host.worker_process import WorkerProcess
        from triposr_addon.protocol import Unload
        entry = Path({str(tmp_path / "quits.py")!r})
        entry.write_text("import os; os.close(0)\\nimport time; time.sleep(60)")
        process = WorkerProcess(WorkerCommand(Path(sys.executable), entry), LogFile(entry.with_name("log")))
        for _ in range(50):
            process.send(Unload())
            process.cancel("x" * 100_000)
            time.sleep(0.02)
        process.kill()
        print("the host lives")
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(host)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=ENOUGH_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "the host lives\n", "")


@pytest.mark.parametrize("how", ["leaves", "raises", "is killed"])
def test_the_worker_goes_when_its_host_does(
    fake_worker: Callable[[str], WorkerCommand], tmp_path: Path, how: str
) -> None:
    ending = {"leaves": "sys.exit(0)", "raises": "raise SystemExit(5)", "is killed": "os.kill(os.getpid(), 9)"}[how]
    host = f"""
        import os, sys, time
        from pathlib import Path
        from triposr_addon.host.log_file import LogFile
        from triposr_addon.host.worker_command import WorkerCommand
        from triposr_addon.host.worker_process import WorkerProcess
        from triposr_addon.protocol import Initialize, PROTOCOL_VERSION
        command = WorkerCommand(Path(sys.executable), Path({str(fake_worker("starts").entry)!r}), ("starts",))
        process = WorkerProcess(command, LogFile(Path({str(tmp_path / "log")!r})))
        process.send(Initialize(PROTOCOL_VERSION))
        while not any(hasattr(event, "result") for event in process.poll()):
            time.sleep(0.01)
        print(process.pid, flush=True)
        {ending}
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(host)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=ENOUGH_SECONDS,
        check=False,
    )
    assert done.stderr == ""
    assert ends(int(done.stdout))
