# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a checkpoint folder, strictly and safely: `config.yaml` beside `model.safetensors` or `model.ckpt`.

Nothing in the folder can run code: YAML is read by the safe loader, class names are looked up in a table, a .ckpt is
unpickled with `weights_only`. The network is built without memory (`meta`) and takes the file's memory-mapped
tensors as its own. Where it computes in half precision, these come from a copy that the first loading leaves beside a
float32 source (half_weights.py).
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_file
from torch import Tensor

from triposr_addon.worker.device import is_out_of_memory
from triposr_addon.worker.failures import (
    ModelClassUnknown,
    ModelConfigInvalid,
    ModelFileMissing,
    ModelFileUnreadable,
    ModelTensorExtra,
    ModelTensorMisshapen,
    ModelTensorMissing,
)
from triposr_addon.worker.half_weights import (
    SourceState,
    Weights,
    read_half_weights_or_none,
    write_half_weights,
)
from triposr_addon.worker.model.config import (
    ModelConfig,
    ModelConfigError,
    UnknownPartClass,
    model_config_from_mapping,
)
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.precision import Precision, network_type
from triposr_addon.worker.sound_text import sound_text

PREVIEW_FOLDER = Path(__file__).parent / "checkpoints" / "preview"
"""The built-in model: small, for simple objects, to try the tool offline."""

CONFIG_NAME = "config.yaml"
WEIGHT_NAMES = ("model.safetensors", "model.ckpt")
LARGEST_CONFIG_BYTES = 16 * 1024
MOST_BRACKETS = 200
"""YAML's reader takes time by their square."""
LARGEST_WORD = 200
"""Letters of what is told of a damaged file."""
INTERPOLATION = re.compile(r"\$\{([\w.]+)\}")


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A network in evaluation mode, its weights frozen.

    `network_type`: what its inner linear layers compute in; all else is float32 (`Reconstructor.type_of_tensors`).
    `sha256` is that of the weights file, of the source where a copy was read.
    """

    reconstructor: Reconstructor
    config: ModelConfig
    name: str
    sha256: str
    network_type: torch.dtype


def load_checkpoint(folder: Path, device: torch.device, precision: Precision = "auto") -> LoadedCheckpoint:
    """Read the checkpoint in `folder` onto `device`. Raises a ModelFailure that says what is wrong with it."""
    loaded = load_on_host(folder, network_type(device, precision))
    loaded.reconstructor.to(device)
    return loaded


def load_on_host(folder: Path, inner_type: torch.dtype) -> LoadedCheckpoint:
    """Read the checkpoint in `folder` into tensors of the processor, memory-mapped where they need no conversion.

    They have the types that they will have on the device, for a network that computes in `inner_type`.

    Raises a ModelFailure that says what is wrong with it.
    """
    config = read_config(_config_path(folder))
    with torch.device("meta"):
        reconstructor = Reconstructor(config)
    weights = _weights(folder, reconstructor, inner_type)
    reconstructor.load_state_dict(weights.tensors, assign=True)
    reconstructor.requires_grad_(requires_grad=False).eval()
    return LoadedCheckpoint(reconstructor, config, sound_text(folder.name), weights.sha256, inner_type)


def read_config(path: Path) -> ModelConfig:
    """Read a config.yaml of the released form. Raises ModelFileMissing, -Unreadable, ConfigInvalid, ClassUnknown."""
    try:
        mapping = _resolved(_yaml_mapping(path))
        return model_config_from_mapping(mapping)
    except RecursionError as error:
        raise _unreadable(path, "nested too deeply") from error
    except UnknownPartClass as error:
        raise ModelClassUnknown(
            f"The model's {CONFIG_NAME} names a network that this extension does not know. "
            "Choose a TripoSR checkpoint folder.",
            f"{path}: {error!s:.200}",
        ) from error
    except ModelConfigError as error:
        raise ModelConfigInvalid(
            f"The model's {CONFIG_NAME} makes no sense ({error!s:.200}). Download the model again.", str(path)
        ) from error


def _config_path(folder: Path) -> Path:
    if not (folder / CONFIG_NAME).is_file():
        raise _missing(folder, CONFIG_NAME)
    return folder / CONFIG_NAME


def _source_or_none(folder: Path) -> Path | None:
    return next((folder / name for name in WEIGHT_NAMES if (folder / name).is_file()), None)


def _weights(folder: Path, network: Reconstructor, inner_type: torch.dtype) -> Weights:
    """The network's tensors, checked and in their final types: from the half precision copy where that will do."""
    path = _source_or_none(folder)
    copy = _fitting_copy_or_none(folder, path, network, inner_type)
    if copy is not None:
        return copy
    if path is None:
        raise _missing(folder, " or ".join(WEIGHT_NAMES))
    state = SourceState.of(path)
    found = _read_weights(path)
    _check_tensors(network.state_dict(), found, path)
    weights = _converted(Weights(found, _sha256(path)), network, inner_type)
    wants_copy = inner_type != torch.float32 and any(tensor.dtype == torch.float32 for tensor in found.values())
    if wants_copy and write_half_weights(folder, weights, state, inner_type):
        return _fitting_copy_or_none(folder, path, network, inner_type) or weights
    return weights


def _fitting_copy_or_none(
    folder: Path, source: Path | None, network: Reconstructor, inner_type: torch.dtype
) -> Weights | None:
    """The half precision copy, where it is current and wanted. float32 takes it only if there is nothing better."""
    if source is not None and inner_type == torch.float32:
        return None
    copy = read_half_weights_or_none(folder, SourceState.of(source) if source else None, inner_type)
    if copy is None or _shapes(copy.tensors) != _shapes(network.state_dict()):
        return None
    return _converted(copy, network, inner_type)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _converted(weights: Weights, network: Reconstructor, inner_type: torch.dtype) -> Weights:
    types = network.type_of_tensors(inner_type)
    return Weights({name: weights.tensors[name].to(type_) for name, type_ in types.items()}, weights.sha256)


def _missing(folder: Path, name: str) -> ModelFileMissing:
    return ModelFileMissing(
        f"The model folder “{folder.name}” has no {name}. Choose a folder that holds {CONFIG_NAME} and the weights, "
        "or download the model again.",
        str(folder),
    )


def _unreadable(path: Path, reason: object) -> ModelFileUnreadable:
    return ModelFileUnreadable(
        f"The model's file {path.name} can't be read: it is damaged or not a model. Download the model again.",
        f"{path}: {reason!s:.{LARGEST_WORD}}",
    )


def _yaml_mapping(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST_CONFIG_BYTES:
            raise _unreadable(path, "too large for a config")
        text = path.read_text(encoding="utf-8")
        if sum(text.count(bracket) for bracket in "[{") > MOST_BRACKETS:
            raise _unreadable(path, "more brackets than a config has")
        # Entries that stand for others can be endless when they are written out.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise _unreadable(path, "it has aliases")
        mapping = yaml.safe_load(text)
    except (MemoryError, ModelFileUnreadable):
        raise
    except Exception as error:  # the reader of YAML raises whatever a value leads it to
        raise _unreadable(path, repr(error)) from error
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
        _check_nothing_is_packed(path)
        weights = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    except Exception as error:  # torch's reader raises whatever the damage led it to
        if is_out_of_memory(error):
            raise
        raise _unreadable(path, repr(error)) from error
    if not isinstance(weights, dict) or not all(_is_plain(name, entry) for name, entry in weights.items()):
        raise _unreadable(path, "not a mapping from names to plain tensors")
    return weights


def _check_nothing_is_packed(path: Path) -> None:
    """A .ckpt is a zip whose entries lie there as they are; a packed one could unpack to any size.

    Raises ValueError.
    """
    with zipfile.ZipFile(path) as archive:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise ValueError("it is packed")


def _is_plain(name: object, entry: object) -> bool:
    """Whether it is a name and a tensor that has all its numbers: not one that shows the same few again and again."""
    return (
        isinstance(name, str)
        and isinstance(entry, Tensor)
        and entry.layout == torch.strided
        and entry.device.type == "cpu"
        and entry.nbytes <= entry.untyped_storage().nbytes()
    )


def _check_tensors(expected: Mapping[str, Tensor], found: Mapping[str, Tensor], path: Path) -> None:
    again = "Choose another model folder or download the model again."
    if missing := sorted(expected.keys() - found.keys()):
        raise ModelTensorMissing(f"The model lacks the tensor {missing[0]}. {again}", _listing(path, missing))
    if extra := sorted(found.keys() - expected.keys()):
        sentence = f"The model holds an unknown tensor, {printable(extra[0])}. {again}"
        raise ModelTensorExtra(sentence, _listing(path, extra))
    for name, tensor in expected.items():
        if found[name].shape != tensor.shape or not found[name].is_floating_point():
            is_ = f"{list(found[name].shape)} {found[name].dtype}"
            sentence = f"The model's tensor {name} is {is_}, but {CONFIG_NAME} asks for "
            raise ModelTensorMisshapen(f"{sentence}{list(tensor.shape)}. {again}", str(path))


def _listing(path: Path, names: list[str]) -> str:
    return f"{path}: {len(names)} tensors: " + ", ".join(printable(name) for name in names[:20])


def printable(name: str) -> str:
    """A name from a file, short, and without what would break a line or turn it round."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:80])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
