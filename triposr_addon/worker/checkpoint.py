# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a checkpoint folder, strictly and safely: `config.yaml` beside `model.safetensors` or `model.ckpt`.

Nothing in the folder can run code: YAML is read by the safe loader, class names are looked up in a table, a .ckpt is
unpickled with `weights_only`. The network is built without memory (`meta`) and takes the file's memory-mapped
tensors as its own.
"""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from triposr_addon.worker.failures import (
    ModelClassUnknown,
    ModelConfigInvalid,
    ModelFileMissing,
    ModelFileUnreadable,
    ModelTensorExtra,
    ModelTensorMisshapen,
    ModelTensorMissing,
)
from triposr_addon.worker.model.config import (
    ModelConfig,
    ModelConfigError,
    UnknownPartClass,
    model_config_from_mapping,
)
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.tensor_names import module_name, released_name

PREVIEW_FOLDER = Path(__file__).parent / "checkpoints" / "preview"
"""The built-in model: small, for simple objects, to try the tool offline."""

CONFIG_NAME = "config.yaml"
WEIGHT_NAMES = ("model.safetensors", "model.ckpt")
LARGEST_CONFIG_BYTES = 64 * 1024
INTERPOLATION = re.compile(r"\$\{([\w.]+)\}")


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A network in evaluation mode, float32, on its device; `sha256` is that of the weights file."""

    reconstructor: Reconstructor
    config: ModelConfig
    name: str
    sha256: str


def load_checkpoint(folder: Path, device: torch.device) -> LoadedCheckpoint:
    """Read the checkpoint in `folder` onto `device`. Raises a ModelFailure that says what is wrong with it."""
    config_path, weights_path = folder / CONFIG_NAME, _weights_path(folder)
    config = read_config(config_path)
    weights = {module_name(name): tensor for name, tensor in _read_weights(weights_path).items()}
    with torch.device("meta"):
        reconstructor = Reconstructor(config)
    _check_tensors(reconstructor.state_dict(), weights, weights_path)
    reconstructor.load_state_dict(weights, assign=True)
    reconstructor.requires_grad_(requires_grad=False).eval()
    return LoadedCheckpoint(reconstructor.to(device, torch.float32), config, folder.name, _sha256(weights_path))


def read_config(path: Path) -> ModelConfig:
    """Read a config.yaml of the released form. Raises ModelFileMissing, -Unreadable, ConfigInvalid, ClassUnknown."""
    try:
        mapping = _resolved(_yaml_mapping(path))
        return model_config_from_mapping(mapping)
    except UnknownPartClass as error:
        raise ModelClassUnknown(
            f"The model's {CONFIG_NAME} names a network that this extension does not know. "
            "Choose a TripoSR checkpoint folder.",
            f"{path}: {error}",
        ) from error
    except ModelConfigError as error:
        raise ModelConfigInvalid(
            f"The model's {CONFIG_NAME} makes no sense ({error}). Download the model again.", str(path)
        ) from error


def _weights_path(folder: Path) -> Path:
    if not (folder / CONFIG_NAME).is_file():
        raise _missing(folder, CONFIG_NAME)
    for name in WEIGHT_NAMES:
        if (folder / name).is_file():
            return folder / name
    raise _missing(folder, " or ".join(WEIGHT_NAMES))


def _missing(folder: Path, name: str) -> ModelFileMissing:
    return ModelFileMissing(
        f"The model folder “{folder.name}” has no {name}. Choose a folder that holds {CONFIG_NAME} and the weights, "
        "or download the model again.",
        str(folder),
    )


def _unreadable(path: Path, reason: object) -> ModelFileUnreadable:
    return ModelFileUnreadable(
        f"The model's file {path.name} can't be read: it is damaged or not a model. Download the model again.",
        f"{path}: {reason}",
    )


def _yaml_mapping(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST_CONFIG_BYTES:
            raise _unreadable(path, "too large for a config")
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(mapping, dict):
        raise _unreadable(path, "not a mapping")
    return mapping


def _resolved(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replace values such as ${tokenizer.num_channels} by the entry they point at, one step deep."""

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: resolve(entry) for key, entry in value.items()}
        match = INTERPOLATION.fullmatch(value) if isinstance(value, str) else None
        return _entry_at(mapping, match[1]) if match else value

    resolved: Mapping[str, Any] = resolve(mapping)
    return resolved


def _entry_at(mapping: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        if not isinstance(mapping, dict) or key not in mapping:
            raise ModelConfigError(f"${{{dotted}}} points at no entry")
        mapping = mapping[key]
    return mapping


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        weights = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, SafetensorError, pickle.UnpicklingError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(weights, dict) or not all(isinstance(entry, Tensor) for entry in weights.values()):
        raise _unreadable(path, "not a mapping from names to tensors")
    return weights


def _check_tensors(expected: Mapping[str, Tensor], found: Mapping[str, Tensor], path: Path) -> None:
    again = "Choose another model folder or download the model again."
    if missing := sorted(expected.keys() - found.keys()):
        name = released_name(missing[0])
        raise ModelTensorMissing(f"The model lacks the tensor {name}. {again}", _listing(path, missing))
    if extra := sorted(found.keys() - expected.keys()):
        name = released_name(extra[0])
        raise ModelTensorExtra(f"The model holds an unknown tensor, {name:.80}. {again}", _listing(path, extra))
    for key, tensor in expected.items():
        if found[key].shape != tensor.shape or not found[key].is_floating_point():
            is_ = f"{list(found[key].shape)} {found[key].dtype}"
            sentence = f"The model's tensor {released_name(key)} is {is_}, but {CONFIG_NAME} asks for "
            raise ModelTensorMisshapen(f"{sentence}{list(tensor.shape)}. {again}", str(path))


def _listing(path: Path, names: list[str]) -> str:
    return f"{path}: {len(names)} tensors: " + ", ".join(released_name(name) for name in names[:20])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
