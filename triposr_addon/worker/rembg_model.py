# SPDX-License-Identifier: GPL-3.0-or-later
"""rembg's background models: only those of our own list, and only files that are already there.

rembg (2.0.86) would download a missing model by itself, takes by default one whose licence forbids commercial use,
and knows sessions that send the picture away. So the file is looked for first, and the name always comes from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.worker.failures import RembgFailed, RembgMissing, RembgModelMissing


@dataclass(frozen=True)
class BackgroundModel:
    """One model: rembg's name of it, its licence, its file's size in bytes (0: any)."""

    name: str
    licence: str
    size: int


BACKGROUND_MODELS = (
    BackgroundModel("dis_custom", "your own file", 0),
    BackgroundModel("birefnet-general", "MIT", 972_666_916),
    BackgroundModel("birefnet-general-lite", "MIT", 224_005_088),
    BackgroundModel("isnet-general-use", "Apache-2.0", 178_648_008),
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
    """Where rembg looks for the model's file."""
    return rembg_home / "models" / model.name / f"{model.name}.onnx"


def rembg_alpha(rgb: npt.NDArray[np.uint8], rembg_home: Path | None) -> npt.NDArray[np.uint8]:
    """The subject's alpha [H, W] of a photo [H, W, 3], by the best installed model.

    Raises:
        RembgModelMissing: no model file of our list is there.
        RembgMissing: the package, or the onnxruntime that it needs, is not installed.
        RembgFailed: the file is damaged, or the model could not run.
    """
    name, session = open_best_model(rembg_home)
    try:
        mask = session.predict(Image.fromarray(rgb))[0]
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime's exceptions have no common class
        raise _failed(name, error) from error
    return np.asarray(mask.convert("L"))


def open_best_model(rembg_home: Path | None) -> tuple[str, Any]:
    """The best installed model's name and rembg's session of it, which stays open for the next photo.

    Raises RembgModelMissing, RembgMissing or RembgFailed, as rembg_alpha does.
    """
    model = installed_model_or_none(rembg_home)
    if rembg_home is None or model is None:
        raise RembgModelMissing(
            "No background model is installed. Put one where the user guide says, or choose Plain Backdrop.",
            f"looked in {rembg_home} for {', '.join(known.name for known in BACKGROUND_MODELS)}",
        )
    state = model_file(rembg_home, model).stat()
    return model.name, _session(model.name, rembg_home, (state.st_mtime_ns, state.st_size))


def close_models() -> None:
    """Give an open session's memory back."""
    _session.cache_clear()


@lru_cache(maxsize=1)
def _session(name: str, rembg_home: Path, _file_state: tuple[int, int]) -> Any:
    """rembg's session, one for each state of its file. The file is known to be there: nothing is downloaded."""
    with _rembg_looking_in(rembg_home):
        try:
            from rembg import new_session
        except (ImportError, SystemExit) as error:  # rembg leaves the whole process when onnxruntime is missing
            raise RembgMissing(
                "rembg or onnxruntime is not installed. Run the installer again, or choose Plain Backdrop.",
                repr(error),
            ) from error
        path = rembg_home / "models" / name / f"{name}.onnx"
        try:
            return new_session(name, model_path=str(path), providers=["CPUExecutionProvider"])
        except MemoryError:
            raise
        except Exception as error:  # onnxruntime's exceptions have no common class
            raise _failed(name, error) from error


def _failed(name: str, error: Exception) -> RembgFailed:
    return RembgFailed(
        f"The background model {name} could not be used. Put a sound file in its place, or choose Plain Backdrop.",
        repr(error),
    )


@contextmanager
def _rembg_looking_in(rembg_home: Path) -> Iterator[None]:
    """rembg learns its folder from the environment, where an older name of the variable wins."""
    before = {name: os.environ.get(name) for name in ("REMBG_HOME", "U2NET_HOME")}
    os.environ["REMBG_HOME"] = str(rembg_home)
    os.environ.pop("U2NET_HOME", None)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
