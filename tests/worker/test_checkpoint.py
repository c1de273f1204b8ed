# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading a checkpoint folder: what is right loads exactly, what is wrong is named."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from safetensors.torch import save_file  # noqa: E402 - after the check that torch is there
from torch import Tensor  # noqa: E402

from tests.worker.bad_input import copied  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.checkpoint import load_checkpoint, read_config  # noqa: E402
from triposr_addon.worker.model.reconstructor import Reconstructor  # noqa: E402
from triposr_addon.worker.precision import Precision  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

CPU = torch.device("cpu")
Spoil = Callable[[Path], object]


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    return copied(tiny_checkpoint, tmp_path / "tiny")


def edit_config(old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = (folder / "config.yaml").read_text()
        assert old in text
        (folder / "config.yaml").write_text(text.replace(old, new))

    return spoil


def edit_weights(change: Callable[[dict[str, Tensor]], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        weights = torch.load(folder / "model.ckpt", weights_only=True)
        change(weights)
        torch.save(weights, folder / "model.ckpt")

    return spoil


def cut_weights_short(folder: Path) -> None:
    data = (folder / "model.ckpt").read_bytes()
    (folder / "model.ckpt").write_bytes(data[: len(data) // 2])


class Bomb:
    """Unpickling this would make a folder."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.mkdir, (Path("exploded"),)


def hide_code_in_weights(folder: Path) -> None:
    torch.save({"decoder.layers.0.weight": Bomb()}, folder / "model.ckpt")


SPOILT: list[tuple[str, Spoil, type[failures.WorkerFailure], str]] = [
    ("no config", lambda f: (f / "config.yaml").unlink(), failures.ModelFileMissing, "config.yaml"),
    ("no weights", lambda f: (f / "model.ckpt").unlink(), failures.ModelFileMissing, "model.safetensors"),
    ("config not YAML", edit_config("cond_image_size: 64", "{[: 64"), failures.ModelFileUnreadable, "config.yaml"),
    ("config a list", lambda f: (f / "config.yaml").write_text("- 1"), failures.ModelFileUnreadable, "config.yaml"),
    ("unknown class", edit_config("NeRFMLP", "os.system"), failures.ModelClassUnknown, "TripoSR"),
    ("entry missing", edit_config("plane_size: 8", "side: 8"), failures.ModelConfigInvalid, "plane_size"),
    ("entry not a number", edit_config("num_layers: 2", "num_layers: two"), failures.ModelConfigInvalid, "num_layers"),
    ("parts disagree", edit_config("out_channels: 12", "out_channels: 13"), failures.ModelConfigInvalid, "decoder"),
    ("loose end", edit_config("${tokenizer.num_channels}", "${no.such}"), failures.ModelConfigInvalid, "no.such"),
    ("cut short", cut_weights_short, failures.ModelFileUnreadable, "model.ckpt"),
    ("empty", lambda f: (f / "model.ckpt").write_bytes(b""), failures.ModelFileUnreadable, "model.ckpt"),
    ("code inside", hide_code_in_weights, failures.ModelFileUnreadable, "model.ckpt"),
    (
        "tensor missing",
        edit_weights(lambda w: w.pop("image_tokenizer.model.encoder.layer.1.output.dense.bias")),
        failures.ModelTensorMissing,
        "image_tokenizer.model.encoder.layer.1.output.dense.bias",
    ),
    ("tensor extra", edit_weights(lambda w: w.update(x=torch.ones(1))), failures.ModelTensorExtra, "x"),
    (
        "tensor misshapen",
        edit_weights(lambda w: w.update({"tokenizer.embeddings": torch.ones(3, 64, 8, 9)})),
        failures.ModelTensorMisshapen,
        "tokenizer.embeddings",
    ),
    (
        "tensor of whole numbers",
        edit_weights(lambda w: w.update({"decoder.layers.0.bias": torch.ones(32, dtype=torch.int32)})),
        failures.ModelTensorMisshapen,
        "decoder.layers.0.bias",
    ),
]


@pytest.mark.parametrize("precision", ["full", "half"])
@pytest.mark.parametrize(("spoil", "failure", "named"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_a_spoilt_folder_is_a_named_failure(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Spoil,
    failure: type[failures.WorkerFailure],
    named: str,
    precision: Precision,
) -> None:
    monkeypatch.chdir(folder.parent)
    spoil(folder)
    with pytest.raises(failure) as caught:
        load_checkpoint(folder, CPU, precision)
    assert named in caught.value.sentence
    assert caught.value.code == failure.code
    assert not Path("exploded").exists()


def test_safetensors_load_as_the_torch_file_does(folder: Path, tiny_checkpoint: Path) -> None:
    save_file(torch.load(folder / "model.ckpt", weights_only=True), folder / "model.safetensors")
    (folder / "model.ckpt").unlink()
    loaded, original = load_checkpoint(folder, CPU, "full"), load_checkpoint(tiny_checkpoint, CPU, "full")
    pairs = zip(loaded.reconstructor.parameters(), original.reconstructor.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert loaded.sha256 != original.sha256


def test_half_precision_weights_become_float32_where_that_is_wanted(folder: Path) -> None:
    edit_weights(lambda weights: weights.update({name: tensor.half() for name, tensor in weights.items()}))(folder)
    reconstructor = load_checkpoint(folder, CPU, "full").reconstructor
    assert {parameter.dtype for parameter in reconstructor.parameters()} == {torch.float32}


def test_a_pickle_protocol_file_without_zip_is_refused(folder: Path) -> None:
    (folder / "model.ckpt").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(failures.ModelFileUnreadable):
        load_checkpoint(folder, CPU)


def test_the_released_config_describes_the_released_layout(facts: Path) -> None:
    config = read_config(facts / "parity" / "official_config.yaml")
    with torch.device("meta"):
        tensors = Reconstructor(config).state_dict()
    layout = json.loads((facts / "parity" / "official_layout.json").read_text())
    assert {name: list(tensor.shape) for name, tensor in tensors.items()} == layout["tensors"]


def test_loading_imports_neither_a_compiler_nor_a_library_of_models(tiny_checkpoint: Path, checkout: Path) -> None:
    """Some random functions make PyTorch import its compiler on the meta device, which takes a second and a half."""
    code = (
        "import sys, torch; from pathlib import Path; from triposr_addon.worker.checkpoint import load_checkpoint; "
        f"load_checkpoint(Path({str(tiny_checkpoint)!r}), torch.device('cpu'), 'full'); "
        "print(sorted({'torch._dynamo', 'sympy', 'transformers'} & sys.modules.keys()))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert finished.stdout.strip() == "[]"
