# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in model, as shipped, reconstructs held-out objects; its picture from the front is the photo's shape."""

import numpy as np
import pytest
import torch

from training.evaluate import evaluate, field_of_picture, table
from training.field_picture import field_pictures
from training.samples import SPLIT_SEEDS, picture_of, placed_object
from training.validation import framed
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, load_checkpoint

pytestmark = pytest.mark.torch


def test_the_built_in_model_is_far_better_than_a_guess() -> None:
    result = evaluate(PREVIEW_FOLDER, range(4))
    mean = result["mean"]
    assert mean["overlap"] > 0.35  # a ball of the right size gets about 0.2
    assert mean["fscore_10"] > 0.7
    assert "overlap" in table(result)


def test_the_field_seen_from_the_front_covers_the_subject() -> None:
    checkpoint = load_checkpoint(PREVIEW_FOLDER, torch.device("cpu"), "full")
    seed = SPLIT_SEEDS["test"] + 1
    thing = placed_object(seed)
    size = checkpoint.config.image_size
    field = field_of_picture(checkpoint, framed(picture_of(thing, seed, size)))
    front, side = field_pictures(field, [(0.0, 0.0), (60.0, 20.0)], 64)
    alpha = picture_of(thing, seed, 64)[..., 3] > 127
    covered = np.abs(front.astype(int) - 128).max(-1) > 8
    assert (covered & alpha).sum() / (covered | alpha).sum() > 0.5
    assert np.abs(front.astype(int) - side.astype(int)).mean() > 1.0
