# SPDX-License-Identifier: GPL-3.0-or-later
"""A receipt says for which inputs a step was done. It is written last, so a step that was cut short has none."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1


@dataclass(frozen=True)
class Receipt:
    """`inputs`: SHA-256 over what the step was made from. The rest tells the Python that made it apart."""

    inputs: str
    python: str
    base: str
    machine: str
    format: int = FORMAT

    @classmethod
    def for_inputs(cls, inputs: str) -> Receipt:
        """The receipt that this very run would write."""
        version = ".".join(str(number) for number in sys.version_info[:2])
        return cls(inputs, version, sys.base_prefix, platform.machine())


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(vars(receipt), indent=1), encoding="utf-8")
    partial.replace(path)


def read_receipt_or_none(path: Path) -> Receipt | None:
    """The receipt at `path`; None for none, and for one that can't be read."""
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def is_current(path: Path, receipt: Receipt) -> bool:
    """Whether the file at `path` is this very receipt; an unreadable one is not."""
    try:
        return bool(json.loads(path.read_text(encoding="utf-8")) == vars(receipt))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return False


def digest_of_files(files: Mapping[str, Path], *more: str) -> str:
    """SHA-256 over the files' names (the keys), their contents, and further words."""
    total = hashlib.sha256()
    for name in sorted(files):
        with files[name].open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        total.update(f"{name}\0{content}\n".encode())
    total.update("\0".join(more).encode())
    return total.hexdigest()
