# SPDX-License-Identifier: GPL-3.0-or-later
"""A pack in one file: written whole or not at all, and read by the names that are wanted, never by those it brings.

So no entry can lead out of the folder that it is unpacked to, and none is larger than what it stands for. What is in
them is checked afterwards, like a download.
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.download import write_through
from vendor_installer.failures import DiskFull, FolderUnusable, NotInPack, PackUnreadable, disk_is_full
from vendor_installer.progress import Report

CHUNK = 1 << 20
ENDINGS = (".whl", ".onnx", ".ckpt", ".yaml")
"""Of what belongs into a pack; locks and parts of downloads don't."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 1
DAMAGE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error)
"""What zipfile raises for what is no zip, or a damaged one."""


def is_zip(pack: Path | None) -> bool:
    """Whether a pack is one file."""
    return pack is not None and pack.suffix.lower() == ".zip"


def write_zip(folder: Path, target: Path, report: Report) -> int:
    """Put the pack in `folder` into the file `target`; its size in bytes. Nothing is packed tighter: all of it is
    already. Raises DiskFull, FolderUnusable.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(ENDINGS))
    total, done = sum(path.stat().st_size for path in files), 0
    part = target.with_name(f"{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder).as_posix())
                done += path.stat().st_size
                report(done / max(total, 1), path.name)
        write_through(part)
        part.replace(target)
    except OSError as error:
        raise _disk_failure(target.parent, total, error) from error
    return target.stat().st_size


def unpack(pack: Path, sizes: Mapping[str, int | None], folder: Path, report: Report) -> None:
    """Bring the entries of these names (with / in them) below `folder`. sizes: bytes that each may have; None for any.

    Raises NotInPack, PackUnreadable, DiskFull, FolderUnusable.
    """
    try:
        with zipfile.ZipFile(pack) as archive:
            for number, (name, size) in enumerate(sizes.items()):
                report(number / len(sizes), name.rpartition("/")[2])
                _unpack_one(archive, name, size, folder / name, pack.stat().st_size)
    except FileNotFoundError as error:
        raise PackUnreadable(pack, str(error)) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place before the file's beginning, which a damaged zip leads to
            raise PackUnreadable(pack, str(error)) from error
        raise _disk_failure(folder, sum(size or 0 for size in sizes.values()), error) from error
    except DAMAGE as error:
        raise PackUnreadable(pack, f"{type(error).__name__}: {error!s:.200}") from error


def _unpack_one(archive: zipfile.ZipFile, name: str, size: int | None, target: Path, pack_size: int) -> None:
    """An entry that may have any size is at most as large as the pack."""
    try:
        entry = archive.getinfo(name)
    except KeyError as error:
        raise NotInPack(name, Path(str(archive.filename))) from error
    if entry.compress_type not in PACKINGS or entry.flag_bits & ENCRYPTED:
        raise PackUnreadable(Path(str(archive.filename)), f"{name} is packed in another way, or encrypted")
    largest = size if size is not None else pack_size
    if entry.file_size > largest or size not in (None, entry.file_size):
        raise PackUnreadable(Path(str(archive.filename)), f"{name} has {entry.file_size} bytes, not {largest}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with archive.open(entry) as source, part.open("wb") as stream:
        while chunk := source.read(CHUNK):  # as many as the entry says; zipfile stops there
            stream.write(chunk)
    part.replace(target)


def _disk_failure(folder: Path, needed: int, error: OSError) -> DiskFull | FolderUnusable:
    if disk_is_full(folder, str(error)):
        return DiskFull(folder, str(error), f"{needed / 1e6:.0f} MB", "--folder")
    return FolderUnusable(f"{folder} can't be written. Choose another place with --folder FOLDER.", str(error))
