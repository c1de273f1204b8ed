# SPDX-License-Identifier: GPL-3.0-or-later
"""Children that end, fail, hang, ignore signals and have children of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vendor_installer.child import TAIL_LINES, ChildCommand, run_child, run_in_foreground

CHECKOUT = Path(__file__).resolve().parents[2]
LONG_S = 60.0

WRITES_ITS_PID_AND_SLEEPS = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""
HAS_SUCH_A_CHILD = """
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""


def python(code: str, *arguments: str, silence_limit_s: float = LONG_S) -> ChildCommand:
    return ChildCommand([sys.executable, "-c", code, *arguments], os.environ, Path.cwd(), silence_limit_s)


def wait_until(true: Callable[[], object], limit_s: float = LONG_S) -> None:
    limit = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_lines_come_in_order_and_the_code_is_handed_on() -> None:
    lines: list[str] = []
    result = run_child(python("import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"), lines.append)
    assert sorted(lines) == ["one", "two"]
    assert result.exit_code == 3


def test_the_tail_keeps_the_last_lines() -> None:
    result = run_child(python("for n in range(500): print(n)"))
    assert result.tail == tuple(str(n) for n in range(500 - TAIL_LINES, 500))


def test_bytes_that_are_not_utf8_do_no_harm() -> None:
    result = run_child(python(r"import os; os.write(1, b'\xff\xfe broken\n')"))
    assert result.exit_code == 0
    assert "broken" in result.text


def test_a_program_that_crashes_has_the_code_that_a_shell_gives() -> None:
    result = run_child(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert result.exit_code == 128 + signal.SIGSEGV


def test_silence_ends_it() -> None:
    result = run_child(python("import time; print('there', flush=True); time.sleep(600)", silence_limit_s=1.0))
    assert result.exit_code is None
    assert result.tail == ("there",)


def test_a_sign_of_life_from_outside_counts() -> None:
    # Silent for longer than its limit, but the poll sees it work.
    result = run_child(python("import time; time.sleep(2.5)", silence_limit_s=1.0), on_poll=lambda: True)
    assert result.exit_code == 0


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        run_child(ChildCommand([str(tmp_path / "nowhere")], os.environ, tmp_path))


def test_an_exception_stops_the_child_and_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def interrupt_once_it_runs() -> bool:
        if note.exists() and note.read_text():
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        run_child(python(HAS_SUCH_A_CHILD, str(note), WRITES_ITS_PID_AND_SLEEPS), on_poll=interrupt_once_it_runs)
    wait_until(lambda: not is_alive(int(note.read_text())))


def test_our_own_sudden_death_ends_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import sys, os; from pathlib import Path; from vendor_installer.child import ChildCommand, run_child\n"
        "run_child(ChildCommand([sys.executable, '-c', sys.argv[2], sys.argv[1]], os.environ, Path.cwd()))"
    )
    installer = subprocess.Popen([sys.executable, "-c", code, str(note), WRITES_ITS_PID_AND_SLEEPS], cwd=CHECKOUT)
    wait_until(lambda: note.exists() and note.read_text())
    child = int(note.read_text())
    assert is_alive(child)
    installer.kill()
    installer.wait(LONG_S)
    wait_until(lambda: not is_alive(child))


@pytest.mark.parametrize("code", [0, 7])
def test_in_the_foreground_the_code_is_handed_on(code: int, tmp_path: Path) -> None:
    assert run_in_foreground([sys.executable, "-c", f"raise SystemExit({code})"], os.environ, tmp_path) == code


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGTERM that a program could hear")
def test_a_schedulers_word_to_end_reaches_the_program(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('ready', flush=True)\n"
        "time.sleep(30)"
    )
    ours = (
        "import os, pathlib, sys\n"
        "from vendor_installer.child import run_in_foreground\n"
        "sys.exit(run_in_foreground([sys.executable, '-c', sys.argv[1]], os.environ, pathlib.Path.cwd()))"
    )
    argv = [sys.executable, "-c", ours, program]
    with subprocess.Popen(argv, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(20) == 7
