# SPDX-License-Identifier: GPL-3.0-or-later
"""A real process on the other side of a real pipe: all that a good worker does, and how it ends."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.host.waiting import (
    ENOUGH_SECONDS,
    INITIALIZE,
    Start,
    ends,
    is_alive,
    reconstruct,
    wait_for,
)
from triposr_addon import protocol
from triposr_addon.host.log_file import LogFile
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import (
    Answered,
    Limits,
    Refused,
)
from triposr_addon.protocol import (
    ErrorReport,
    Extract,
    Extracted,
    Initialized,
    Log,
    Progress,
    Reconstructed,
    Unload,
    Unloaded,
)


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
