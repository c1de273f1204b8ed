# SPDX-License-Identifier: GPL-3.0-or-later
"""Python programs without a network: the first that asks for one ends at once, with a code of its own.

Python's audit events see every socket that Python code makes. What compiled libraries do is out of their reach; on
Linux the program therefore runs in a network of its own as well, which leads nowhere, where the system allows that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

CAUGHT = 99
"""The exit code of a program that asked for the network."""

GUARD = """
import os, runpy, sys
ASKING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg",
          "http.client.connect", "urllib.Request", "ftplib.connect"}
def refuse(event, arguments):
    if event in ASKING:
        os.write(2, f"asked for the network: {event} {arguments[1:]}".encode())
        os._exit(99)
sys.addaudithook(refuse)
for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
    os.environ.pop(name, None)
program = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(program))))
runpy.run_path(program, run_name="__main__")
"""


def guarded(program: Path, *arguments: str) -> list[str]:
    """The command that runs `program` in this Python, isolated and without a network."""
    return [*_own_network(), sys.executable, "-I", "-c", GUARD, str(program), *arguments]


@cache
def _own_network() -> tuple[str, ...]:
    found = shutil.which("unshare")
    for command in ((found, "--net"), (found, "--net", "--map-root-user")):
        if found and subprocess.run([found, *command[1:], "true"], capture_output=True, check=False).returncode == 0:
            return (found, *command[1:])
    return ()
