# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is broken off and goes on ends where an unbroken one does; its weights become a checkpoint folder."""

import dataclasses
from pathlib import Path

import pytest
import torch

from training.batches import Mix
from training.export import LAST_BIAS, THIN_PARTS, TooLargeError, export, read_best
from training.network import MICRO, build, config_mapping, grown
from training.samples import POINTS, write_shard
from training.schedule import Stage, read_schedule
from training.trainer import Run, Trainer
from training.validation import validation_set
from triposr_addon.worker.checkpoint import load_checkpoint

pytestmark = pytest.mark.torch
MIX = Mix(near=32, middle=32, silhouette=16, cube=16, surface=16)
SCHEDULE = [
    Stage(4, 32, 2, 3, 0.01, 0.002, 0.02, 1.0, MIX),
    Stage(8, 64, 2, 3, 0.01, 0.002, 0.02, 0.5, MIX),
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_shard(folder, "train", 0, size=4)
    return folder


def run_in(samples: Path, output: Path) -> Run:
    output.mkdir(exist_ok=True)
    return Run(samples, output, numbers=MICRO, save_seconds=1e9, score_seconds=1e9)


def trainer(run: Run, lines: list[str] | None = None) -> Trainer:
    return Trainer(run, SCHEDULE, 0, None, (lines if lines is not None else []).append)


def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(samples: Path, tmp_path: Path) -> None:
    whole = trainer(run_in(samples, tmp_path / "whole"))
    whole.train()
    broken = trainer(run_in(samples, tmp_path / "broken"))
    for _ in range(2):
        broken._step(SCHEDULE[0])
    broken.save()
    resumed = trainer(broken.run)
    assert resumed.progress.step == 2
    resumed.train()
    for name, weight in whole.optimiser.masters.items():
        torch.testing.assert_close(resumed.optimiser.masters[name], weight, rtol=0, atol=0)
        torch.testing.assert_close(resumed.optimiser.smoothed[name], whole.optimiser.smoothed[name], rtol=0, atol=0)


def test_training_lowers_the_loss_on_samples_it_sees_again(samples: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    run = run_in(samples, tmp_path / "run")
    one = trainer(run, lines)
    stage = dataclasses.replace(SCHEDULE[0], steps=60, batch=4)
    first = sum(one._step(stage)[0] for _ in range(5))
    for _ in range(50):
        one._step(stage)
    assert sum(one._step(stage)[0] for _ in range(5)) < 0.8 * first


def test_growing_keeps_the_rest_and_fits_the_larger_network() -> None:
    small, large = build(config_mapping(4, 32, **MICRO)), build(config_mapping(8, 64, **MICRO))
    weights = grown(small.state_dict(), 8, 8)
    large.load_state_dict(weights)
    torch.testing.assert_close(
        weights["tokenizer.embeddings"].mean(), small.tokenizer.embeddings.mean(), rtol=0, atol=0.02
    )


def test_an_export_loads_as_the_weights_that_were_trained(samples: Path, tmp_path: Path) -> None:
    run = run_in(samples, tmp_path / "run")
    scores = validation_set(tmp_path / "validation.npz", 2, 12)
    one = Trainer(run, SCHEDULE[:1], 0, scores, print)
    one.progress.best = -1.0
    one._step(SCHEDULE[0])
    one.score()
    weights, about = read_best(run.output / "best.safetensors")
    export(run.output / "best.safetensors", tmp_path / "folder", MICRO)
    loaded = load_checkpoint(tmp_path / "folder", torch.device("cpu"), "full").reconstructor.state_dict()
    assert loaded.keys() == weights.keys()
    for name, tensor in loaded.items():
        expected = weights[name] + (torch.tensor([about["offset"] + THIN_PARTS, 0, 0, 0]) if name == LAST_BIAS else 0)
        torch.testing.assert_close(tensor, expected, rtol=1e-3, atol=1e-3)


def test_weights_over_the_limit_are_refused_before_anything_is_written(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.export.LARGEST_BYTES", 1000)
    run = run_in(samples, tmp_path / "run")
    one = Trainer(run, SCHEDULE[:1], 0, None, print)
    one._keep_best(0.0)
    with pytest.raises(TooLargeError):
        export(run.output / "best.safetensors", tmp_path / "folder", MICRO)
    assert not (tmp_path / "folder").exists()


def test_the_schedule_grows_and_every_mix_fits_what_samples_hold() -> None:
    stages = read_schedule()
    assert [stage.plane for stage in stages] == sorted(stage.plane for stage in stages)
    for stage in stages:
        assert 0 < stage.rate_share(0) < stage.rate_share(stage.steps // 10) <= 1
        assert stage.mix.near <= POINTS["near"]
        assert stage.mix.middle <= POINTS["middle"]
