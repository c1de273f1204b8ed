# SPDX-License-Identifier: GPL-3.0-or-later
"""The models in a data folder: what is there, fetching, taking over copies that exist already, removing."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vendor_installer.download import (
    Download,
    RemoteFile,
    is_as_pinned,
    set_aside_foreign,
    sha256_of,
    write_through,
)
from vendor_installer.download_failures import FileNotAsPinned
from vendor_installer.failures import DiskFull, FolderUnusable, NotInPack, PackUnreadable, disk_is_full
from vendor_installer.folder_lock import file_lock
from vendor_installer.half_copy import HalfCopy, read_half_copy_or_none
from vendor_installer.known_copies import KnownCopies
from vendor_installer.model_catalogue import Model, ModelFile
from vendor_installer.model_failures import LicenceNotAccepted, ModelUnknown, NotAModelOfOurs
from vendor_installer.progress import Report

COPY_LOCK_S = 1800.0
ENDINGS = (".part", ".refused", ".lock")
"""What a download leaves beside its target."""


@dataclass(frozen=True)
class ModelState:
    """state: installed (all files have their sizes), partly (some bytes are there), damaged (a size differs) or absent.

    bytes_there: of its files and of what was fetched of them.
    """

    model: Model
    state: str
    bytes_there: int


@dataclass(frozen=True)
class ModelStore:
    """The data folder `root`, for the models of `catalogue`. known_copies: where other programs may have them. offline:
    nothing is fetched.
    """

    root: Path
    catalogue: Sequence[Model]
    known_copies: KnownCopies
    cancelled: Callable[[], bool] = lambda: False
    offline: bool = False

    def model(self, name: str) -> Model:
        """The model of that name. Raises ModelUnknown."""
        for model in self.catalogue:
            if model.name == name:
                return model
        raise ModelUnknown(name, [model.name for model in self.catalogue])

    def state(self, model: Model) -> ModelState:
        """By sizes alone, which takes no time. Raises OSError where the folder can't be read."""
        sizes = [_size(self._target(file)) for file in model.files]
        parts = [_size(_part(self._target(file))) for file in model.files]
        wanted = [file.remote.size for file in model.files]
        there = sum(size or 0 for size in (*sizes, *parts))
        if sizes == wanted:
            return ModelState(model, "installed", there)
        if any(size is not None and size != right for size, right in zip(sizes, wanted, strict=True)):
            return ModelState(model, "damaged", there)
        return ModelState(model, "partly" if there else "absent", there)

    def get(self, model: Model, report: Report, *, accept_non_commercial: bool = False) -> list[str]:
        """Bring each file to its place, from a copy on this computer or from the network, and say which it was.

        Raises LicenceNotAccepted, and all that a download raises.
        """
        require_accepted(model, accept_non_commercial)
        lines, before = [], 0
        for file in model.files:
            lines.append(self._get_file(file, _part_of(report, before, file.remote.size, model.size)))
            before += file.remote.size
        return lines

    def add(self, path: Path) -> tuple[Model, Path]:
        """Copy a file that the artist has to its place, whatever it is called; which it is, its content says.

        Raises NotAModelOfOurs, FileNotAsPinned, DiskFull, FolderUnusable, AlreadyRunning.
        """
        model, file = self._recognised(path)
        target = self._target(file)
        if not is_as_pinned(target, file.remote):
            self._take_over(path, target, file.remote, link=False)
        return model, target

    def half_is_wanted(self, model: Model) -> bool:
        """Whether the worker could make a half precision copy of it: it is whole, and has none."""
        there = self.state(model).state == "installed" and bool(model.made_later)
        return there and self.half_or_none(model) is None

    def folder_of(self, model: Model) -> Path:
        """Where its files are."""
        return self._target(model.files[0]).parent

    def half_or_none(self, model: Model) -> HalfCopy | None:
        """The worker's half precision copy and both hashes, if it has made one. Its content is not read."""
        for place in model.made_later:
            if place.endswith(".json") and (copy := read_half_copy_or_none(self.root / place)):
                return copy
        return None

    def disk_size(self, model: Model) -> int:
        """Bytes of all that `remove` would delete."""
        return sum(_size(path) or 0 for path in self._removed(model))

    def remove(self, model: Model) -> int:
        """Delete its files and what was made of them; the number of bytes that this freed. Raises FolderUnusable."""
        freed = 0
        paths = self._removed(model)
        try:
            for path in paths:
                freed += _size(path) or 0
                path.unlink(missing_ok=True)
            for folder in {path.parent for path in paths}:
                with contextlib.suppress(OSError):  # something else lies in it, or it never was
                    folder.rmdir()
        except OSError as error:
            raise FolderUnusable(f"{error.filename} can't be deleted. Close Blender, then run this again.") from error
        return freed

    def _removed(self, model: Model) -> list[Path]:
        places = [*(self._target(file) for file in model.files), *(self.root / place for place in model.made_later)]
        return [path.with_name(path.name + ending) for path in places for ending in ("", *ENDINGS)]

    def _get_file(self, file: ModelFile, report: Report) -> str:
        target = self._target(file)
        report(0.0, "looking for a copy on this computer")
        if is_as_pinned(target, file.remote):
            return f"{file.place}: already there"
        for copy in self.known_copies.of(file):
            if is_as_pinned(copy, file.remote):
                self._take_over(copy, target, file.remote, link=True)
                return f"{file.place}: taken over from {copy}"
        if self.offline:
            raise self._pack_failure(file)
        Download(file.remote, target, cancelled=self.cancelled).run(report)
        return f"{file.place}: downloaded, {file.remote.size / 1e6:.1f} MB"

    def _pack_failure(self, file: ModelFile) -> PackUnreadable | NotInPack:
        """Why nothing came of the pack: another content, or no such file."""
        pack = self.known_copies.pack or self.root
        spoilt = pack / file.place
        if not spoilt.is_file():
            return NotInPack(file.place, pack)
        return PackUnreadable(spoilt, f"it is not {file.remote.size} bytes with SHA-256 {file.remote.sha256}")

    def _take_over(self, source: Path, target: Path, remote: RemoteFile, *, link: bool) -> None:
        """By a hard link where that is allowed and possible, else by a copy that is checked like a download."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with file_lock(target.with_name(f"{target.name}.lock"), COPY_LOCK_S):
                _copy_to(source, _part(target), link=link)
                if not is_as_pinned(_part(target), remote):
                    raise FileNotAsPinned(source, f"SHA-256 {sha256_of(source)}, not {remote.sha256}")
                set_aside_foreign(target)
                _part(target).replace(target)
        except OSError as error:
            if disk_is_full(self.root, str(error)):
                raise DiskFull(target.parent, str(error), f"{remote.size / 1e6:.0f} MB", "--folder") from error
            raise FolderUnusable(
                f"{target.parent} can't be written. Choose another place with --folder FOLDER.", str(error)
            ) from error

    def _recognised(self, path: Path) -> tuple[Model, ModelFile]:
        files = [(model, file) for model in self.catalogue for file in model.files]
        try:
            of_that_size = [(model, file) for model, file in files if file.remote.size == path.stat().st_size]
            found = sha256_of(path) if of_that_size else ""
        except OSError as error:
            raise NotAModelOfOurs(path, str(error)) from error
        for model, file in of_that_size:
            if file.remote.sha256 == found:
                return model, file
        if of_that_size:
            raise FileNotAsPinned(path, f"SHA-256 {found}, not {of_that_size[0][1].remote.sha256}")
        raise NotAModelOfOurs(path, "none of our models has a file of that size")

    def _target(self, file: ModelFile) -> Path:
        return self.root / file.place


def require_accepted(model: Model, accept_non_commercial: bool) -> None:
    """Raise LicenceNotAccepted for a model that is not for commercial work, unless that is fine."""
    if not model.commercial and not accept_non_commercial:
        raise LicenceNotAccepted(model.title, model.licence)


def _copy_to(source: Path, part: Path, *, link: bool) -> None:
    if source.resolve() == part.resolve():  # the artist named a part of ours, which may be whole
        return
    part.unlink(missing_ok=True)
    if link:
        with contextlib.suppress(OSError):  # another disk, or a file system without links
            os.link(source.resolve(), part)
            return
    shutil.copyfile(source, part)
    write_through(part)


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _part_of(report: Report, before: int, size: int, total: int) -> Report:
    return lambda fraction, detail: report((before + fraction * size) / max(total, 1), detail)


def at_server(catalogue: Sequence[Model], server: str) -> tuple[Model, ...]:
    """The same models from a mirror that keeps each file under its place: a studio's own server, or a test's."""
    return tuple(
        replace(
            model,
            files=tuple(
                replace(file, remote=replace(file.remote, url=f"{server.rstrip('/')}/{file.place}"))
                for file in model.files
            ),
        )
        for model in catalogue
    )
