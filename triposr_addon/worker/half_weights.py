# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkpoint's weights in half precision, written beside the source the first time, memory-mapped ever after.

The released source is 1.7 GB of float32, which has to be read whole and hashed at each start. The copy holds each
tensor in the type that this computer's device computes in, so it is used as it lies on the disk. It records which
file it was made from (size, time of change, SHA-256) and counts only as long as that file has not changed, or is
gone. Beside it stands NAME.json with the SHA-256 of both files, for whoever wants to compare them. A copy that can't
be written is a line in the log: everything works without.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

LOGGER = logging.getLogger("triposr_addon")

HALF_WEIGHTS_NAME = "model.half.safetensors"
UNFINISHED_SUFFIX = ".part"
RECORD_ENDING = ".json"
"""Added to the copy's name: the file with both hashes."""
FORMAT = "triposr half weights 1"
"""Written into the file. Another number means that the file is made anew."""
SPARE_BYTES = 1 << 30
"""The artist's disk keeps this much: a copy for speed must not fill it."""
ABANDONED_SECONDS = 3600.0
"""An unfinished copy that was last written so long ago belongs to a process that is gone."""


@dataclass(frozen=True)
class SourceState:
    """The weights file as it was when it was read."""

    name: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> SourceState:
        """The file's present state. Raises OSError."""
        state = path.stat()
        return cls(path.name, state.st_size, state.st_mtime_ns)


@dataclass(frozen=True)
class Weights:
    """Tensors by name, and the SHA-256 of the file that they come from."""

    tensors: dict[str, Tensor]
    sha256: str


def is_half_weights(path: Path) -> bool:
    """Whether `path` is such a copy, finished or not: it appears in a model's folder without the model changing."""
    return path.name.startswith(HALF_WEIGHTS_NAME)


def read_half_weights_or_none(folder: Path, source: SourceState | None, network_type: torch.dtype) -> Weights | None:
    """The copy in `folder`, if it was made from `source` for `network_type`. `source` None: whatever the copy holds.

    A damaged copy is a line in the log.
    """
    path = folder / HALF_WEIGHTS_NAME
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
        if about.get("format") != FORMAT or not _is_current(about, source, network_type):
            return None
        return Weights(load_file(path), about["sha256"])
    except (OSError, SafetensorError, KeyError) as error:
        LOGGER.warning("%s can't be read and is made anew: %s", path.name, error)
        return None


def write_half_weights(folder: Path, weights: Weights, source: SourceState, network_type: torch.dtype) -> bool:
    """Write the copy into `folder`, whole or not at all; returns whether it is there."""
    path = folder / HALF_WEIGHTS_NAME
    unfinished = folder / f"{HALF_WEIGHTS_NAME}.{os.getpid()}{UNFINISHED_SUFFIX}"
    try:
        _remove_abandoned(folder)
        _check_space(folder, weights.tensors)
        save_file(weights.tensors, unfinished, _about(weights.sha256, source, network_type))
        shutil.copymode(folder / source.name, unfinished)
        _flush(unfinished)
        _replace(path, unfinished, weights.sha256)
    except (OSError, SafetensorError) as error:
        LOGGER.info("No half precision copy of %s was written, so each start reads it whole: %s", source.name, error)
        _remove(unfinished)
        return False
    return True


def _is_current(about: Mapping[str, str], source: SourceState | None, network_type: torch.dtype) -> bool:
    if source is None:
        return True
    return about == _about(about.get("sha256", ""), source, network_type)


def _about(sha256: str, source: SourceState, network_type: torch.dtype) -> dict[str, str]:
    return {
        "format": FORMAT,
        "type": str(network_type),
        "source": source.name,
        "size": str(source.size),
        "mtime_ns": str(source.mtime_ns),
        "sha256": sha256,
    }


def _check_space(folder: Path, tensors: Mapping[str, Tensor]) -> None:
    needed = sum(tensor.nbytes for tensor in tensors.values()) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(f"{free >> 20} MB are free on the disk, {needed >> 20} MB are wanted")


def _replace(path: Path, unfinished: Path, source_sha256: str) -> None:
    """The copy, and then its hashes: those of an older copy go before."""
    record = path.with_name(path.name + RECORD_ENDING)
    with unfinished.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    hashes = {"sha256": sha256, "size": unfinished.stat().st_size, "source_sha256": source_sha256}
    record.unlink(missing_ok=True)
    unfinished.replace(path)
    part = unfinished.with_name(f"{record.name}.{os.getpid()}{UNFINISHED_SUFFIX}")
    part.write_text(json.dumps(hashes, indent=1), encoding="utf-8")
    part.replace(record)


def _flush(path: Path) -> None:
    """Down to the disk: a power cut must not leave a copy of the right length with nothing in it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove_abandoned(folder: Path) -> None:
    for path in folder.glob(f"{HALF_WEIGHTS_NAME}.*{UNFINISHED_SUFFIX}"):
        if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
            path.unlink()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        LOGGER.info("%s could not be deleted: %s", path.name, error)
