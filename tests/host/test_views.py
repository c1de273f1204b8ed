# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a field from all around, asked by the host."""

from __future__ import annotations

from pathlib import Path

from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator
from triposr_addon.host.jobs import JobState
from triposr_addon.host.views import ViewsRequest, ViewsResult
from triposr_addon.protocol import ViewSettings


def test_pictures_and_their_sheet_come(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    request = ViewsRequest(tmp_path / "good.field", "vase", ViewSettings(frames=3), sheet_columns=3)
    view = generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)
    assert (view.failure, view.state) == (None, JobState.DONE)
    result = view.result
    assert isinstance(result, ViewsResult)
    assert [picture.name for picture in result.pictures] == [f"frame_000{number}.png" for number in (1, 2, 3)]
    assert result.sheet is not None
    assert result.sheet.read_bytes()[:4] == b"\x89PNG"


def test_a_promised_picture_that_is_not_there_is_named(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    request = ViewsRequest(tmp_path / "promises-views.field", "vase", ViewSettings(frames=1))
    view = generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)
    assert view.state is JobState.FAILED
    assert view.failure is not None
    assert view.failure.code == "RESULT_UNREADABLE"
