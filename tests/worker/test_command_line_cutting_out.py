# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m triposr_addon`: how its options cut a photo out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from triposr_addon.__main__ import main  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.field import load_field  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

SIDE = 96
QUICK = ["--resolution", "16", "--threshold", "0.39", "--device", "cpu", "--save-field"]
"""The synthetic field is noise around this density."""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A ring of transparency around nothing, a crumb beside it, and a haze: alpha 255, 255 and 60."""
    rgba = np.full((SIDE, SIDE, 4), (200, 60, 30, 0), np.uint8)
    rgba[20:70, 20:70, 3] = 255
    rgba[35:55, 35:55, 3] = 0
    rgba[80:88, 80:88, 3] = 255
    rgba[10:20, 20:70, 3] = 60
    path = tmp_path / "ring.png"
    Image.fromarray(rgba).save(path)
    return path


def planes(photo: Path, checkpoint: Path, *options: str) -> bytes:
    """The field that comes of it, by which two cut-outs are told apart."""
    mesh = photo.with_name("mesh.ply")
    assert main([str(photo), "-o", str(mesh), "--model", str(checkpoint), *QUICK, *options]) == 0
    return load_field(mesh.with_suffix(".triplane.safetensors"), torch.device("cpu")).planes.numpy().tobytes()


@pytest.mark.parametrize("option", [["--mask-threshold", "0.5"], ["--fill-holes"], ["--largest-part"]])
def test_each_option_changes_the_cut_out(option: list[str], photo: Path, tiny_checkpoint: Path) -> None:
    assert planes(photo, tiny_checkpoint) != planes(photo, tiny_checkpoint, *option)


def test_a_mask_is_the_cut_out_whatever_the_method_says(photo: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    Image.open(photo).getchannel("A").save(mask)
    assert planes(photo, tiny_checkpoint, "--mask", str(mask), "--background", "none") == planes(photo, tiny_checkpoint)


def test_a_network_that_nobody_knows_is_named(
    photo: Path, tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = [str(photo), "-o", str(tmp_path / "mesh.ply"), "--model", str(tiny_checkpoint), *QUICK]
    assert main([*order, "--background", "rembg", "--rembg-model", "magic"]) == 1
    assert "No background model is called 'magic'" in capsys.readouterr().err


def test_a_mask_belongs_to_one_photo(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for photos in ([str(photo), str(photo)], [str(tmp_path)]):
        with pytest.raises(SystemExit) as left:
            main([*photos, "-o", str(tmp_path / "out"), "--mask", str(photo)])
        assert left.value.code == 2
        assert "one photo" in capsys.readouterr().err
