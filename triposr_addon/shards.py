# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutting a library into shards, for as many machines: each picture is in one of them, whoever asks, and whenever.

Which one is told by the picture's id alone, so that a picture which comes or goes moves no other. The shards of a large
library are about equally large; of a small one they may differ, and some may be empty.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST_SHARDS = 100_000

_SHARD = re.compile(r"0*([0-9]{1,6})/0*([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True)
class Shard:
    """One of `count` shards; number: from 1."""

    number: int
    count: int

    def takes(self, picture_id: str) -> bool:
        """Whether the picture of that id is in this shard."""
        return shard_of(picture_id, self.count) == self.number

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def shard_of(picture_id: str, count: int) -> int:
    """In which of `count` shards a picture is: 1 + the remainder of its id's SHA-256 divided by `count`."""
    digest = hashlib.sha256(picture_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest, "big") % count + 1


def read_shard(text: str) -> Shard:
    """`2/8` is the second of eight. Raises ValueError, in a sentence."""
    match = _SHARD.fullmatch(text.strip())
    number, count = (int(digits) for digits in match.groups()) if match else (0, 0)
    if not 1 <= number <= count <= MOST_SHARDS:
        raise ValueError(f"{text} is no shard: write 2/8 for the second of eight (1/8 to 8/8)")
    return Shard(number, count)
