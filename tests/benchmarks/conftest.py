# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields to measure with: a ball whose surface is known, and the four fitted ones of the facts folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def ball_arrays() -> dict[str, Any]:
    """A ball of radius 0.5 as it is kept in an .npz: to be spoilt."""
    from tests.worker.solids import ball  # here: without torch this file is still read

    field = ball(0.5)
    weights = {f"decoder.{name}": value.numpy() for name, value in field.decoder.state_dict().items()}
    return {"planes": field.planes.numpy(), **weights}


@pytest.fixture
def ball_file(ball_arrays: dict[str, Any], tmp_path: Path) -> Path:
    """That .npz."""
    import numpy as np

    path = tmp_path / "ball.npz"
    np.savez(path, **ball_arrays)
    return path


@pytest.fixture
def fitted(facts: Path) -> Path:
    """The folder of chair.npz, torus.npz, thin.npz and nerf_chair.npz."""
    return facts / "fields"
