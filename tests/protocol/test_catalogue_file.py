# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of a library: written and read again, and refused where they are none."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from triposr_addon.catalogue_file import FAILED, LONGEST_LINE_BYTES, MADE, Record, as_line, record_or_none, records_in

WHOLE = Record(
    "chairs/7",
    "chairs/7.png",
    MADE,
    folder="items/3f2/chairs-7",
    mesh="mesh.glb",
    triangles=7000,
    overlap=0.93,
    seconds={"extract": 0.25},
    hashes={"mesh.glb": "ab"},
    sizes={"mesh.glb": 12},
    warnings=("The subject touches the picture's edge.",),
)


def test_a_record_survives_its_line() -> None:
    assert record_or_none(as_line(WHOLE)) == WHOLE


def test_a_catalogue_is_read_around_what_is_no_record() -> None:
    other = Record("b", "b.png", FAILED, code="PHOTO_UNREADABLE")
    text = as_line(WHOLE) + b"{half\n" + b"x" * (LONGEST_LINE_BYTES + 5) + b"\n\n" + as_line(other)[:-1]
    assert list(records_in(io.BytesIO(text))) == [WHOLE, other]


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": 7},
        {"status": "perhaps"},
        {"folder": "../elsewhere"},
        {"mesh": "/etc/passwd"},
        {"thumbnail": "C:\\windows\\x.png"},
        {"field": "a\0b"},
        {"triangles": "many"},
        {"closed": 1},
        {"overlap": 1.5},
        {"overlap": float("nan")},
        {"overlap": 10**400},
        {"triangles": 10**400},
        {"seconds": {"extract": "long"}},
        {"seconds": {"extract": 10**400}},
        {"seconds": {"extract": float("inf")}},
        {"sizes": {"mesh.glb": -(10**400)}},
        {"sizes": [1]},
        {"warnings": [3]},
        {"sentence": "x" * 5000},
    ],
)
def test_what_does_not_fit_is_no_record(change: dict[str, Any]) -> None:
    told = json.loads(as_line(WHOLE)) | change
    assert record_or_none(json.dumps(told).encode()) is None
