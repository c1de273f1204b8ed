# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's zip, made and checked by Blender's own builder, which is plain Python inside the bpy wheel."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.child import ChildCommand, run_child
from vendor_installer.environment import Environment
from vendor_installer.failures import BuildFailed, DiskFull, disk_is_full
from vendor_installer.isolation import isolated_environment
from vendor_installer.progress import Report, Step
from vendor_installer.receipt import Receipt, digest_of_files, is_current, write_receipt

BUILD_LIMIT_S = 300.0
PACKED_FOLDERS = ("triposr_addon", "vendor_installer")
PACKED_FILES = ("__init__.py", "blender_manifest.toml", "LICENSE")


@dataclass(frozen=True)
class ExtensionZip:
    """The zip of the checkout at `root`; `blender` brings the builder."""

    root: Path
    blender: Environment
    receipts: Path

    @property
    def path(self) -> Path:
        """`dist/ID-VERSION.zip`, the builder's own naming. Raises BuildFailed for an unreadable manifest."""
        try:
            manifest = tomllib.loads((self.root / "blender_manifest.toml").read_text(encoding="utf-8"))
            return self.root / "dist" / f"{manifest['id']}-{manifest['version']}.zip"
        except (OSError, ValueError, KeyError) as error:
            raise BuildFailed("blender_manifest.toml can't be read. Get a fresh checkout.", str(error)) from error

    def inputs(self) -> str:
        """SHA-256 over every file that may be packed, and the builder's version."""
        files = [self.root / name for name in PACKED_FILES]
        files += [path for name in PACKED_FOLDERS for path in (self.root / name).rglob("*") if _is_packed(path)]
        named = {path.relative_to(self.root).as_posix(): path for path in files}
        return digest_of_files(named, self.blender.plan.inputs())

    def step(self) -> Step:
        """Build it, unless it is there."""
        return Step("Build the extension", 2.0, self.is_current, self.make)

    def is_current(self) -> bool:
        """Built from the files as they are now."""
        return self.path.is_file() and is_current(self._receipt_path, Receipt.for_inputs(self.inputs()))

    def make(self, report: Report) -> str:
        """Validate the folder, build, validate the zip. Raises BuildFailed, naming what the builder said."""
        receipt = Receipt.for_inputs(self.inputs())
        self.path.parent.mkdir(exist_ok=True)
        tags = ["--valid-tags", str(self._from_blender("scripts/modules/_bpy_internal/extensions/tags.py"))]
        report(0.1, "validating the folder")
        self._builder("validate", str(self.root), *tags)
        report(0.3, "packing")
        self._builder("build", "--source-dir", str(self.root), "--output-filepath", str(self.path), *tags)
        report(0.8, "validating the zip")
        self._builder("validate", str(self.path), *tags)
        self._receipt_path.parent.mkdir(exist_ok=True)
        write_receipt(self._receipt_path, receipt)
        return f"wrote {self.path} ({self.path.stat().st_size / 1e6:.1f} MB)"

    def _builder(self, *arguments: str) -> None:
        program = self._from_blender("scripts/addons_core/bl_pkg/cli/blender_ext.py")
        argv = [str(self.blender.python), "-I", str(program), *arguments]
        result = run_child(ChildCommand(argv, isolated_environment(self.blender.outside), self.root, BUILD_LIMIT_S))
        if result.exit_code != 0 and disk_is_full(self.root, result.text):
            raise DiskFull(self.root, result.text)
        if result.exit_code != 0:
            raise BuildFailed(f"Blender's builder refused the extension ({arguments[0]}).", result.text)

    def _from_blender(self, place: str) -> Path:
        found = list(self.blender.folder.glob(f"[Ll]ib/**/site-packages/bpy/[0-9]*/{place}"))
        if not found:
            raise BuildFailed(
                "Blender's builder is not in the installed bpy. Delete the environment folder and run this again.",
                place,
            )
        return found[0]

    @property
    def _receipt_path(self) -> Path:
        return self.receipts / "extension_zip.json"


def _is_packed(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
