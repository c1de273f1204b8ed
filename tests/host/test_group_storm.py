# SPDX-License-Identifier: GPL-3.0-or-later
"""A short storm over groups; the long one is tests/long/group_storm.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.long.group_storm import play


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_picture_pays_for_another(number: int, tmp_path: Path) -> None:
    counts, broken = play(1, number, tmp_path)
    assert broken == []
    assert counts["jobs"] > 0
