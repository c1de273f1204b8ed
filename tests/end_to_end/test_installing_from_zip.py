# SPDX-License-Identifier: GPL-3.0-or-later
"""Days with the installer of the built zip in real Blenders: a kill in its midst, packs, upgrades, reinstallation.

A tiny package stands for PyTorch in the zip's own engine, and a worker that proves it; all else is what users get.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.built_zip import build_zip
from tests.fakes.small_installer import SmallInstaller, locked, small_installer
from tests.fakes.small_wheels import make_wheel

pytestmark = [
    pytest.mark.bpy,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs Blender as a Python module"),
]
CHECKOUT = Path(__file__).resolve().parents[2]
PARTS = ("__init__.py", "blender_manifest.toml", "LICENSE", "triposr_addon")
LONG_S = 300.0
MOMENTS = (0.1, 1.0)
"""Seconds after the installer's first file, at which Blender is killed."""
LOOK: list[Any] = ["look"]
INSTALL: list[Any] = ["press", "install"]


@dataclass
class Artist:
    """Their folder, which holds Blender's user folder, zips and data; and the installer's tiny world."""

    folder: Path
    small: SmallInstaller
    zips: dict[str, Path] = field(default_factory=dict)
    days: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def data(self) -> Path:
        return self.small.data

    def build(self, version: str) -> Path:
        """The zip of that version, from the small installer as it is now."""
        manifest = self.small.root / "blender_manifest.toml"
        lines = manifest.read_text(encoding="utf-8").splitlines()
        changed = [f'version = "{version}"' if line.startswith("version =") else line for line in lines]
        manifest.write_text("\n".join(changed) + "\n", encoding="utf-8")
        self.zips[version] = build_zip(self.small.root, self.folder / "zips")
        return self.zips[version]

    def start_day(self, *steps: list[Any]) -> tuple[Path, subprocess.Popen[str]]:
        folder = self.folder / f"day {next(self.days)}"
        folder.mkdir()
        settings = {"user": str(self.folder / "user"), "data": str(self.data), "steps": steps}
        (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        command = [sys.executable, str(Path(__file__).parent / "day.py"), str(folder / "settings.json")]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return folder, subprocess.Popen(command, env=dict(self.small.variables), text=True, **pipes)  # type: ignore[call-overload]  # the pipes' types are lost in the dict

    def day(self, *steps: list[Any]) -> list[Any]:
        """The facts of each step."""
        folder, blender = self.start_day(*steps)
        said, _ = blender.communicate(timeout=LONG_S)
        assert (folder / "facts.json").exists(), said[-3000:]
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        assert "fault" not in facts, facts["fault"]
        return [facts[str(number)] for number in range(len(steps))]


@pytest.fixture(scope="module")
def artist(tmp_path_factory: pytest.TempPathFactory) -> Artist:
    """With the zip of version 1.0.0, nothing installed yet."""
    folder = tmp_path_factory.mktemp("artist")
    for name in ("user", "wheels", "zips"):
        (folder / name).mkdir()
    wheels = folder / "wheels"
    make_wheel(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n"})
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    variables = {**plain, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    small = small_installer(folder, wheels, variables)
    proof = (small.root / "triposr_addon/worker/__main__.py").read_text(encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        if (CHECKOUT / part).is_dir():
            shutil.copytree(CHECKOUT / part, small.root / part, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy(CHECKOUT / part, small.root / part)
    (small.root / "triposr_addon/worker/__main__.py").write_text(proof, encoding="utf-8")
    made = Artist(folder, small)
    made.build("1.0.0")
    return made


def wait_for(path: Path) -> None:
    until = time.monotonic() + LONG_S
    while not path.exists():
        assert time.monotonic() < until, path
        time.sleep(0.01)


def processes_with(text: str) -> list[str]:
    """The commands of all processes that name it (Linux only; elsewhere nothing is seen)."""
    commands = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(process.read_text(encoding="utf-8").replace("\0", " "))
        except OSError:  # it ended while we looked
            continue
    return [command for command in commands if text in command]


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_blender_is_killed_while_it_installs_and_the_next_blender_installs(artist: Artist) -> None:
    begin = [["install_zip", str(artist.zips["1.0.0"])], ["choose"]]
    for moment in MOMENTS:
        _, blender = artist.start_day(*begin, INSTALL)
        wait_for(artist.data / "environment")
        time.sleep(moment)
        os.kill(blender.pid, signal.SIGKILL)
        blender.communicate(timeout=LONG_S)
        begin = [["enable"]]
        until = time.monotonic() + 10.0
        while (left := processes_with(str(artist.data))) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == [], "the installer ends with Blender"
    _, before, pressed, after = artist.day(["enable"], LOOK, INSTALL, LOOK)
    assert before["data_folder"] == str(artist.data)
    assert pressed == ["FINISHED"]
    assert after["python"] == str(artist.small.python)
    assert artist.small.leaf() == "1.0"


def test_an_upgrade_with_the_same_packages_keeps_the_installation_and_says_so(artist: Artist) -> None:
    proof = artist.small.root / "vendor_installer/requirements/worker_proof.txt"
    proof.write_text(proof.read_text(encoding="utf-8") + "# as the next version has it\n", encoding="utf-8")
    upgrade = artist.build("1.1.0")
    made = (artist.small.python.parents[1] / "pyvenv.cfg").stat().st_mtime_ns
    _, _, _, started, pressed, after = artist.day(
        ["enable"], ["install_zip", str(upgrade)], ["start"], LOOK, INSTALL, LOOK
    )
    assert started["environment"] == "WOULD_BE_KEPT"
    assert "same packages" in started["notice"]
    assert started["python"] == str(artist.small.python)
    assert pressed == ["FINISHED"]
    assert after["notice"] == "The installation was kept: this version needs the same packages."
    assert (artist.small.python.parents[1] / "pyvenv.cfg").stat().st_mtime_ns == made


def test_an_upgrade_with_other_packages_names_them_and_makes_it_anew(artist: Artist) -> None:
    wheels = artist.folder / "wheels"
    wheel = make_wheel(wheels, "leaf", "1.1", {"leaf.py": "VERSION = '1.1'\n"})
    artist.small.lock.write_text(locked(wheel), encoding="utf-8")
    proof = artist.small.root / "vendor_installer/requirements/worker_proof.txt"
    proof.write_text("import leaf\nassert leaf.VERSION == '1.1'\n", encoding="utf-8")
    upgrade = artist.build("1.2.0")
    _, _, started, pressed, after = artist.day(["install_zip", str(upgrade)], ["start"], LOOK, INSTALL, LOOK)
    assert started["environment"] == "WOULD_CHANGE"
    assert pressed == ["FINISHED"]
    assert after["notice"] == "Installed anew for this version: leaf 1.0 -> 1.1."
    assert after["environment"] == "INSTALLED_ALREADY"
    assert artist.small.leaf() == "1.1"


def test_after_uninstalling_a_new_installation_of_the_extension_finds_it_again(artist: Artist) -> None:
    artist.day(["enable"], ["uninstall"])
    assert artist.small.python.exists()
    _, _, found, *_ = artist.day(["install_zip", str(artist.zips["1.2.0"])], ["start"], LOOK)
    assert found["data_folder"] == str(artist.data)
    assert found["python"] == str(artist.small.python)
    assert found["environment"] == "", "this version has looked at it before"


def test_a_pack_as_folder_and_as_zip_installs_without_the_network(artist: Artist) -> None:
    """The wheels lie where nobody would look for them; pip has no index at all."""
    pack = artist.folder / "pack"
    (pack / "wheels").mkdir(parents=True)
    for wheel in (*artist.folder.glob("wheels/leaf-1.1*"), *artist.folder.glob("wheels/pip-*")):
        shutil.move(wheel, pack / "wheels" / wheel.name)
    with zipfile.ZipFile(artist.folder / "pack.zip", "w") as archive:
        for wheel in (pack / "wheels").iterdir():
            archive.write(wheel, f"wheels/{wheel.name}")
    by_folder = ["press", "install_from_pack", "directory", str(pack)]
    by_zip = ["press", "install_from_pack", "filepath", str(artist.folder / "pack.zip")]
    remove: list[Any] = ["press", "remove_installation"]
    facts = artist.day(
        ["enable"], remove, LOOK, by_folder, LOOK, remove, by_zip, LOOK, ["press", "check_installation"], LOOK
    )
    assert facts[2]["python"] == ""
    assert (facts[3], facts[4]["python"]) == (["FINISHED"], str(artist.small.python))
    assert (facts[6], facts[7]["python"]) == (["FINISHED"], str(artist.small.python))
    assert "ENVIRONMENT" in facts[9]["findings"]
    assert artist.small.leaf() == "1.1"
    assert not (artist.data / "wheels").exists()
