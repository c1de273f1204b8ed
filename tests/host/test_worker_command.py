# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker is started with; asked of a real process."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from triposr_addon import protocol
from triposr_addon.host.log_file import LogFile
from triposr_addon.host.worker_command import WORKER_ENTRY, WorkerCommand, worker_environment
from triposr_addon.host.worker_process import Answered, WorkerProcess
from triposr_addon.protocol import Initialize, Initialized

ENOUGH_SECONDS = 60.0


def told_by_a_worker(command: WorkerCommand, log: Path) -> Mapping[str, str]:
    """The environment and the flags that a worker finds."""
    process = WorkerProcess(command, LogFile(log))
    process.send(Initialize(protocol.PROTOCOL_VERSION))
    deadline = time.monotonic() + ENOUGH_SECONDS
    try:
        while time.monotonic() < deadline:
            for event in process.poll():
                if isinstance(event, Answered) and isinstance(event.result, Initialized):
                    return event.result.versions
            time.sleep(0.01)
        raise AssertionError("no answer")
    finally:
        process.kill()


def test_a_command_may_bring_variables_of_its_own(fake_worker: Callable[[str], WorkerCommand], tmp_path: Path) -> None:
    command = replace(fake_worker("tells-its-environment"), variables={"CUDA_VISIBLE_DEVICES": "1"})
    assert told_by_a_worker(command, tmp_path / "log")["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_worker_is_isolated_from_the_users_python(
    fake_worker: Callable[[str], WorkerCommand], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"):
        monkeypatch.setenv(name, str(tmp_path / "nonsense"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    told = told_by_a_worker(fake_worker("tells-its-environment"), tmp_path / "log")
    assert (told["flags.isolated"], told["flags.utf8_mode"]) == ("1", "1")
    assert (told["CUDA_VISIBLE_DEVICES"], told["HTTPS_PROXY"]) == ("1", "proxy.example:3128")
    assert told["PATH"] == os.environ["PATH"]
    assert not [name for name in told if name.startswith(("PYTHON", "CONDA", "VIRTUAL_ENV", "__PYVENV"))]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such groups there")
def test_a_worker_has_a_process_group_of_its_own(fake_worker: Callable[[str], WorkerCommand], tmp_path: Path) -> None:
    told = told_by_a_worker(fake_worker("tells-its-environment"), tmp_path / "log")
    assert int(told["process group"]) != os.getpgrp()


def test_what_is_kept_and_what_is_dropped() -> None:
    kept = {"PATH": "/bin", "HOME": "/h", "LD_LIBRARY_PATH": "/cuda", "SystemRoot": "C:\\Windows", "TMPDIR": "/t"}
    dropped = {"PYTHONPATH": "x", "pythonpath": "x", "PYTHON_GIL": "0", "CONDA_DEFAULT_ENV": "base", "VIRTUAL_ENV": "v"}
    assert worker_environment({**kept, **dropped}) == kept


def test_the_extensions_own_worker_is_the_entry() -> None:
    assert WORKER_ENTRY.is_file()
    assert WorkerCommand(Path("python")).line() == ["python", "-I", "-X", "utf8", str(WORKER_ENTRY)]


def test_a_path_with_blanks_and_quotes_is_one_argument(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "folder" größer 写真'
    folder.mkdir()
    entry = folder / "entry.py"
    entry.write_text("import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('ran')")
    process = WorkerProcess(
        WorkerCommand(Path(sys.executable), entry, (str(folder / "out"),)), LogFile(tmp_path / "log")
    )
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not process.over and time.monotonic() < deadline:
        process.poll()
        time.sleep(0.01)
    assert (folder / "out").read_text() == "ran"
