# SPDX-License-Identifier: GPL-3.0-or-later
"""`install` killed (-9) at random moments, again and again: nothing may be lost or left half-made.

    python tests/long/install_kills.py [--kills 20] [--seed 1] [--real] [--within SECONDS] [--json OUT]

Without --real a package of a few lines stands for PyTorch; pip, its wheel, the environment and the processes are real
(a minute). With --real it is PyTorch for the processor, from wherever this computer's pip settings and the lock lead
(some minutes, 0.3 GB). Linux and macOS. Exit code 0: after each kill the environment was absent, unfinished by its own
word, or sound; the last run ended sound and left no litter.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from tests.fakes.small_installer import SmallInstaller, small_installer  # noqa: E402 - the path is set above
from tests.fakes.small_wheels import make_wheel  # noqa: E402

LIMIT_S = 900.0
EXPECTED = {"environment", "lock", "logs"}


@dataclass(frozen=True)
class Figures:
    """kills: how many were meant. ended_before: runs that were through already. absent, unfinished, sound, broken: what
    was found after each. bytes_kept: of wheels, at the last. first_s, last_s: a whole run before all, the one after.
    """

    kills: int
    ended_before: int
    absent: int
    unfinished: int
    sound: int
    broken: int
    bytes_kept: int
    first_s: float
    last_s: float
    litter: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return self.broken == 0 and not self.litter


def small(folder: Path) -> SmallInstaller:
    """Below `folder`, with the pip that Python brings."""
    wheels = folder / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n"})
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    outside = {**own, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return small_installer(folder, wheels, outside, real_pip=True)


def real(folder: Path) -> SmallInstaller:
    """This checkout, and a data folder with spaces and letters of several alphabets."""
    return SmallInstaller(CHECKOUT, folder / "données für Ильин 模型", Path(), dict(os.environ))


def proves(installer: SmallInstaller, module: str) -> bool:
    """Whether the environment's Python runs, with its package."""
    argv = [str(installer.python), "-I", "-c", f"import {module}"]
    try:
        return subprocess.run(argv, capture_output=True, check=False, timeout=LIMIT_S).returncode == 0
    except OSError:
        return False


def state(installer: SmallInstaller, module: str) -> str:
    """absent, unfinished (says so itself), sound, or broken: finished by its own word, and does not run."""
    if not (installer.data / "environment").exists():
        return "absent"
    if not (installer.data / "environment" / "receipt.json").exists():
        return "unfinished"
    return "sound" if proves(installer, module) else "broken"


def whole_run(installer: SmallInstaller) -> float:
    """Seconds of a run to its end. Raises RuntimeError with what it said where it failed."""
    started = time.monotonic()
    process = installer.start()
    out, error = process.communicate(timeout=LIMIT_S)
    if process.returncode != 0:
        raise RuntimeError(f"install ended with {process.returncode}\n{out}\n{error}")
    return time.monotonic() - started


def kill_after(installer: SmallInstaller, seconds: float) -> bool:
    """False where it was through before."""
    process = installer.start()
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=LIMIT_S)
        return True
    return False


def kill_again_and_again(
    installer: SmallInstaller, module: str, kills: int, dice: random.Random, within: float = 0.0
) -> Figures:
    """One whole run to know how long one takes, then the kills, from nothing, then the last run. within: the seconds of
    a run in which they come; 0 for all of them.
    """
    first = whole_run(installer)
    shutil.rmtree(installer.data)
    found: list[str] = []
    ended = kept = 0
    for number in range(kills):
        if not kill_after(installer, dice.uniform(0.0, within or first)):
            ended += 1
        found.append(state(installer, module))
        wheels = installer.data / "wheels"
        kept = sum(path.stat().st_size for path in wheels.glob("*")) if wheels.is_dir() else 0
        print(f"kill {number + 1}: {found[-1]}, {kept / 1e6:.1f} MB of wheels are kept", flush=True)
        if found[-1] == "sound":
            shutil.rmtree(installer.data)  # begin anew: there would be nothing left to interrupt
    last = whole_run(installer)
    found_at_end = state(installer, module)
    litter = tuple(sorted({path.name for path in installer.data.iterdir()} - EXPECTED))
    counts = {name: found.count(name) for name in ("absent", "unfinished", "sound", "broken")}
    counts["broken"] += found_at_end != "sound"
    return Figures(kills, ended, **counts, bytes_kept=kept, first_s=first, last_s=last, litter=litter)


def figures_of(kills: int, seed: int, *, with_pytorch: bool, within: float = 0.0) -> Figures:
    """In a folder of its own, which goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="install-kills-") as folder:
        installer = real(Path(folder)) if with_pytorch else small(Path(folder))
        module = "torch" if with_pytorch else "leaf"
        return kill_again_and_again(installer, module, kills, random.Random(seed), within)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="how often (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments (default: %(default)s)")
    parser.add_argument("--real", action="store_true", help="the real PyTorch for the processor")
    parser.add_argument(
        "--within", type=float, default=0.0, metavar="SECONDS", help="only so early in a run (default: all of it)"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    options = parser.parse_args()
    figures = figures_of(options.kills, options.seed, with_pytorch=options.real, within=options.within)
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=1), encoding="utf-8")
    for name, value in asdict(figures).items():
        print(f"{name:14} {value}")
    return 0 if figures.held else 1


if __name__ == "__main__":
    sys.exit(main())
