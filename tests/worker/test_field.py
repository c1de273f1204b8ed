# SPDX-License-Identifier: GPL-3.0-or-later
"""A field file holds all of a field, and nothing is trusted that comes out of one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from safetensors.torch import save_file  # noqa: E402 - after the check that torch is there
from torch import Tensor  # noqa: E402

from tests.worker.solids import BOX, DENSITY_BIAS, THRESHOLD, ball  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.checkpoint import load_checkpoint  # noqa: E402
from triposr_addon.worker.field import FORMAT, FORMAT_VERSION, TriplaneField, load_field  # noqa: E402

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
ON_THE_BALL = torch.tensor([[0.5, 0.0, 0.0], [0.0, -0.5, 0.0], [0.0, 0.3, 0.4]])


def test_density_and_colour_at_points() -> None:
    field = ball(0.5)
    assert torch.allclose(field.density(ON_THE_BALL), torch.full((3,), THRESHOLD), rtol=0.05)
    colours = field.colour(torch.tensor([[0.4, 0.0, -0.4]]))[0]
    assert colours[0] > 0.9
    assert colours[1].item() == pytest.approx(0.5, abs=0.01)
    assert colours[2] < 0.1


def test_a_field_on_another_device_leaves_this_one_alone() -> None:
    field = ball(0.5)
    elsewhere = field.to(torch.device("meta"))
    assert elsewhere.device == next(elsewhere.decoder.parameters()).device == torch.device("meta")
    assert field.device == next(field.decoder.parameters()).device == CPU
    assert field.to(CPU) is field


def test_many_points_are_asked_in_chunks_and_stay_in_order() -> None:
    field = ball(0.5)
    points = (torch.rand(field.chunk_points + 3, 3) * 2 - 1) * BOX
    assert torch.equal(field.raw_density(points)[-3:], field.raw_density(points[-3:]))


@pytest.mark.parity
def test_the_golden_points(facts: Path, tiny_checkpoint: Path) -> None:
    golden = {name: torch.from_numpy(array) for name, array in np.load(facts / "parity" / "golden_tiny.npz").items()}
    checkpoint = load_checkpoint(tiny_checkpoint, CPU)
    numbers = checkpoint.config.field
    field = TriplaneField(golden["scene_code"], checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias)
    assert relative_error(field.density(golden["points"]).log(), golden["density"].log()) < 1e-4
    assert relative_error(field.colour(golden["points"]), golden["color"]) < 1e-4


def relative_error(value: Tensor, expected: Tensor) -> float:
    return float((value - expected).norm() / expected.norm())


def test_a_saved_field_is_the_same_field(tmp_path: Path) -> None:
    field = dataclasses.replace(ball(0.5), provenance={"photo": "Чашка.png", "model": "by hand"})
    field.save(tmp_path / "cup.triplane.safetensors")
    loaded = load_field(tmp_path / "cup.triplane.safetensors", CPU)
    assert loaded.radius == BOX
    assert loaded.density_bias == DENSITY_BIAS
    assert loaded.provenance == field.provenance
    assert torch.equal(loaded.planes, field.planes.half().float())
    points = (torch.rand(100, 3) * 2 - 1) * BOX
    rounded = dataclasses.replace(field, planes=field.planes.half().float())
    assert torch.equal(loaded.density(points), rounded.density(points))
    assert torch.equal(loaded.colour(points), rounded.colour(points))
    assert [path.name for path in tmp_path.iterdir()] == ["cup.triplane.safetensors"]


def test_what_half_precision_can_not_hold_is_not_saved(tmp_path: Path) -> None:
    field = ball(0.5)
    with pytest.raises(failures.FieldNotFinite):
        dataclasses.replace(field, planes=field.planes * 1e6).save(tmp_path / "x.triplane.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(failures.OutputUnwritable, match="does not exist"):
        ball().save(tmp_path / "nowhere" / "x.triplane.safetensors")


def tensors_of(field: TriplaneField) -> dict[str, Tensor]:
    return {
        "planes": field.planes.half(),
        **{f"decoder.{name}": value for name, value in field.decoder.state_dict().items()},
    }


METADATA = {"format": FORMAT, "version": FORMAT_VERSION, "radius": "0.87", "density_bias": "-1.0", "provenance": "{}"}
Change = Callable[[dict[str, Tensor], dict[str, str]], object]

SPOILT: list[tuple[str, Change, type[failures.FieldFailure]]] = [
    ("no planes", lambda t, m: t.pop("planes"), failures.FieldFileUnreadable),
    ("two planes", lambda t, m: t.update(planes=torch.zeros(2, 3, 8, 8)), failures.FieldFileUnreadable),
    ("flat planes", lambda t, m: t.update(planes=torch.zeros(3, 3, 64)), failures.FieldFileUnreadable),
    ("planes of another width", lambda t, m: t.update(planes=torch.zeros(3, 5, 8, 8)), failures.FieldFileUnreadable),
    (
        "whole numbers",
        lambda t, m: t.update(planes=torch.zeros(3, 3, 8, 8, dtype=torch.int8)),
        failures.FieldFileUnreadable,
    ),
    ("layer missing", lambda t, m: t.pop("decoder.layers.2.bias"), failures.FieldFileUnreadable),
    ("layer extra", lambda t, m: t.update({"decoder.layers.9.bias": torch.zeros(4)}), failures.FieldFileUnreadable),
    (
        "layer misshapen",
        lambda t, m: t.update({"decoder.layers.2.weight": torch.zeros(3, 4)}),
        failures.FieldFileUnreadable,
    ),
    ("no decoder", lambda t, m: [t.pop(name) for name in list(t) if name != "planes"], failures.FieldFileUnreadable),
    ("not a number", lambda t, m: t["planes"].fill_(float("nan")), failures.FieldNotFinite),
    ("other format", lambda t, m: m.update(format="pt"), failures.FieldFileUnreadable),
    ("other version", lambda t, m: m.update(version="99"), failures.FieldFileUnreadable),
    ("no radius", lambda t, m: m.pop("radius"), failures.FieldFileUnreadable),
    ("radius negative", lambda t, m: m.update(radius="-1"), failures.FieldFileUnreadable),
    ("radius not a number", lambda t, m: m.update(radius="nan"), failures.FieldFileUnreadable),
    ("bias endless", lambda t, m: m.update(density_bias="inf"), failures.FieldFileUnreadable),
    ("provenance a list", lambda t, m: m.update(provenance="[1]"), failures.FieldFileUnreadable),
    ("provenance nested", lambda t, m: m.update(provenance=json.dumps({"a": {}})), failures.FieldFileUnreadable),
]


@pytest.mark.parametrize(("name", "change", "failure"), SPOILT, ids=[entry[0] for entry in SPOILT])
def test_spoilt_files_are_named(
    name: str, change: Change, failure: type[failures.FieldFailure], tmp_path: Path
) -> None:
    tensors, metadata = tensors_of(ball()), dict(METADATA)
    save_file(tensors, tmp_path / "whole.safetensors", metadata)
    assert load_field(tmp_path / "whole.safetensors", CPU).radius == BOX
    change(tensors, metadata)
    save_file(tensors, tmp_path / "spoilt.safetensors", metadata)
    with pytest.raises(failure):
        load_field(tmp_path / "spoilt.safetensors", CPU)


@pytest.mark.parametrize("data", [b"", b"not safetensors at all", b"\xff" * 64], ids=["empty", "text", "huge header"])
def test_other_files_are_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.triplane.safetensors").write_bytes(data)
    with pytest.raises(failures.FieldFileUnreadable):
        load_field(tmp_path / "x.triplane.safetensors", CPU)


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.triplane.safetensors"
    ball().save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(failures.FieldFileUnreadable):
        load_field(path, CPU)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.FieldFileMissing):
        load_field(tmp_path / "x.triplane.safetensors", CPU)


def test_a_file_of_a_newer_version_says_so(tmp_path: Path) -> None:
    newer = {**METADATA, "version": str(int(FORMAT_VERSION) + 1)}
    save_file(tensors_of(ball()), tmp_path / "newer.safetensors", newer)
    with pytest.raises(failures.FieldFileUnreadable, match=r"written by a newer version of TripoSR\. Update"):
        load_field(tmp_path / "newer.safetensors", CPU)
