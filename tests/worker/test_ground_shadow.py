# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import numpy.typing as npt

from triposr_addon.worker.flat_background import fill_flat_background

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
SIDE = 256
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.float32)
SUBJECT = np.hypot(ROWS - 130, COLUMNS - 128) < 60


def blob(row: float, column: float, size: tuple[float, float]) -> Plane:
    """A soft spot [H, W], 1 in its middle."""
    squares = ((ROWS - row) / size[0]) ** 2 + ((COLUMNS - column) / size[1]) ** 2
    return np.asarray(np.exp(-squares), np.float32)


def photo_of_ball(backdrop: tuple[float, float, float], ball: tuple[float, float, float], shadow: float) -> Picture:
    """A shaded ball that throws a shadow to the lower right, RGBA [256, 256, 4]."""
    shade = 1.0 - shadow * blob(195, 150, (34.0, 80.0))
    colour = shade[..., None] * np.array(backdrop, np.float32)
    lit = 1.0 - 0.5 * np.clip((ROWS + COLUMNS - 200) / 200, 0, 1)
    colour = np.where(SUBJECT[..., None], lit[..., None] * np.array(ball, np.float32), colour)
    picture = np.full((SIDE, SIDE, 4), 255, np.uint8)
    picture[..., :3] = np.rint(255 * np.clip(colour, 0, 1))
    return picture


def errors(picture: Picture) -> tuple[float, float]:
    """Shares of the background that was kept, and of the subject that was lost."""
    alpha = fill_flat_background(picture).alpha
    return float(alpha[~SUBJECT].mean()), float(1 - alpha[SUBJECT].mean())


def test_a_soft_shadow_is_background() -> None:
    kept, lost = errors(photo_of_ball((0.85, 0.86, 0.84), (0.7, 0.15, 0.1), shadow=0.45))
    assert kept < 0.02
    assert lost < 0.02


def test_a_subject_of_the_backdrops_hue_keeps_its_outline() -> None:
    """A darker ball in front of grey is a step, not a shadow, although its hue is the backdrop's."""
    kept, lost = errors(photo_of_ball((0.85, 0.85, 0.85), (0.6, 0.6, 0.6), shadow=0.3))
    assert kept < 0.02
    assert lost < 0.02


def test_nothing_changes_where_there_is_no_shadow() -> None:
    kept, lost = errors(photo_of_ball((0.5, 0.62, 0.58), (0.7, 0.15, 0.1), shadow=0.0))
    assert kept < 0.02
    assert lost < 0.02
