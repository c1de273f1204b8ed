# SPDX-License-Identifier: GPL-3.0-or-later
"""The scores know a right field from a wrong one."""

import numpy as np
import pytest
import torch

from training.objects.builder import Builder
from training.objects.material import Material
from training.scores import fscore, sampled, true_mesh

pytestmark = pytest.mark.torch


def test_the_true_mesh_of_a_ball_is_a_ball() -> None:
    builder = Builder()
    builder.ball((0.1, 0, 0), 0.4, Material((1.0, 0.0, 0.0)))
    points = sampled(true_mesh(builder.finish("ball"), 48), 1)
    radii = np.linalg.norm(points - [0.1, 0, 0], axis=1)
    assert radii.mean() == pytest.approx(0.4, abs=0.004)
    assert np.ptp(radii) < 0.02
    assert torch.tensor(points.mean(0)).allclose(torch.tensor([0.1, 0.0, 0.0], dtype=torch.float64), atol=0.02)


def test_the_fscore_counts_both_ways() -> None:
    near, far = np.full(10, 0.01), np.full(10, 0.5)
    assert fscore(near, near, 0.1) == 1.0
    assert fscore(near, far, 0.1) == 0.0
    assert fscore(near, np.concatenate([near, far]), 0.1) == pytest.approx(2 / 3)
