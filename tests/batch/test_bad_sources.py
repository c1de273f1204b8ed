# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources that ill will or an accident has made: a short part of tests/long/bad_files.py, and what a bad row costs."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bad_files import libraries
from tests.batch.libraries import listing_of
from triposr_addon.batch.failures import SourceFailure

EACH = 150

SOUND = [f"id {number},folder/{number}.png,{64 + number}," for number in range(20)]
QUOTED = [f'"id {number}","folder, {number}.png","{64 + number}","a ""word"""' for number in range(20)]
BAD_ROWS = (
    '"', 'x,"', 'x,"x.png', 'x,"x.png,', '"x","x.png","1', 'x,x.png"', ',"', '"",', '"""', 'x,"x"y.png,,', "x", ",,,",
    "", "x,x.png,1,,,,y", "\0", "x,x\0.png,,", "x,x.png,nan,", "id 3,x.png,,", "\udcff,x.png,,", "x" * 200_000,
    "x,\udcff,,", 'x,"x.png\ny.png",,', '"x,x.png,,\n', 'x,x.png,"6\n4",', "x,http://x.png,,",
    "x,x.png,999999999999999999999,",
)  # fmt: skip


@pytest.mark.parametrize("make", [libraries.bad_manifest, libraries.bad_list])
def test_a_bad_source_is_read_or_told(make: Callable[[random.Random], bytes], tmp_path: Path) -> None:
    file = tmp_path / ("m.csv" if make is libraries.bad_manifest else "m.txt")
    read = 0
    for number in range(EACH):
        file.write_bytes(make(random.Random(f"short {number}")))
        try:
            read += bool(libraries.enter(file))
        except SourceFailure:
            continue
    assert read > EACH / 3


@pytest.mark.parametrize("rows", [SOUND, QUOTED], ids=["plain", "quoted"])
@pytest.mark.parametrize("bad", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_bad_row_costs_no_other(bad: str, rows: list[str], tmp_path: Path) -> None:
    header = "id,path,resolution,notes"
    sound = listing_of(tmp_path, "\n".join([header, *rows])).items
    for place in (0, 7, 20):
        listing = listing_of(tmp_path, "\n".join([header, *rows[:place], bad, *rows[place:]]))
        left = [item for item in listing.items if item.id != "x"]
        kept = [item for item in left if item in sound]
        assert len(kept) >= len(sound) - (bad.startswith("id 3") and place == 0)
        assert len(left) - len(kept) + len(listing.refusals) <= 2
