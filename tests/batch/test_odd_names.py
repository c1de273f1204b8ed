# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures whose names have bytes that are no UTF-8, as old cameras and archives leave them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import QUICK, draw_picture  # noqa: E402
from triposr_addon.__main__ import main  # noqa: E402
from triposr_addon.catalogue_file import CATALOGUE_NAME, Record, records_in  # noqa: E402
from triposr_addon.worker.field import load_field  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there"),
]

CPU = torch.device("cpu")


def odd(folder: Path, name: bytes) -> Path:
    """A path in the folder whose name is these bytes."""
    return folder / os.fsdecode(name)


def made_of(pictures: Path, *more: str) -> tuple[int, list[Record]]:
    """The command's exit code, and its catalogue."""
    target = pictures.with_name("target")
    code = main(["batch", str(pictures), "-o", str(target), *QUICK, "--lanes", "1", *more])
    with (target / CATALOGUE_NAME).open("rb") as file:
        return code, list(records_in(file))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    draw_picture(odd(folder, b"caf\xe9.png"), 1)
    return folder


def test_a_library_has_their_fields_too(pictures: Path) -> None:
    code, (record,) = made_of(pictures)
    assert (code, record.id, record.status, record.sentence) == (0, "caf%E9", "made", "")
    field = pictures.with_name("target") / record.folder / record.field
    assert load_field(field, CPU).provenance["photo"] == "caf%E9.png"


def test_the_plain_command_saves_their_fields(pictures: Path) -> None:
    photo, meshes = str(odd(pictures, b"caf\xe9.png")), pictures.with_name("meshes")
    assert main([photo, "-o", str(meshes), "--save-field", "--resolution", "32", "--device", "cpu"]) == 0
    assert odd(meshes, b"caf\xe9.glb").is_file()
    field = load_field(odd(meshes, b"caf\xe9.triplane.safetensors"), CPU)
    assert field.provenance["photo"] == "caf%E9.png"


def test_a_broken_one_is_told_in_sound_text(pictures: Path) -> None:
    odd(pictures, b"caf\xe9.png").write_bytes(b"no picture")
    code, (record,) = made_of(pictures)
    assert (code, record.code) == (1, "PHOTO_UNREADABLE")
    assert record.sentence.startswith("caf%E9.png is not an image")


@pytest.mark.ray
def test_a_broken_one_stands_in_the_table(pictures: Path) -> None:
    from pyarrow import parquet

    odd(pictures, b"br\xe9ve.png").write_bytes(b"no picture")
    code, _ = made_of(pictures, "--catalogue", "parquet")
    rows = parquet.read_table(pictures.with_name("target") / "catalogue.parquet", use_threads=False).to_pylist()
    assert (code, [(row["id"], row["status"]) for row in rows]) == (1, [("br%E9ve", "failed"), ("caf%E9", "made")])
