# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and manifests of a library, damaged and ill made, and what must be true of all that is read of them."""

from __future__ import annotations

import random
from pathlib import Path

from tests.bad_files.damage import damaged
from triposr_addon.batch.folder_names import item_folder
from triposr_addon.batch.id_text import is_sound_id
from triposr_addon.batch.source import read_listing
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

HEADERS = (
    ("path",), ("id", "path"), ("path", "id", "resolution", "notes"), ("Picture", "threshold", "symmetry", "ID"),
    ("path", "mask", "smoothing"), ("notes", "file", "fill holes", "foreground-ratio", "background"),
)  # fmt: skip
CELLS = (
    "", "a.png", "b/a.png", "./a.png", "../a.png", "/a.png", "a.jpg", "C:\\a.png", "b\\c.png", "..", ".", "/", "~",
    "https://x/a.png", "a\0.png", "St\u00fchle.png", "Stu\u0308hle.png", "\u202e.png", "\udcfc.png", "\ufffd",
    " a.png ", "#a.png", "128", "1e999", "nan", "-1", "0,5", "25,000", "9" * 5000, "yes", "WAHR", "maybe", "auto",
    "flat", "u2net", "x" * 300, "x" * 5000, "cup", "Cup", "row 2", "cup (row 3)", "=cmd|' /C calc'!A0", "a\nb.png",
    'say "hi".png',
)  # fmt: skip
ODD_ROWS = (
    '"',
    '"a',
    'a"',
    '"a"b',
    '""',
    '"""',
    ",,,,,,,,",
    ";",
    "\t",
    "\r",
    "\0",
    "sep=,",
    '"a\n\n\nb"',
    "x" * 70_000,
)
LARGEST_BYTES = 200_000
"""Damage repeats things a million times: of a hundred thousand rows nothing new is learnt."""
ENDS = ("\n", "\r\n", "\r")


def bad_manifest(chance: random.Random) -> bytes:
    """A table of odd cells, some of whose lines are no rows; and half of the time some bytes of it are damaged."""
    separator, end = chance.choice(",;\t"), chance.choice(ENDS)
    header = chance.choice(HEADERS)
    rows = [separator.join(header)]
    for _ in range(chance.choice((0, 1, 5, 40))):
        cells = chance.choices(CELLS, k=max(len(header) + chance.choice((0, 0, 0, 0, -1, 1)), 1))
        rows.append(separator.join(_quoted(cell, chance) for cell in cells))
    return _as_file([chance.choice(ODD_ROWS) if chance.random() < 0.05 else row for row in rows], end, chance)


def bad_list(chance: random.Random) -> bytes:
    """Odd paths, a line each."""
    return _as_file(chance.choices((*CELLS, *ODD_ROWS), k=chance.choice((0, 1, 5, 40))), chance.choice(ENDS), chance)


def enter(file: Path) -> str:
    """Read it; whatever is in it, no two ids may be the same, and each must have a folder of its own."""
    listing = read_listing(file, PhotoSettings(), SurfaceSettings())
    ids = [*(item.id for item in listing.items), *(refusal.id for refusal in listing.refusals)]
    if len({item_folder(item_id) for item_id in ids}) != len(ids):
        raise AssertionError("two ids are the same")
    if not all(is_sound_id(item.id) and Path(item.picture).is_absolute() for item in listing.items):
        raise AssertionError("an id that can't be, or a path that begins nowhere")
    for refusal in listing.refusals:
        report = refusal.report
        if not report.code or not report.sentence.endswith(".") or len(report.sentence) > 1000:
            raise AssertionError(f"no sentence for an artist: {report.sentence:.200}")
    if listing != read_listing(file, PhotoSettings(), SurfaceSettings()):
        raise AssertionError("it is read otherwise the second time")
    return "used" if not listing.refusals else "used, with refusals"


def _quoted(cell: str, chance: random.Random) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if chance.random() < 0.3 else cell


def _as_file(lines: list[str], end: str, chance: random.Random) -> bytes:
    text = end.join(lines) + chance.choice(("", end))
    encoding = chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    data = text.encode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "replace")
    return damaged(data, chance)[:LARGEST_BYTES] if chance.random() < 0.5 else data
