# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's steps in Blender: install the extension, photo to object, object to picture. Blender runs as a child."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.child import ChildCommand, run_child
from vendor_installer.environment import Environment
from vendor_installer.extension_zip import ExtensionZip
from vendor_installer.failures import BlenderFailed, DemoFailed, DiskFull, InstallerFailure, disk_is_full
from vendor_installer.folder_removal import remove_folder
from vendor_installer.isolation import isolated_environment
from vendor_installer.progress import Report, Step
from vendor_installer.receipt import Receipt, digest_of_files, is_current, write_receipt

SILENCE_LIMIT_S = 900.0
PROGRESS = re.compile(r"^progress (?P<fraction>[\d.]+) (?P<detail>.*)$")
SAMPLES = re.compile(r"Sample (?P<done>\d+)/(?P<total>\d+)")
FAILED_MARK = "FAILED: "


@dataclass(frozen=True)
class Demo:
    """The demo of the checkout at `root`, with its working files in `environment_folder`."""

    root: Path
    environment_folder: Path
    worker: Environment
    blender: Environment
    zip: ExtensionZip

    @property
    def photo(self) -> Path:
        """The picture that ships with the project."""
        return self.root / "docs" / "images" / "demo_photo.png"

    @property
    def blend(self) -> Path:
        """The scene."""
        return self.root / "demo" / f"{self.photo.stem}.blend"

    @property
    def glb(self) -> Path:
        """The object alone, for any other program."""
        return self.root / "demo" / f"{self.photo.stem}.glb"

    @property
    def preview(self) -> Path:
        """The rendered scene."""
        return self.root / "demo" / "preview.png"

    def outputs(self) -> tuple[Path, ...]:
        """What the demo leaves."""
        return self.blend, self.glb, self.preview

    def steps(self) -> list[Step]:
        """In order; each is skipped when its inputs and outputs are as they were."""
        return [
            self._step("Install the extension in Blender", 3.0, "demo_installed", (), self._install),
            self._step("Image to Mesh", 25.0, "demo_object", (self.blend, self.glb), self._generate),
            self._step("Render the preview", 60.0, "demo_preview", (self.preview,), self._render),
        ]

    def _step(
        self, title: str, weight: float, name: str, outputs: Sequence[Path], work: Callable[[Report], None]
    ) -> Step:
        path = self.environment_folder / "receipts" / f"{name}.json"

        def current() -> bool:
            there = all(output.is_file() for output in outputs)
            return there and is_current(path, Receipt.for_inputs(self._inputs()))

        def make(report: Report) -> str:
            path.unlink(missing_ok=True)
            receipt = Receipt.for_inputs(self._inputs())
            work(report)
            path.parent.mkdir(exist_ok=True)
            write_receipt(path, receipt)
            return "wrote " + ", ".join(str(output) for output in outputs or [self._user_folder])

        return Step(title, weight, current, make)

    def _inputs(self) -> str:
        files = {name: self._program.with_name(name) for name in (self._program.name, "stage.py")}
        if not self.photo.is_file():
            raise DemoFailed(f"{self.photo} is not there. Get a fresh checkout.")
        return digest_of_files({**files, "photo": self.photo}, self.zip.inputs(), str(self.worker.python))

    def _install(self, report: Report) -> None:
        remove_folder(self._user_folder)
        self._user_folder.mkdir(parents=True)
        self._run(["install", str(self.zip.path)], report)

    def _generate(self, report: Report) -> None:
        self.blend.parent.mkdir(exist_ok=True)
        options = [
            "--photo",
            self.photo,
            "--worker-python",
            self.worker.python,
            "--blend",
            self.blend,
            "--glb",
            self.glb,
        ]
        self._run(["generate", *map(str, options)], report, self.blend, self.glb)

    def _render(self, report: Report) -> None:
        self._run(["render", "--blend", str(self.blend), "--picture", str(self.preview)], report, self.preview)

    def _run(self, arguments: Sequence[str], report: Report, *outputs: Path) -> None:
        # -s -E and not -I: the program's neighbours must be importable from its own folder.
        argv = [str(self.blender.python), "-s", "-E", str(self._program), *arguments]
        variables = {**isolated_environment(self.blender.outside), "BLENDER_USER_RESOURCES": str(self._user_folder)}
        command = ChildCommand(argv, variables, self.root, SILENCE_LIMIT_S)
        result = run_child(command, lambda line: _read(line, report))
        missing = [path.name for path in outputs if not path.is_file()]
        if result.exit_code != 0 or missing:
            raise _failure(arguments[0], result.exit_code, result.tail, self.root)

    @property
    def _program(self) -> Path:
        return self.root / "benchmarks" / "showcase" / "in_blender.py"

    @property
    def _user_folder(self) -> Path:
        return self.environment_folder / "blender_user"


def _read(line: str, report: Report) -> None:
    if match := PROGRESS.match(line):
        report(float(match["fraction"]), match["detail"])
    elif match := SAMPLES.search(line):
        report(int(match["done"]) / max(int(match["total"]), 1), f"sample {match['done']} of {match['total']}")


def _failure(command: str, exit_code: int | None, tail: Sequence[str], root: Path) -> InstallerFailure:
    text = "\n".join(tail)
    if disk_is_full(root, text):
        return DiskFull(root, text)
    said = next((line.removeprefix(FAILED_MARK) for line in reversed(tail) if line.startswith(FAILED_MARK)), "")
    if said:
        return DemoFailed(f"The demo's step '{command}' failed: {said}", text)
    return BlenderFailed(
        f"Blender ended with {exit_code} in the demo's step '{command}'. Run this again; if it fails again, report the "
        "lines above to the developers.",
        text,
    )
