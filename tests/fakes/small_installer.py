# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the installer in which a tiny package stands for PyTorch: everything else is real."""

from __future__ import annotations

import ensurepip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.small_wheels import make_wheel
from vendor_installer.lock_files import Lock, Target, Wheel
from vendor_installer.probe import probe

CHECKOUT = Path(__file__).resolve().parents[2]
LONG_S = 180.0
WORKER = """# stands for the worker: proves what the installer asks for, or fails as a file beside it says
import pathlib, sys
import leaf
failure = pathlib.Path(__file__).with_name("failure.txt")
if failure.exists():
    sys.exit(failure.read_text())
assert sys.flags.isolated and sys.argv[1:] == ["--prove", "cpu"], sys.argv
"""


@dataclass(frozen=True)
class SmallInstaller:
    """The copy, the data folder, and the variables that lead pip to its wheels."""

    root: Path
    data: Path
    lock: Path
    variables: Mapping[str, str]

    @property
    def pip_lock(self) -> Path:
        return self.root / "vendor_installer/requirements/pip_locked.txt"

    @property
    def python(self) -> Path:
        return self.data / "environment" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def start(self, *more: str, **variables: str) -> subprocess.Popen[str]:
        return self.command("install", "--backend", "cpu", "--folder", str(self.data), *more, **variables)

    def command(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "vendor_installer", *arguments]
        environment = {**self.variables, **variables}
        return subprocess.Popen(
            argv, cwd=self.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *more: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*more, **variables)
        out, error = process.communicate(timeout=LONG_S)
        return process.returncode, out, error

    def leaf(self) -> str:
        argv = [str(self.python), "-I", "-c", "import leaf; print(leaf.VERSION)"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def small_installer(folder: Path, wheels: Path, outside: Mapping[str, str]) -> SmallInstaller:
    """Below `folder`; its locks name the leaf 1.0 in `wheels`, and Python's own pip, which is put there."""
    root = folder / "small copy"
    shutil.copytree(CHECKOUT / "vendor_installer", root / "vendor_installer")
    (root / "triposr_addon/worker").mkdir(parents=True)
    (root / "triposr_addon/worker/__main__.py").write_text(WORKER, encoding="utf-8")
    requirements = root / "vendor_installer/requirements"
    bundled = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    shutil.copy(bundled, wheels)
    (requirements / "pip_locked.txt").write_text(locked(wheels / bundled.name), encoding="utf-8")
    (requirements / "worker_proof.txt").write_text("import leaf\nassert leaf.VERSION == '1.0'\n", encoding="utf-8")
    for name, text in {"worker.txt": "leaf", "worker_constraints.txt": "leaf<2", "torch_cpu.txt": "leaf===1.0"}.items():
        (requirements / name).write_text(f"{text}\n", encoding="utf-8")
    computer = probe(folder, os.environ)
    target = Target("cpu", (computer.system, computer.architecture), computer.python)
    lock = root / "vendor_installer/locks" / target.path.name
    lock.write_text(locked(wheels / "leaf-1.0-py3-none-any.whl"), encoding="utf-8")
    return SmallInstaller(root, folder / "data of Ильин", lock, outside)


def locked(wheel: Path, url: str = "", sha256: str = "") -> str:
    """A lock file of that wheel alone."""
    name, version = wheel.name.split("-")[:2]
    size, sha256 = wheel.stat().st_size, sha256 or hashlib.sha256(wheel.read_bytes()).hexdigest()
    return Lock("here", "0", (Wheel(name, version, sha256, url or wheel.name, size, size),)).text()


def main(folder: str, kind: str) -> None:
    """For a Blender that can't make one itself: below `folder`, its wheels in `wheels` there; prints where it is.

    kind: quick; or slow, whose proof takes a minute.
    """
    wheels = Path(folder) / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n"})
    made = small_installer(Path(folder), wheels, os.environ)
    if kind == "slow":
        proof = made.root / "vendor_installer/requirements/worker_proof.txt"
        proof.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    print(made.root)
