# SPDX-License-Identifier: GPL-3.0-or-later
"""However a sample is varied, its points still belong to its picture."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.batches import BACKGROUND, Mix, SampleStore
from training.placement import CAMERA_DISTANCE, HALF_VIEW
from training.samples import write_shard

pytestmark = pytest.mark.torch
MIX = Mix(near=200, middle=200, silhouette=100, cube=50, surface=100)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SampleStore:
    folder = tmp_path_factory.mktemp("samples")
    write_shard(folder, "train", 0, size=6)
    return SampleStore(folder, "train")


def test_inner_points_lie_behind_the_subject_whichever_way_it_is_mirrored(store: SampleStore) -> None:
    batch = store.batch(16, 128, MIX, np.random.default_rng(3))
    shares = []
    for image, points, distances in zip(batch.images, batch.points, batch.distances, strict=True):
        inner = points[distances < -0.01]
        flat = inner[:, 1:] / (CAMERA_DISTANCE - inner[:, :1]) / HALF_VIEW
        columns, rows = ((1 + flat[:, 0]) * 64).long(), ((1 - flat[:, 1]) * 64).long()
        subject = (image - BACKGROUND).abs().amax(0) > 0.07
        shares.append(float(subject[rows.clamp(0, 127), columns.clamp(0, 127)].float().mean()))
    # Grey parts of a subject look like the background, so a grey subject is missed and the middle one counts.
    assert np.median(shares) > 0.9


def test_a_batch_is_a_function_of_the_generator_alone(store: SampleStore) -> None:
    first, again = (store.batch(3, 64, MIX, np.random.default_rng(9)) for _ in range(2))
    assert first.images.shape == (3, 3, 64, 64)
    for part in ("images", "points", "distances", "surface", "colours"):
        torch.testing.assert_close(getattr(first, part), getattr(again, part), rtol=0, atol=0)


def test_shards_written_later_are_taken_in(tmp_path: Path) -> None:
    write_shard(tmp_path, "train", 0, size=1)
    store = SampleStore(tmp_path, "train")
    write_shard(tmp_path, "train", 1, size=2)
    assert len(store) == 1
    store.refresh()
    assert len(store) == 3


def test_a_store_without_shards_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no finished train shards"):
        SampleStore(tmp_path, "train").batch(1, 64, MIX, np.random.default_rng(0))


def test_a_finished_shard_is_kept_and_an_unfinished_one_is_not_seen(tmp_path: Path) -> None:
    folder = write_shard(tmp_path, "train", 0, size=1)
    before = (folder / "rgba.npy").stat().st_mtime_ns
    assert write_shard(tmp_path, "train", 0, size=1) == folder
    assert (folder / "rgba.npy").stat().st_mtime_ns == before
    (tmp_path / ".unfinished-train-00001").mkdir()
    assert len(SampleStore(tmp_path, "train")) == 1
