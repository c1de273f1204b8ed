# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields from files: both forms, and files that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
from benchmarks.field_input import read_field  # noqa: E402 - after the check that torch is there
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
Arrays = dict[str, Any]


def test_both_forms_hold_the_same_field(ball_file: Path, tmp_path: Path) -> None:
    ball(0.5).save(tmp_path / "own.triplane.safetensors")
    plain, own = (read_field(path, CPU) for path in (ball_file, tmp_path / "own.triplane.safetensors"))
    assert (plain.name, own.name, plain.threshold, own.threshold) == ("ball", "own", 25.0, 25.0)
    points = torch.rand(100, 3) - 0.5
    assert torch.allclose(
        plain.field.raw_density(points), own.field.raw_density(points), atol=0.05
    )  # planes are halves
    assert (plain.field.radius, plain.field.density_bias) == (0.87, -1.0)


def test_numbers_in_the_file_overrule_the_usual_ones(ball_arrays: Arrays, tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", **ball_arrays, radius=2.0, bias=0.5, threshold=np.array([3.0]))
    source = read_field(tmp_path / "f.npz", CPU)
    assert (source.field.radius, source.field.density_bias, source.threshold) == (2.0, 0.5, 3.0)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda arrays: arrays.pop("planes"), "no planes"),
        (lambda arrays: arrays.update(planes=np.zeros((2, 3, 4, 4))), r"\(2, 3, 4, 4\)"),
        (lambda arrays: arrays.update(planes=np.zeros((3, 2, 4, 4))), r"layers.0.weight is \(4, 9\), not \(width, 6\)"),
        (lambda arrays: arrays.pop("decoder.layers.2.bias"), "layers.2.bias is absent"),
        (lambda arrays: arrays.pop("decoder.layers.0.weight"), "layers.0.weight is absent"),
        (lambda arrays: arrays.update({"decoder.layers.2.weight": np.zeros((5, 4))}), r"layers.2.weight is \(5, 4\)"),
        (lambda arrays: arrays.update({"decoder.layers.8.weight": np.zeros((4, 4))}), "decoder.layers"),
        (lambda arrays: arrays.update(planes=np.array(["text"])), "planes holds no numbers"),
        (lambda arrays: arrays.update(threshold=np.zeros(2)), "threshold is not one number"),
        (lambda arrays: arrays.update(radius=-1.0), "radius is -1"),
        (lambda arrays: arrays.update(planes=np.array([{}], dtype=object)), "can't be read"),
    ],
)
def test_what_does_not_fit_is_named(
    ball_arrays: Arrays, tmp_path: Path, spoil: Callable[[Arrays], None], named: str
) -> None:
    spoil(ball_arrays)
    np.savez(tmp_path / "f.npz", **ball_arrays)
    with pytest.raises(failures.FieldFileUnreadable, match=named):
        read_field(tmp_path / "f.npz", CPU)


def test_values_that_are_not_numbers_are_named(ball_arrays: Arrays, tmp_path: Path) -> None:
    ball_arrays["planes"][0, 0, 0, 0] = np.nan
    np.savez(tmp_path / "f.npz", **ball_arrays)
    with pytest.raises(failures.FieldNotFinite, match="planes"):
        read_field(tmp_path / "f.npz", CPU)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + bytes(60)])
def test_no_npz_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.npz").write_bytes(content)
    with pytest.raises(failures.FieldFileUnreadable, match="can't be read"):
        read_field(tmp_path / "f.npz", CPU)


def test_a_single_array_is_no_field(tmp_path: Path) -> None:
    np.save(tmp_path / "f.npy", np.zeros(3))
    with pytest.raises(failures.FieldFileUnreadable, match="can't be read"):
        read_field(tmp_path / "f.npy", CPU)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.FieldFileMissing, match="absent"):
        read_field(tmp_path / "absent.npz", CPU)
