# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes trained weights as a checkpoint folder of the released layout: config.yaml and model.safetensors in fp16."""

import json
from pathlib import Path
from typing import Any

import safetensors
import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.network import config_mapping

LAST_BIAS = "decoder.layers.8.bias"
LARGEST_BYTES = 20_000_000
THIN_PARTS = 0.45
"""Added to the calibrated offset, about from threshold 25 to 16. The best overlap cuts spouts and handles off: they are
uncertain, so their density is low. This gives up 0.03 of IoU and a teapot keeps them."""
CONFIG_HEADER = "# The built-in preview model: the released form with small numbers. Made by `python -m training`.\n"


class TooLargeError(Exception):
    """The weights would not fit the extension's limit for the built-in model."""


def calibrated(weights: dict[str, Tensor], offset: float) -> dict[str, Tensor]:
    """The weights with `offset` added to every raw density, which moves the surface outwards where it is positive."""
    out = dict(weights)
    bias = out[LAST_BIAS].clone()
    bias[0] += offset
    out[LAST_BIAS] = bias
    return out


def read_best(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights that the trainer kept, and what it noted about them."""
    with safetensors.safe_open(path, framework="pt") as file:
        about: dict[str, Any] = json.loads(file.metadata()["about"])
    return load_file(path), about


def export(best: Path, folder: Path, numbers: dict[str, int] | None = None) -> dict[str, Any]:
    """Writes the checkpoint folder from the trainer's best weights and returns the trainer's note about them.

    Raises TooLargeError before anything is written.
    """
    weights, about = read_best(best)
    level = about["offset"] + THIN_PARTS
    released = {name: tensor.half().contiguous() for name, tensor in calibrated(weights, level).items()}
    size = sum(tensor.nbytes for tensor in released.values())
    if size > LARGEST_BYTES:
        raise TooLargeError(f"{size} bytes of weights; at most {LARGEST_BYTES} are allowed")
    if not all(torch.isfinite(tensor).all() for tensor in released.values()):
        raise ValueError("the weights do not fit half precision")
    folder.mkdir(parents=True, exist_ok=True)
    mapping = config_mapping(about["plane"], about["image"], **(numbers or {}))
    text = CONFIG_HEADER + yaml.safe_dump(mapping, sort_keys=False)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    save_file(released, folder / "model.safetensors", metadata={"format": "pt"})
    return about
