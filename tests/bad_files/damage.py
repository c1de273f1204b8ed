# SPDX-License-Identifier: GPL-3.0-or-later
"""Damages files, always in the same way for the same seed: bits, lengths, numbers, order; blindly and by structure."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

MOST_WOUNDS = 6
LARGEST_BYTES = 4 << 20
"""Of a damaged file: what is repeated is repeated up to here."""

EXTREME_NUMBERS = tuple(
    struct.pack(form, value)
    for form, values in (
        ("<H", (0, 1, 0x7FFF, 0xFFFF)),
        (">H", (0xFFFF,)),
        ("<I", (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 60_000)),
        (">I", (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 60_000)),
        ("<Q", (0, 2**63 - 1, 2**64 - 1, 1 << 40)),
        ("<d", (float("nan"), float("inf"), -1e308)),
    )
    for value in values
)
"""Sizes, counts and offsets as files have them, at their ends."""

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 10**5000, 0.0, -1.5, 1e308, float("nan"), float("inf"), "", "x",
    "\x00", "../../x", "/etc/passwd", "\\\\server\\x.png", "CON", "a\u202eb", "\ud800", "\n\r\x1b[2J", "9" * 5000,
    "x" * 100_000, [], [None], {}, {"a": {}}, [[[]]], [1, "a"], {"": ""},
)  # fmt: skip
"""What may stand in the place of any value of a JSON or YAML file."""

Wound = Callable[[bytearray, random.Random], None]


def damaged(data: bytes, chance: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """`data` with one to MOST_WOUNDS wounds. others: files of the same kind, to be spliced with."""
    wounded = bytearray(data)
    for _ in range(min(chance.randint(1, MOST_WOUNDS), chance.randint(1, MOST_WOUNDS))):
        if others and chance.random() < 0.1:
            wounded[:] = _spliced(bytes(wounded), chance.choice(others), chance)
        elif wounded:
            chance.choice(WOUNDS)(wounded, chance)
    return bytes(wounded[:LARGEST_BYTES])


def odd_value(chance: random.Random, depth: int = 0) -> Any:
    """Any value of JSON, seldom a tame one."""
    if depth > 3 or chance.random() < 0.7:
        return chance.choice(ODD_VALUES)
    if chance.random() < 0.5:
        return [odd_value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    return {
        chance.choice(("", "x", "\ud800", "method", "id")): odd_value(chance, depth + 1)
        for _ in range(chance.randint(0, 4))
    }


def with_odd_values(told: Any, chance: random.Random, share: float = 0.2) -> Any:
    """A value of JSON in which about that share of the values is odd, and some names are gone, doubled or new."""
    if chance.random() < share:
        return odd_value(chance)
    if isinstance(told, list):
        return [with_odd_values(entry, chance, share) for entry in told]
    if isinstance(told, dict):
        kept = {
            name: with_odd_values(value, chance, share) for name, value in told.items() if chance.random() > share / 4
        }
        return kept if chance.random() > share / 2 else {**kept, chance.choice(("", "x", "__class__")): 1}
    return told


def as_json(told: Any) -> bytes:
    """Also of what JSON has no words for, such as NaN, or of numbers with thousands of digits."""
    try:
        return json.dumps(told).encode()
    except ValueError:  # a number of too many digits for Python's own limit
        return json.dumps(_shortened(told)).replace('"<long number>"', "7" * 5000).encode()


def _shortened(told: Any) -> Any:
    if isinstance(told, list):
        return [_shortened(entry) for entry in told]
    if isinstance(told, dict):
        return {name: _shortened(value) for name, value in told.items()}
    return "<long number>" if isinstance(told, int) and told > 10**4000 else told


def _place(data: bytearray, chance: random.Random) -> int:
    """Headers matter most: half of the places are in the first 256 bytes."""
    return chance.randrange(min(len(data), 256) if chance.random() < 0.5 else len(data))


def _flip(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _set_byte(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def _set_number(data: bytearray, chance: random.Random) -> None:
    at, number = _place(data, chance), chance.choice(EXTREME_NUMBERS)
    data[at : at + len(number)] = number


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _take_out(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.choice((1, 4, 16, 256, 4096))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    part = data[at : at + chance.choice((1, 8, 64, 1024))]
    data[at:at] = part * min(chance.choice((1, 2, 10, 1000)), LARGEST_BYTES // max(len(part), 1))


def _put_in(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.randbytes(chance.choice((1, 2, 4, 64)))


def _zero(data: bytearray, chance: random.Random) -> None:
    at, count = _place(data, chance), chance.choice((4, 64, 1024))
    data[at : at + count] = bytes(len(data[at : at + count]))


def _spliced(one: bytes, other: bytes, chance: random.Random) -> bytes:
    return one[: chance.randint(0, len(one))] + other[chance.randint(0, len(other)) :]


WOUNDS: tuple[Wound, ...] = (
    _flip,
    _flip,
    _set_byte,
    _set_number,
    _set_number,
    _cut,
    _take_out,
    _repeat,
    _put_in,
    _zero,
)
