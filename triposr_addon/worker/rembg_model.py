# SPDX-License-Identifier: GPL-3.0-or-later
"""rembg's background models, run by onnxruntime alone: only those of our own list, only files that are already there.

The package rembg (2.0.86) is not imported. That takes a second and 170 MB for what these models don't need, and it
would download a missing model by itself. What it does around a network is little: the numbers are in
NETWORKS, the rest in `_prepared` and `_alpha`; a test compares the masks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.background_models import (
    BACKGROUND_MODELS,
    BackgroundModel,
    best_installed_or_none,
    is_installed,
    model_file,
)
from triposr_addon.worker.failures import RembgFailed, RembgMissing, RembgModelMissing
from triposr_addon.worker.setting_limits import known_model

PLAIN = "Plain Backdrop (--background flat)"
"""What needs no network, by its names in Blender and on the command line."""

Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Network:
    """How a background model's network sees.

    side: of the square picture that it takes, in pixels. mean, deviation: of colours in 0..1, by channel.
    logits: its output still needs a sigmoid.
    """

    side: int = 320
    mean: Triple = IMAGENET_MEAN
    deviation: Triple = IMAGENET_DEVIATION
    logits: bool = False


IS_NET = Network(1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0))

NETWORKS: Mapping[str, Network] = {
    "dis_custom": IS_NET,
    "birefnet-general": Network(1024, logits=True),
    "birefnet-general-lite": Network(1024, logits=True),
    "isnet-general-use": IS_NET,
    "u2net": Network(),
    "silueta": Network(),
    "u2netp": Network(),
    "bria-rmbg": Network(1024),
}
"""By the model's name."""

_LAST: dict[tuple[str, tuple[Path, int, int], bytes], npt.NDArray[np.uint8]] = {}
"""The last mask, by what it was made of: whoever moves a slider, or runs what was shown, waits for no network again."""


_OPEN: list[str] = []

THREADS_VARIABLE = "OMP_NUM_THREADS"
"""The environment's, which onnxruntime does not read: of many processes beside each other each would take all cores."""


def rembg_alpha(rgb: npt.NDArray[np.uint8], rembg_home: Path | None, name: str = "") -> npt.NDArray[np.uint8]:
    """The subject's alpha [H, W] of a photo [H, W, 3], by the model of that name; "" is the best installed one.

    Raises:
        SettingsInvalid: no model has that name.
        RembgModelMissing: its file, or with "" any of our list, is not there.
        RembgMissing: onnxruntime, which runs it, is not installed.
        RembgFailed: the file is damaged, or the model could not run.
    """
    model = installed_model(rembg_home, name)
    asked = (model.name, _file_state(rembg_home, model), hashlib.sha256(rgb.tobytes()).digest())
    found = _LAST.get(asked)
    if found is None:
        found = _found_by(rembg_home, model, rgb)
        _LAST.clear()  # other threads may cut out meanwhile: nothing is looked up again
        _LAST[asked] = found
    return found


def _found_by(rembg_home: Path | None, model: BackgroundModel, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    session = open_model(rembg_home, model.name)[1]
    network = NETWORKS[model.name]
    try:
        outputs = session.run(None, {session.get_inputs()[0].name: _prepared(rgb, network)}, _frugal_run())
        seen = np.asarray(outputs[0], dtype=np.float32)[0, 0]
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime's exceptions have no common class
        raise _failed(model.name, error) from error
    return _alpha(seen, network, rgb.shape)


def open_model(rembg_home: Path | None, name: str = "") -> tuple[BackgroundModel, Any]:
    """The model of that name, or the best installed one, and onnxruntime's session of it.

    The session stays open for the next photo. Raises as rembg_alpha does.
    """
    model = installed_model(rembg_home, name)
    file, *state = _file_state(rembg_home, model)
    session = _session(file, tuple(state))
    _OPEN[:] = [model.name]
    return model, session


def _file_state(rembg_home: Path | None, model: BackgroundModel) -> tuple[Path, int, int]:
    assert rembg_home is not None, "a model is installed somewhere"
    file = model_file(rembg_home, model)
    state = file.stat()
    return file, state.st_mtime_ns, state.st_size


def installed_model(rembg_home: Path | None, name: str = "") -> BackgroundModel:
    """The model of that name; "" is the best one that is installed. Raises SettingsInvalid or RembgModelMissing."""
    if not name:
        best = best_installed_or_none(rembg_home)
        if best is None:
            raise _missing("No background model is installed.", rembg_home)
        return best
    model = known_model(name)
    if rembg_home is None or not is_installed(rembg_home, model):
        raise _missing(f"The background model {model.label} ({name}) is not installed.", rembg_home)
    return model


def _missing(what: str, rembg_home: Path | None) -> RembgModelMissing:
    return RembgModelMissing(
        f"{what} Put its file where the user guide says, or choose {PLAIN}.",
        f"looked in {rembg_home} for {', '.join(model.name for model in BACKGROUND_MODELS)}",
    )


def close_models() -> None:
    """Give an open session's memory back, and the last mask's."""
    _session.cache_clear()
    _OPEN.clear()
    _LAST.clear()


def open_models() -> list[str]:
    """Names of the models whose sessions are open."""
    return list(_OPEN)


@lru_cache(maxsize=1)
def _session(file: Path, _state: tuple[int, ...]) -> Any:
    """onnxruntime's session, one for each state of the file."""
    try:
        import onnxruntime  # here: not every photo needs it, and it may be missing
    except ImportError as error:
        raise RembgMissing(
            f"onnxruntime is not installed. Run the installer again, or choose {PLAIN}.",
            repr(error),
        ) from error
    options = onnxruntime.SessionOptions()
    # As with torch's threads (idle_threads.py): waiting ones must not take the processor from those that work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    asked = os.environ.get(THREADS_VARIABLE, "")
    if asked.isascii() and asked.isdigit():
        options.intra_op_num_threads = int(asked)
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime's exceptions have no common class
        raise _failed(file.stem, error) from error


def _frugal_run() -> Any:
    """Options of one run that give its working memory back: a session that stays open would hold a gigabyte."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _prepared(rgb: npt.NDArray[np.uint8], network: Network) -> npt.NDArray[np.float32]:
    """The photo [H, W, 3] as the network takes it: [1, 3, side, side]."""
    square = Image.fromarray(rgb).resize((network.side, network.side), Image.Resampling.LANCZOS)
    values = np.asarray(square, dtype=np.float32)
    shares = values / max(float(values.max()), 1e-6)
    standing_out = (shares - np.asarray(network.mean)) / np.asarray(network.deviation)
    return np.ascontiguousarray(standing_out.transpose(2, 0, 1)[None], dtype=np.float32)


def _alpha(seen: npt.NDArray[np.float32], network: Network, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """The network's output [side, side], spread over 0..255 and over the photo of that shape."""
    if network.logits:
        seen = np.float32(1.0) / (np.float32(1.0) + np.exp(-seen.clip(-60.0, 60.0)))
    low, high = float(seen.min()), float(seen.max())
    if not high > low:  # it saw one and the same everywhere: no subject
        return np.zeros(shape[:2], dtype=np.uint8)
    mask = Image.fromarray(((seen - low) / (high - low) * 255.0).astype(np.uint8))
    return np.asarray(mask.resize((shape[1], shape[0]), Image.Resampling.LANCZOS))


def _failed(name: str, error: Exception) -> RembgFailed:
    return RembgFailed(
        f"The background model {name} could not be used. Put a sound file in its place, or choose {PLAIN}.",
        repr(error),
    )
