# SPDX-License-Identifier: GPL-3.0-or-later
"""The half precision copy of a checkpoint: made once, believed only while it is true, never a reason to fail."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from safetensors import safe_open  # noqa: E402 - after the check that torch is there
from safetensors.torch import load_file, save_file  # noqa: E402
from torch import Tensor  # noqa: E402

from tests.worker.bad_input import copied  # noqa: E402
from triposr_addon.worker import failures, half_weights  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, LoadedCheckpoint, load_checkpoint, load_on_host  # noqa: E402
from triposr_addon.worker.half_copy import make_half_copy  # noqa: E402
from triposr_addon.worker.half_weights import HALF_WEIGHTS_NAME, RECORD_ENDING, is_half_weights  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

HALF = torch.bfloat16


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    return copied(tiny_checkpoint, tmp_path / "tiny")


def copy_of(folder: Path) -> Path:
    return folder / HALF_WEIGHTS_NAME


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def same(one: LoadedCheckpoint, other: LoadedCheckpoint) -> bool:
    first, second = one.reconstructor.state_dict(), other.reconstructor.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def spoil_source_unseen(folder: Path) -> None:
    """Another content of the same size and time of change: only reading the file would tell."""
    source = folder / "model.ckpt"
    state = source.stat()
    source.write_bytes(bytes(state.st_size))
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_the_installer_has_it_made_before_the_first_use(folder: Path) -> None:
    assert make_half_copy(folder, torch.float32) == {"type": "float32", "there": False}
    assert make_half_copy(folder, HALF) == {"type": "bfloat16", "there": True}
    record = json.loads((folder / f"{HALF_WEIGHTS_NAME}{RECORD_ENDING}").read_text())
    assert record["sha256"] == digest(copy_of(folder))
    assert record["source_sha256"] == digest(folder / "model.ckpt")


def test_the_first_loading_leaves_a_copy_and_the_next_reads_only_that(folder: Path) -> None:
    sha256 = digest(folder / "model.ckpt")
    first = load_on_host(folder, HALF)
    assert copy_of(folder).stat().st_size < 0.62 * (folder / "model.ckpt").stat().st_size
    spoil_source_unseen(folder)
    second = load_on_host(folder, HALF)
    assert same(first, second)
    assert first.sha256 == second.sha256 == sha256
    assert second.network_type == HALF


def test_the_copy_says_what_it_was_made_from(folder: Path) -> None:
    load_on_host(folder, HALF)
    state = (folder / "model.ckpt").stat()
    with safe_open(copy_of(folder), framework="pt") as file:
        about = file.metadata()
    assert about["source"] == "model.ckpt"
    assert about["size"] == str(state.st_size)
    assert about["mtime_ns"] == str(state.st_mtime_ns)
    assert about["sha256"] == digest(folder / "model.ckpt")
    assert copy_of(folder).stat().st_mode == state.st_mode
    record = folder / f"{HALF_WEIGHTS_NAME}{RECORD_ENDING}"
    assert sorted(path for path in folder.iterdir() if is_half_weights(path)) == [copy_of(folder), record]
    hashes = {"sha256": digest(copy_of(folder)), "size": copy_of(folder).stat().st_size}
    assert json.loads(record.read_text()) == {**hashes, "source_sha256": about["sha256"]}


def test_float32_neither_makes_nor_reads_a_copy(folder: Path) -> None:
    load_checkpoint(folder, torch.device("cpu"), "full")
    assert not copy_of(folder).exists()
    load_on_host(folder, HALF)
    exact = load_checkpoint(folder, torch.device("cpu"), "full").reconstructor.state_dict()
    assert all(torch.equal(exact[n], t) for n, t in torch.load(folder / "model.ckpt", weights_only=True).items())


def test_the_copy_alone_will_do(folder: Path) -> None:
    first = load_on_host(folder, HALF)
    (folder / "model.ckpt").unlink()
    alone = load_on_host(folder, HALF)
    assert same(first, alone)
    assert alone.sha256 == first.sha256
    wide = load_on_host(folder, torch.float32)
    assert {tensor.dtype for tensor in wide.reconstructor.state_dict().values()} == {torch.float32}
    assert {tensor.dtype for tensor in load_on_host(folder, torch.float16).reconstructor.backbone.parameters()} == {
        torch.float16,
        torch.float32,
    }


def change_source(folder: Path) -> None:
    weights = torch.load(folder / "model.ckpt", weights_only=True)
    torch.save({name: tensor * 1.5 for name, tensor in weights.items()}, folder / "model.ckpt")


def touch_source(folder: Path) -> None:
    os.utime(folder / "model.ckpt", ns=(1, 1))


def rewrite_copy(change: Callable[[dict[str, Tensor], dict[str, str]], object]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        with safe_open(copy_of(folder), framework="pt") as file:
            about = file.metadata()
        tensors = {name: tensor.clone() for name, tensor in load_file(copy_of(folder)).items()}
        change(tensors, about)
        save_file(tensors, copy_of(folder), about)

    return rewrite


def cut_copy_short(folder: Path) -> None:
    data = copy_of(folder).read_bytes()
    copy_of(folder).write_bytes(data[: len(data) // 2])


SPOILT: list[tuple[str, Callable[[Path], object]]] = [
    ("source changed", change_source),
    ("source touched", touch_source),
    ("cut short", cut_copy_short),
    ("empty", lambda folder: copy_of(folder).write_bytes(b"")),
    ("zeros", lambda folder: copy_of(folder).write_bytes(bytes(copy_of(folder).stat().st_size))),
    ("tensor missing", rewrite_copy(lambda tensors, _about: tensors.pop("tokenizer.embeddings"))),
    ("misshapen", rewrite_copy(lambda tensors, _about: tensors.update({"decoder.layers.0.bias": torch.ones(1)}))),
    ("another format", rewrite_copy(lambda _tensors, about: about.update(format="triposr half weights 0"))),
    ("another type", rewrite_copy(lambda _tensors, about: about.update(type="torch.float16"))),
    ("no SHA-256", rewrite_copy(lambda _tensors, about: about.pop("sha256"))),
]


@pytest.mark.parametrize("spoil", [row[1] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_a_copy_that_is_not_true_is_made_anew(folder: Path, spoil: Callable[[Path], object]) -> None:
    load_on_host(folder, HALF)
    spoil(folder)
    again = load_on_host(folder, HALF)
    assert again.sha256 == digest(folder / "model.ckpt")
    copy_of(folder).unlink()
    assert same(again, load_on_host(folder, HALF))
    spoil_source_unseen(folder)
    assert same(again, load_on_host(folder, HALF))


def test_a_damaged_copy_without_a_source_is_a_missing_model(folder: Path) -> None:
    load_on_host(folder, HALF)
    cut_copy_short(folder)
    (folder / "model.ckpt").unlink()
    with pytest.raises(failures.ModelFileMissing):
        load_on_host(folder, HALF)


def test_another_half_type_replaces_the_copy(folder: Path) -> None:
    load_on_host(folder, HALF)
    load_on_host(folder, torch.float16)
    kept = load_file(copy_of(folder))["backbone.transformer_blocks.0.attn1.to_q.weight"]
    exact = torch.load(folder / "model.ckpt", weights_only=True)["backbone.transformer_blocks.0.attn1.to_q.weight"]
    assert torch.equal(kept, exact.half())


def test_a_folder_that_takes_no_copy_is_a_line_in_the_log(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    expected = load_on_host(folder, HALF)
    copy_of(folder).unlink()
    copy_of(folder).mkdir()  # nobody, not even root, can put a file in its place
    (copy_of(folder) / "in the way").touch()
    with caplog.at_level(logging.INFO, "triposr_addon"):
        assert same(load_on_host(folder, HALF), expected)
    assert "model.ckpt" in caplog.text
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "model.ckpt", HALF_WEIGHTS_NAME]


def test_a_full_disk_is_a_line_in_the_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(half_weights, "SPARE_BYTES", 1 << 60)
    with caplog.at_level(logging.INFO, "triposr_addon"):
        load_on_host(folder, HALF)
    assert "MB are free" in caplog.text
    assert not copy_of(folder).exists()


def test_what_a_dead_process_left_is_cleared_and_what_a_living_one_writes_is_not(folder: Path) -> None:
    dead, living = (folder / f"{HALF_WEIGHTS_NAME}.{number}.part" for number in (1, 2))
    dead.write_bytes(b"half")
    os.utime(dead, (1, 1))
    living.write_bytes(b"half")
    load_on_host(folder, HALF)
    assert not dead.exists()
    assert living.exists()
    assert copy_of(folder).exists()


def test_the_built_in_model_is_small_already_and_gets_no_copy() -> None:
    before = sorted(PREVIEW_FOLDER.iterdir())
    with (PREVIEW_FOLDER / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    assert {entry["dtype"] for name, entry in header.items() if name != "__metadata__"} == {"F16"}
    load_on_host(PREVIEW_FOLDER, HALF)
    assert sorted(PREVIEW_FOLDER.iterdir()) == before
