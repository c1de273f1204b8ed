# SPDX-License-Identifier: GPL-3.0-or-later
"""The downloader in a process of its own, which can be killed, and given little room."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.fakes.bad_server import BadServer

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, resource, sys
from pathlib import Path
from vendor_installer.download import Download, RemoteFile
from vendor_installer.failures import InstallerFailure
url, size, sha256, target, room, user = sys.argv[1:]
if int(user):
    os.setuid(int(user))
if int(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
try:
    Download(RemoteFile(url, int(size), sha256), Path(target)).run(lambda fraction, detail: None)
except InstallerFailure as failure:
    sys.exit(f"{failure.code}: {failure.sentence}")
"""


def start_download(server: BadServer, target: Path, room: int = 0, user: int = 0) -> subprocess.Popen[str]:
    """Of the server's model.bin. room: the largest file in bytes that it may write; user: as whom; 0 for no limit."""
    content = server.files["model.bin"]
    sha256 = hashlib.sha256(content).hexdigest()
    arguments = [server.url("model.bin"), str(len(content)), sha256, str(target), str(room), str(user)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True
    )


def told(process: subprocess.Popen[str]) -> str:
    """What it said at its end, "" where all went well."""
    return process.communicate(timeout=60)[1]
