# SPDX-License-Identifier: GPL-3.0-or-later
"""The files in which arrays go between Blender and the worker: NumPy's .npz, read strictly.

NumPy's own reader believes what a file says of itself: it takes memory for the shape that is written there, unpacks
whatever is packed, and raises whatever the damage led it to. Here an array is taken only as `numpy.savez` writes it,
not packed, and of the size that its bytes have. So nothing takes more memory than the file is long.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_FILE_BYTES = 2 << 30
"""A mesh of forty million vertices, far beyond what 1024 grid steps give."""
LARGEST_HEADER_BYTES = 512
MAGIC = b"\x93NUMPY\x01\x00"
HEADER = re.compile(
    r"\{'descr': '(?P<kind>[<>|][a-zA-Z]\d{1,2})', 'fortran_order': (?P<across>True|False), "
    r"'shape': \((?P<shape>\d{0,12}(?:, ?\d{1,12})*),?\), \} *\n"
)


class ArraysUnreadable(ValueError):
    """The file is not of that form; the text says why, for the log."""


def read_arrays(path: Path, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The arrays of these names, each in memory of its own. Raises OSError, ArraysUnreadable."""
    # Opened here: zipfile leaves a file that it can't read open.
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > LARGEST_FILE_BYTES:
            raise ArraysUnreadable(f"the file has {size} bytes")
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                return {name: _array(archive, name, size) for name in names}
        except OSError:
            raise
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error, EOFError, ValueError) as error:
            raise ArraysUnreadable(f"{type(error).__name__}: {error!s:.200}") from error


def _array(archive: zipfile.ZipFile, name: str, file_size: int) -> NDArray[Any]:
    try:
        entry = archive.getinfo(f"{name}.npy")
    except KeyError as error:
        raise ArraysUnreadable(f"{name} is not in it") from error
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > file_size:
        raise ArraysUnreadable(f"{name} is packed, or says that it has {entry.file_size} bytes")
    with archive.open(entry) as stream:
        return _decoded(stream.read(), name)


def _decoded(data: bytes, name: str) -> NDArray[Any]:
    start = len(MAGIC) + 2
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    header = (
        HEADER.fullmatch(data[start : start + length].decode("latin-1")) if length <= LARGEST_HEADER_BYTES else None
    )
    if not data.startswith(MAGIC) or header is None:
        raise ArraysUnreadable(f"{name} is no array")
    try:
        kind = np.dtype(header["kind"])
    except TypeError as error:
        raise ArraysUnreadable(f"{name} is of no kind of number") from error
    shape = tuple(int(side) for side in header["shape"].split(",") if side.strip())
    if kind.kind not in "biuf" or kind.itemsize * math.prod(shape) != len(data) - start - length:
        raise ArraysUnreadable(f"{name} says that it is {kind} {list(shape)}, but has {len(data)} bytes")
    flat = np.frombuffer(bytearray(data), kind, offset=start + length)
    return np.ascontiguousarray(flat.reshape(shape[::-1]).T if header["across"] == "True" else flat.reshape(shape))
