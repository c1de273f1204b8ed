# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the installer in which a tiny package stands for PyTorch: everything else is real."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.small_pip import bundled_pip, small_pip
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


def small_installer(
    folder: Path, wheels: Path, outside: Mapping[str, str], *, real_pip: bool = False
) -> SmallInstaller:
    """Below `folder`; its locks name the leaf 1.0 in `wheels`, and a pip, which is put there."""
    root = folder / "small copy"
    lock = small_checkout(root, {"cpu": [wheels / "leaf-1.0-py3-none-any.whl"]}, real_pip=real_pip)
    requirements = root / "vendor_installer/requirements"
    (requirements / "worker_proof.txt").write_text("import leaf\nassert leaf.VERSION == '1.0'\n", encoding="utf-8")
    for name, text in {"worker.txt": "leaf", "worker_constraints.txt": "leaf<2", "torch_cpu.txt": "leaf===1.0"}.items():
        (requirements / name).write_text(f"{text}\n", encoding="utf-8")
    return SmallInstaller(root, folder / "data of Ильин", lock, outside)


def small_checkout(root: Path, wheels: Mapping[str, Sequence[Path]], *, real_pip: bool = False) -> Path:
    """The installer in `root`, with locks for this computer of these wheels, by builds; and of a pip, which is put to
    the first of them: Python's own, or a small one that runs it. The first build's lock.
    """
    shutil.copytree(
        CHECKOUT / "vendor_installer", root / "vendor_installer", ignore=shutil.ignore_patterns("__pycache__")
    )
    (root / "triposr_addon/worker").mkdir(parents=True)
    (root / "triposr_addon/worker/__main__.py").write_text(WORKER, encoding="utf-8")
    place = next(iter(wheels.values()))[0].parent
    pip = Path(shutil.copy(bundled_pip(), place)) if real_pip else small_pip(place)
    (root / "vendor_installer/requirements/pip_locked.txt").write_text(locked(pip), encoding="utf-8")
    computer = probe(root, os.environ)
    locks = []
    for build, files in wheels.items():
        target = Target(build, (computer.system, computer.architecture), computer.python)
        locks.append(root / "vendor_installer/locks" / target.path.name)
        locks[-1].write_text(locked(*files), encoding="utf-8")
    return locks[0]


def locked(*wheels: Path, url: str = "", sha256: str = "") -> str:
    """A lock file of these wheels alone."""
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        size, known = wheel.stat().st_size, sha256 or hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(Wheel(name, version, known, url or wheel.name, size, size))
    return Lock("here", "0", tuple(lines)).text()


def main(folder: str, kind: str) -> None:
    """For a Blender that can't make one itself: below `folder`, its wheels in `wheels` there; prints where it is.

    kind: quick; or slow, whose proof takes a minute.
    """
    wheels = Path(folder) / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n"})
    made = small_installer(Path(folder), wheels, os.environ, real_pip=True)
    if kind == "slow":
        proof = made.root / "vendor_installer/requirements/worker_proof.txt"
        proof.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    print(made.root)
