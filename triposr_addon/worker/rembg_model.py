# SPDX-License-Identifier: GPL-3.0-or-later
"""rembg's background models, run by onnxruntime alone: only those of our own list, only files that are already there.

The package rembg (2.0.86) is not imported. That takes a second and 170 MB for what these models don't need, and it
would download a missing model by itself. What it does around a network is little: the numbers are in
BACKGROUND_MODELS, the rest in `_prepared` and `_alpha`; a test compares the masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.worker.failures import RembgFailed, RembgMissing, RembgModelMissing

Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION: Triple = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class BackgroundModel:
    """One model: rembg's name of it, its licence, its file's size in bytes (0: any), and how its network sees.

    side: of the square picture that it takes, in pixels. mean, deviation: of colours in 0..1, by channel.
    logits: its output still needs a sigmoid.
    """

    name: str
    licence: str
    size: int
    side: int = 320
    mean: Triple = IMAGENET_MEAN
    deviation: Triple = IMAGENET_DEVIATION
    logits: bool = False


BACKGROUND_MODELS = (
    BackgroundModel("dis_custom", "your own file", 0, 1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)),
    BackgroundModel("birefnet-general", "MIT", 972_666_916, 1024, logits=True),
    BackgroundModel("birefnet-general-lite", "MIT", 224_005_088, 1024, logits=True),
    BackgroundModel("isnet-general-use", "Apache-2.0", 178_648_008, 1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)),
    BackgroundModel("u2net", "Apache-2.0", 175_997_641),
    BackgroundModel("silueta", "none stated", 44_173_029),
    BackgroundModel("u2netp", "Apache-2.0", 4_574_861),
)
"""Best first. `dis_custom` is any network of the DIS kind that the artist put there."""


def installed_model_or_none(rembg_home: Path | None) -> BackgroundModel | None:
    """The best model whose file is in `rembg_home`; None where there is none, or no such folder."""
    if rembg_home is None:
        return None
    return next((model for model in BACKGROUND_MODELS if model_file(rembg_home, model).is_file()), None)


def model_file(rembg_home: Path, model: BackgroundModel) -> Path:
    """Where rembg keeps the model's file."""
    return rembg_home / "models" / model.name / f"{model.name}.onnx"


def rembg_alpha(rgb: npt.NDArray[np.uint8], rembg_home: Path | None) -> npt.NDArray[np.uint8]:
    """The subject's alpha [H, W] of a photo [H, W, 3], by the best installed model.

    Raises:
        RembgModelMissing: no model file of our list is there.
        RembgMissing: onnxruntime, which runs it, is not installed.
        RembgFailed: the file is damaged, or the model could not run.
    """
    model, session = open_best_model(rembg_home)
    try:
        outputs = session.run(None, {session.get_inputs()[0].name: _prepared(rgb, model)}, _frugal_run())
        seen = np.asarray(outputs[0], dtype=np.float32)[0, 0]
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime's exceptions have no common class
        raise _failed(model.name, error) from error
    return _alpha(seen, model, rgb.shape)


def open_best_model(rembg_home: Path | None) -> tuple[BackgroundModel, Any]:
    """The best installed model and onnxruntime's session of it, which stays open for the next photo.

    Raises RembgModelMissing, RembgMissing or RembgFailed, as rembg_alpha does.
    """
    model = installed_model_or_none(rembg_home)
    if rembg_home is None or model is None:
        raise RembgModelMissing(
            "No background model is installed. Put one where the user guide says, or choose Plain Backdrop.",
            f"looked in {rembg_home} for {', '.join(known.name for known in BACKGROUND_MODELS)}",
        )
    file = model_file(rembg_home, model)
    state = file.stat()
    return model, _session(file, (state.st_mtime_ns, state.st_size))


def close_models() -> None:
    """Give an open session's memory back."""
    _session.cache_clear()


@lru_cache(maxsize=1)
def _session(file: Path, _state: tuple[int, int]) -> Any:
    """onnxruntime's session, one for each state of the file."""
    try:
        import onnxruntime  # here: not every photo needs it, and it may be missing
    except ImportError as error:
        raise RembgMissing(
            "onnxruntime is not installed. Run the installer again, or choose Plain Backdrop.", repr(error)
        ) from error
    options = onnxruntime.SessionOptions()
    # As with torch's threads (idle_threads.py): waiting ones must not take the processor from those that work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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


def _prepared(rgb: npt.NDArray[np.uint8], model: BackgroundModel) -> npt.NDArray[np.float32]:
    """The photo [H, W, 3] as the network takes it: [1, 3, side, side]."""
    square = Image.fromarray(rgb).resize((model.side, model.side), Image.Resampling.LANCZOS)
    values = np.asarray(square, dtype=np.float32)
    shares = values / max(float(values.max()), 1e-6)
    standing_out = (shares - np.asarray(model.mean)) / np.asarray(model.deviation)
    return np.ascontiguousarray(standing_out.transpose(2, 0, 1)[None], dtype=np.float32)


def _alpha(seen: npt.NDArray[np.float32], model: BackgroundModel, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """The network's output [side, side], spread over 0..255 and over the photo of that shape."""
    if model.logits:
        seen = np.float32(1.0) / (np.float32(1.0) + np.exp(-seen.clip(-60.0, 60.0)))
    low, high = float(seen.min()), float(seen.max())
    if not high > low:  # it saw one and the same everywhere: no subject
        return np.zeros(shape[:2], dtype=np.uint8)
    mask = Image.fromarray(((seen - low) / (high - low) * 255.0).astype(np.uint8))
    return np.asarray(mask.resize((shape[1], shape[0]), Image.Resampling.LANCZOS))


def _failed(name: str, error: Exception) -> RembgFailed:
    return RembgFailed(
        f"The background model {name} could not be used. Put a sound file in its place, or choose Plain Backdrop.",
        repr(error),
    )
