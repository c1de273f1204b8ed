# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a field from all around: the reference's own volume rendering, without what can't be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import ErrorReport, RenderViews, ViewSettings, ViewsRendered  # noqa: E402
from triposr_addon.worker.asset.occupied_cells import OccupiedCells  # noqa: E402
from triposr_addon.worker.asset.ray_march import RayMarch  # noqa: E402
from triposr_addon.worker.asset.view_cameras import cameras_around  # noqa: E402
from triposr_addon.worker.asset.views import make_views  # noqa: E402
from triposr_addon.worker.failures import Cancelled, SettingsInvalid, SurfaceEmpty  # noqa: E402
from triposr_addon.worker.model.volume_renderer import render_rays  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

SMALL = ViewSettings(frames=4, side=32, samples=32)
QUIET = Steps(lambda *_told: None, lambda: False)


def pixels(path: str) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(float)


def share_of_side(picture: np.ndarray) -> float:
    """How many columns the object covers."""
    return float((picture[..., 3] > 127).any(axis=0).mean())


@pytest.mark.parametrize("fov", [0.0, 40.0])
def test_they_are_the_references_own(fov: float) -> None:
    field = ball(0.5)
    cells = OccupiedCells.of(field)
    assert 0.1 < float(cells.occupied.float().mean()) < 0.6
    camera = cameras_around(cells.solid, replace(SMALL, elevation=25.0, azimuth=30.0, fov=fov))[0]
    rays = camera.rays(24)
    march = RayMarch(field, cells, 64)
    seen = march.look(rays)
    over_white, opacity = render_rays(lambda points: (field.density(points), field.colour(points)), rays, 0.87, 64)
    assert float((seen[..., 3] - opacity).abs().max()) < 0.06
    assert float((seen[..., :3] + (1.0 - seen[..., 3:]) - over_white).abs().mean()) < 2.0 / 255.0
    assert march.asked < 0.35 * 24 * 24 * 64


def test_a_turn_begins_in_front_and_goes_round_to_the_right(tmp_path: Path) -> None:
    request = RenderViews("j", "", str(tmp_path), SMALL, 2)
    answer = make_views(request, ball(0.5), QUIET)
    assert [Path(path).name for path in answer.pictures] == [f"frame_000{number}.png" for number in (1, 2, 3, 4)]
    middles = [pixels(path)[16, 16] for path in answer.pictures]
    # The ball is red at raw +X, the front; green at raw +Y, which is Blender's +X.
    assert middles[0][0] > 240 > 140 > middles[0][1] > 110
    assert middles[1][1] > 240 > 140 > middles[1][0] > 110
    assert middles[2][0] < 15
    assert middles[3][1] < 15
    sheet = pixels(answer.sheet_path)
    assert sheet.shape == (64, 64, 4)
    assert np.array_equal(sheet[32:, :32], pixels(answer.pictures[2]))


@pytest.mark.parametrize("fov", [0.0, 60.0])
def test_the_object_is_as_large_in_all_frames_and_the_margin_stays_free(fov: float, tmp_path: Path) -> None:
    shares = {}
    for margin in (0.2, 0.3):
        settings = replace(SMALL, margin=margin, fov=fov)
        # not in the middle of its box: a turn around that would swing
        answer = make_views(RenderViews("j", "", str(tmp_path), settings), ball(0.3, right=0.3), QUIET)
        shares[margin] = [share_of_side(pixels(path)) for path in answer.pictures]
        assert max(shares[margin]) - min(shares[margin]) <= 1 / 32
        assert max(shares[margin]) < 1.0
    # The ball is soft: it is seen a little beyond the surface that fills the rest of the side.
    assert shares[0.2][0] / shares[0.3][0] == pytest.approx(0.6 / 0.4, abs=0.15)


def test_pixels_beside_the_object_have_its_colour_and_no_alpha(tmp_path: Path) -> None:
    answer = make_views(RenderViews("j", "", str(tmp_path), replace(SMALL, margin=0.35)), ball(0.5), QUIET)
    row = pixels(answer.pictures[0])[16]
    first = int(np.argmax(row[:, 3] > 0))
    assert row[0, 3] == 0
    assert np.abs(row[first - 3, :3] - row[first, :3]).max() == 0


def test_a_symmetric_turn_is_its_own_mirror_image(tmp_path: Path) -> None:
    settings = replace(SMALL, frames=1, symmetry=True)
    answer = make_views(RenderViews("j", "", str(tmp_path), settings), ball(0.4, right=0.2), QUIET)
    picture = pixels(answer.pictures[0])
    assert np.abs(picture - picture[:, ::-1])[picture[..., 3] > 0].max() <= 2


def test_what_can_not_be_is_named(tmp_path: Path) -> None:
    for wrong in ({"frames": 0}, {"side": 4096}, {"fov": 0.5}, {"turn": 0.0}, {"elevation": float("nan")}):
        with pytest.raises(SettingsInvalid, match=next(iter(wrong))):
            make_views(RenderViews("j", "", str(tmp_path), replace(SMALL, **wrong)), ball(0.5), QUIET)
    empty = ball(0.5)
    with pytest.raises(SurfaceEmpty):
        make_views(RenderViews("j", "", str(tmp_path), SMALL), replace(empty, density_bias=-90.0), QUIET)


def test_it_tells_how_far_it_is_and_stops_when_cancelled(tmp_path: Path) -> None:
    told: list[float] = []
    steps = Steps(lambda _step, fraction, _detail: told.append(fraction), lambda: bool(told) and told[-1] >= 0.5)
    with pytest.raises(Cancelled):
        make_views(RenderViews("j", "", str(tmp_path), SMALL), ball(0.5), steps)
    assert told == sorted(told)
    assert len(list(tmp_path.iterdir())) == 2


def test_the_worker_answers(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    answer = worker.ask(RenderViews("j", str(ball_file), str(tmp_path), SMALL))
    assert isinstance(answer, ViewsRendered)
    assert (len(answer.pictures), answer.sheet_path, list(answer.seconds)) == (4, "", ["render views"])
    nowhere = worker.ask(RenderViews("j", str(ball_file), str(tmp_path / "nowhere"), SMALL))
    assert isinstance(nowhere, ErrorReport)
    assert nowhere.code == "OUTPUT_UNWRITABLE"
