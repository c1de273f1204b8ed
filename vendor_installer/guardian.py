# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program of its arguments, and ends it when its own standard input ends: that is, when the installer dies.

Started by path, in a session of its own. So no pip goes on writing into an environment that the next run makes anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """The program's exit code; 128 + N for one that signal N ended, as a shell would say."""
    # close_fds=False: the installer's lock goes on to the program, and is held until that ends.
    program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, close_fds=False)
    threading.Thread(target=_end_with_installer, args=(program,), daemon=True).start()
    code = program.wait()
    return code if code >= 0 else 128 - code


def _end_with_installer(program: subprocess.Popen[bytes]) -> None:
    # os.read: a buffered reader's lock would be in the way of Python's shutdown.
    while os.read(0, 1):
        pass
    if sys.platform == "win32":
        program.kill()
        os._exit(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
