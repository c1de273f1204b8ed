# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers `render_views`: pictures of a field from all around, by volume rendering, without lights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from triposr_addon.protocol import RenderViews, ViewSettings, ViewsRendered
from triposr_addon.worker.asset.occupied_cells import OccupiedCells
from triposr_addon.worker.asset.ray_march import RayMarch
from triposr_addon.worker.asset.view_cameras import cameras_around
from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.failures import SettingsInvalid
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.steps import Steps

SPREADS = 8
"""So many pixels beyond the object its colour goes on, with an alpha of 0: filters that look there find no black."""
MOST_SHEET_PIXELS = 1 << 26
LIMITS: Mapping[str, tuple[float, float]] = {
    "frames": (1, 720),
    "side": (16, 2048),
    "azimuth": (-3600.0, 3600.0),
    "turn": (-360.0, 360.0),
    "elevation": (-90.0, 90.0),
    "fov": (0.0, 120.0),
    "margin": (0.0, 0.4),
    "samples": (16, 1024),
}


def make_views(request: RenderViews, field: TriplaneField, steps: Steps) -> ViewsRendered:
    """Write the pictures, and the sheet if one is wanted.

    Raises SettingsInvalid, SurfaceEmpty, FieldNotFinite, OutOfMemory, OutputUnwritable, Cancelled.
    """
    settings = request.settings
    _check(settings, request.sheet_columns)
    field = replace(field, symmetric=settings.symmetry)
    folder, paths, pictures, share = Path(request.folder_path), list[str](), list[RgbaPicture](), 0.0
    with steps.step("render views") as advance, naming_out_of_memory(field.device):
        cells = OccupiedCells.of(field, lambda: advance(0.0))
        march = RayMarch(field, cells, settings.samples, lambda: advance(share))
        for number, camera in enumerate(cameras_around(cells.solid, settings), 1):
            pictures.append(picture_of(march.look(camera.rays(settings.side))))
            paths.append(_saved(pictures[-1], folder / f"frame_{number:04}.png"))
            share = number / settings.frames
            if not request.sheet_columns:
                pictures.clear()
        sheet = _saved(_side_by_side(pictures, request.sheet_columns), folder / "sheet.png") if pictures else ""
    return ViewsRendered(paths, sheet, march.asked, steps.seconds)


def picture_of(seen: Tensor) -> RgbaPicture:
    """Colours times opacity and opacity [H, W, 4] as a picture whose colours do not know of the opacity."""
    values = seen.cpu().numpy()
    alpha = np.clip(values[..., 3:], 0.0, 1.0)
    colours = np.clip(values[..., :3] / np.maximum(alpha, 1e-4), 0.0, 1.0)
    picture: RgbaPicture = np.rint(np.concatenate([colours, alpha], axis=2) * 255.0).astype(np.uint8)
    return _with_colour_around(picture)


def _with_colour_around(picture: RgbaPicture) -> RgbaPicture:
    """Nothing that is seen changes: pixels without alpha take the colour of a neighbour, step by step."""
    spread = picture.copy()
    known = picture[..., 3] > 0
    spread[~known, :3] = 0
    for _ in range(SPREADS):
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            beside, beside_known = np.roll(spread, step, axis), np.roll(known, step, axis)
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, 1) if step > 0 else slice(-1, None)
            beside_known[tuple(edge)] = False  # the opposite edge is no neighbour
            new = beside_known & ~known
            spread[new, :3] = beside[new, :3]
            known |= new
    return spread


def _side_by_side(pictures: Sequence[RgbaPicture], columns: int) -> RgbaPicture:
    side, rows = len(pictures[0]), -(-len(pictures) // columns)
    sheet = np.zeros((rows * side, columns * side, 4), np.uint8)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        sheet[row * side : (row + 1) * side, column * side : (column + 1) * side] = picture
    return sheet


def _saved(picture: RgbaPicture, path: Path) -> str:
    with written_aside(path) as aside:
        Image.fromarray(picture, "RGBA").save(aside, "PNG")
    return str(path)


def _check(settings: ViewSettings, columns: int) -> None:
    """Raises SettingsInvalid."""
    wrong = [
        name
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(settings, name) <= most  # also what is no number
    ]
    if 0.0 < settings.fov < 1.0:
        wrong.append("fov")
    if settings.turn == 0.0:
        wrong.append("turn")
    if not 0 <= columns <= settings.frames or (columns and settings.frames * settings.side**2 > MOST_SHEET_PIXELS):
        wrong.append("sheet")
    if wrong:
        names = ", ".join(wrong)
        raise SettingsInvalid(f"These settings of the views are out of range: {names}. Choose others.", repr(settings))
