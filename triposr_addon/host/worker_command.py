# SPDX-License-Identifier: GPL-3.0-or-later
"""How a worker is started: the command line, the environment it gets, and its own process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .failures import WorkerDidNotStart

WORKER_ENTRY = Path(__file__).parents[1] / "worker" / "__main__.py"

DROPPED_PREFIXES = ("PYTHON", "CONDA")
LOADS_FOREIGN_CODE = frozenset({"LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES"})
DROPPED_NAMES = LOADS_FOREIGN_CODE | {"VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}


@dataclass(frozen=True)
class WorkerCommand:
    """`python` runs `entry` with `arguments`, isolated from the user's own Python set-up.

    variables: those that it gets beside Blender's own.
    """

    python: Path
    entry: Path = WORKER_ENTRY
    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> list[str]:
        """As the system gets it. UTF-8 mode, because file names cross the wire in UTF-8 on every system."""
        return [str(self.python), "-I", "-X", "utf8", str(self.entry), *self.arguments]


def worker_environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment variables a worker gets: Blender's own, less what would turn one Python into another.

    Dropped: PYTHON* (-I makes the worker ignore them, but not a Python that it starts), the marks of an activated
    conda or virtual environment, macOS' launcher variable, which moves the prefix, and what loads foreign code into
    every program, such as Steam's overlay into all that a Blender from Steam starts.
    All else stays. Drivers, proxies, certificates, caches and temporary folders go by hundreds of names (CUDA_*, HIP_*,
    HSA_*, OMP_*, SSL_CERT_FILE, XDG_*, SystemRoot ...); a list of what may pass would break the machines it misses.
    """
    return {name: value for name, value in outer.items() if not _is_dropped(name)}


def start_process(command: WorkerCommand) -> subprocess.Popen[bytes]:
    """Start the worker with three unbuffered pipes, in a process group of its own. Raises WorkerDidNotStart.

    Its own group: Ctrl+C in Blender's terminal must not reach the worker half-way through a file, and ending the group
    ends what the worker started. Temporary folder as the current one: on Windows that folder can't be deleted
    meanwhile, so it must not be the extension's.
    """
    try:
        return subprocess.Popen(
            command.line(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=tempfile.gettempdir(),
            env={**worker_environment(os.environ), **command.variables},
            start_new_session=True,
            creationflags=_creation_flags(),
        )
    except OSError as error:
        raise WorkerDidNotStart(command.python, error) from error


def terminate_group(process: subprocess.Popen[bytes]) -> None:
    """Ask a living worker and all it started to end. No effect on one that has ended."""
    _end_group(process, kill=False)


def continue_group(process: subprocess.Popen[bytes]) -> None:
    """Let a suspended worker and all it started go on; nothing to one that runs, nor where there is no such signal."""
    if sys.platform != "win32" and exit_code_or_none(process) is None:
        _signal_group(process.pid, signal.SIGCONT)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a living worker and all it started. No effect on one that has ended."""
    _end_group(process, kill=True)


def exit_code_or_none(process: subprocess.Popen[bytes]) -> int | None:
    """How it ended; None while it lives. What it had started and left behind is ended first, while its number is ours.

    Until a dead process is waited for, the system gives its number, which is its group's too, to nobody else.
    """
    if process.returncode is None and _has_ended(process.pid):
        _signal_group(process.pid, signal.SIGKILL)
    return process.poll()


def _end_group(process: subprocess.Popen[bytes], kill: bool) -> None:
    # Once the process was waited for, its number may belong to a stranger.
    if exit_code_or_none(process) is not None:
        return
    if sys.platform == "win32":
        # One way to end only. An environment's python.exe is a launcher whose job object takes the real Python along.
        process.kill()
    else:
        _signal_group(process.pid, signal.SIGKILL if kill else signal.SIGTERM)


if sys.platform == "win32" or not hasattr(os, "waitid"):

    def _has_ended(pid: int) -> bool:
        """Not to be known without waiting for it (Windows; macOS before Python 3.13)."""
        return False
else:

    def _has_ended(pid: int) -> bool:
        """Whether it is there to be waited for; it stays so."""
        try:
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else waited for it
            return False


def _signal_group(group: int, number: int) -> None:
    # It may end just now; macOS calls that a lack of permission.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _creation_flags() -> int:
    flags: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows alone has it
    return flags


def _is_dropped(name: str) -> bool:
    # Windows does not tell upper from lower case.
    return name.upper().startswith(DROPPED_PREFIXES) or name.upper() in DROPPED_NAMES
