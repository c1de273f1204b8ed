# SPDX-License-Identifier: GPL-3.0-or-later
"""A few jobs of the soak, with the fake worker: nothing is left over; undo, files and modes give what they should."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.long.soak import Artist, slope

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


def test_a_few_jobs_leave_nothing(bpy: Any, session: Any, picture: Callable[[str], Path], tmp_path: Path) -> None:
    artist = Artist(bpy, tmp_path, picture("good.png"), seed=1)
    del artist.pastimes["re-extract"]  # the fake worker knows no such field
    for number in range(20):
        artist.work(number)
    assert artist.wrong == []
    assert len(artist.did) == len(artist.pastimes)
    assert list(session.storage().jobs.iterdir()) == []
    assert session.queue.views() == ()


def test_a_slope_is_of_the_later_part() -> None:
    assert slope([1000.0] * 20 + [100.0 + 0.5 * number for number in range(80)]) == 50.0
