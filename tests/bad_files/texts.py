# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound lines, logs, locks, receipts and configs, and what damage and ill will make of them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

from tests.bad_files.damage import as_json, damaged, odd_value, with_odd_values
from triposr_addon.folder_log import FAILED, MADE, PictureLine
from triposr_addon.protocol import (
    PROTOCOL_VERSION,
    Cancel,
    CutOut,
    CutOutMade,
    ErrorReport,
    Extract,
    Extracted,
    Initialize,
    Log,
    MemoryHeld,
    PhotoCamera,
    Progress,
    Reconstruct,
    Reviewed,
    SampleColours,
    WarmUp,
)
from triposr_addon.wire import encode_error, encode_notification, encode_request, encode_result

LOCKS = Path(__file__).resolve().parents[2] / "vendor_installer" / "locks"

BILLION_LAUGHS = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{p: *a{level - 1}, q: *a{level - 1}}}\n" for level in range(1, 40)
)
"""A mapping that is a few lines long, and 2^40 entries deep when written out."""

LAUGHING_LISTS = "a0: &a0 [1]\n" + "".join(
    f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n" for level in range(1, 40)
)

ODD_YAML = (
    BILLION_LAUGHS,
    LAUGHING_LISTS + "image_tokenizer_cls: *a39\n",
    "a: &a {b: *a}\n",
    "a: &a [*a]\nimage_tokenizer_cls: *a\n",
    "!!python/object/apply:os.system ['true']\n",
    "!!python/name:os.system\n",
    "a: 2001-99-99\n",
    "a: !!int ''\n",
    "a: !!float ''\n",
    "a: !!binary '='\n",
    "a: !!timestamp x\n",
    "? [a, b]\n: c\n",
    "a: " + "9" * 6000 + "\n",
    "a: " + "[" * 5000 + "\n",
    "<<: [1, 2]\n",
    "\ufeff\x00",
    "a: !!int 1:" + "60:" * 3000 + "1\n",
    "cond_image_size: .nan\n",
    "cond_image_size: 1e400\n",
)
"""What YAML's own reader stumbles over, or would run."""


def lines() -> list[bytes]:
    """What host and worker say to each other."""
    reviewed = Reviewed("p", "t", 0.5, 0.6, PhotoCamera(2.0), 0.1, 0.0, 0.1, 1, 1.0, True, 900, [1.0, 2.0, 3.0])
    return [
        encode_request(1, Initialize(PROTOCOL_VERSION, "/rembg", "cpu")),
        encode_request(2, Reconstruct("job", "/a.png", "/model", "/x.triplane.safetensors", "/c.png")),
        encode_request(3, Extract("job", "/x", "/m.npz")),
        encode_request(4, CutOut("job", "/a.png", "/c.png")),
        encode_request(5, SampleColours("job", "/x", "/p.npz", "/c.npz")),
        encode_request(6, WarmUp("job", "/model")),
        encode_notification(Cancel("job")),
        encode_notification(Progress("job", "extract", 0.5, "half")),
        encode_notification(Log("info", "line")),
        encode_notification(MemoryHeld("model", 1, 2, 3, 4, 5, ["u2net"])),
        encode_result(7, Extracted("/m.npz", 8, 12, True, {"extract": 0.5})),
        encode_result(8, CutOutMade("/c.png", "", "flat")),
        encode_result(9, reviewed),
        encode_error(10, ErrorReport("PHOTO_EMPTY", "The photo is empty. Choose another.", "0 bytes")),
    ]


def log_lines() -> list[bytes]:
    """Of a folder's log."""
    facts = {"missed": 0.1, "beyond": 0.2, "missed_thin": 0.0, "largest_part": 0.9, "size": [1.0, 0.1, 1.0]}
    review = {**facts, "overlap": 0.9, "overlap_front": 0.8, "camera": {"elevation": 30.0, "azimuth": 5.0}}
    made = PictureLine(
        "cup.png", 10, 20, "2026-11-21T12:00:00Z", MADE, seconds={"extract": 0.5}, triangles=900, parts=2, closed=True,
        overlap=0.9, review=review, warnings=("The subject is only 40 pixels across.",), settings={"resolution": 128},
        cutout="small/cup.png", drawing="small/cup_mesh.png",
    )  # fmt: skip
    failed = PictureLine("jug.png", 1, 2, "x", FAILED, "PHOTO_EMPTY", "The photo is empty. Choose another.")
    return [as_json(dataclasses.asdict(line)) + b"\n" for line in (made, failed)]


def locks() -> list[bytes]:
    """Some of ours."""
    return [path.read_bytes() for path in sorted(LOCKS.glob("*.txt"))[:3]]


def receipts() -> list[bytes]:
    """Of the installer, and of a half precision copy."""
    receipt = {"inputs": "0" * 64, "python": "3.11", "base": "/usr", "machine": "x86_64", "format": 1}
    return [as_json(receipt), as_json({"sha256": "0" * 64, "size": 5, "source_sha256": "1" * 64})]


def json_again(told: bytes, chance: random.Random) -> bytes:
    """A line of JSON with odd values, or damaged as bytes."""
    import json

    if chance.random() < 0.3:
        return damaged(told, chance)
    return as_json(with_odd_values(json.loads(told), chance, chance.choice((0.05, 0.2, 0.5)))) + b"\n"


def deep_json(chance: random.Random) -> bytes:
    """Nested deeper than anybody reads."""
    depth = chance.choice((400, 990, 5_000, 200_000))
    head, tail = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return head * depth + b"1" + tail * depth


def yaml_again(config: dict[str, object], chance: random.Random) -> bytes:
    """A config with odd values, damaged as text, with another's tricks behind it, or nothing but those."""
    import yaml

    way = chance.random()
    if way < 0.15:
        return chance.choice(ODD_YAML).encode("utf-8", "surrogatepass")
    text = yaml.safe_dump(config).encode()
    if way < 0.3:
        return text + chance.choice(ODD_YAML).encode("utf-8", "surrogatepass")
    if way < 0.6:
        return damaged(text, chance)
    return as_json(with_odd_numbers(config, chance)) if way < 0.9 else as_json(with_odd_values(config, chance))


def with_odd_numbers(config: dict[str, object], chance: random.Random) -> dict[str, object]:
    """One to three of a config's numbers are others: large, negative, no whole ones."""
    changed = {name: dict(value) if isinstance(value, dict) else value for name, value in config.items()}
    for _ in range(chance.randint(1, 3)):
        section = chance.choice([value for value in (changed, *changed.values()) if isinstance(value, dict)])
        numbers = [name for name, value in section.items() if isinstance(value, int | float)]
        if numbers:
            section[chance.choice(numbers)] = chance.choice(
                (0, 1, 2, 3, 7, 4096, 65_536, 1_000_000, 10**9, -1, 10**400, 0.5, 1e308, True, "1", None)
            )
    return changed


Maker = Callable[[random.Random], bytes]


def line_maker() -> Maker:
    """For either end of the wire."""
    sound = lines()
    return lambda chance: deep_json(chance) if chance.random() < 0.05 else json_again(chance.choice(sound), chance)


def log_maker() -> Maker:
    """A log of a few lines, some of them sound."""
    sound = log_lines()

    def make(chance: random.Random) -> bytes:
        rest = [json_again(chance.choice(sound), chance) for _ in range(chance.randint(1, 4))]
        if chance.random() < 0.05:
            rest.append(deep_json(chance))
        return b"".join([*rest, as_json(odd_value(chance)), b"\n", chance.choice(sound)])

    return make
