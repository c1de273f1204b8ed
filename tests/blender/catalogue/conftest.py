# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries as a batch leaves them: real files of a few items, and catalogues of as many rows as a test wants."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triposr_addon.catalogue_file import CATALOGUE_NAME, FAILED, MADE, Record, as_line
from triposr_addon.worker.mesh_file import Mesh, save_mesh

SURFACE = {"resolution": 64, "threshold": 20.0}
PHOTO = {"background": "flat", "foreground_ratio": 0.9}
FIELD_BYTES = b"the bytes of a field" * 50


class Shelf:
    """Makes a library in `folder`, item by item; `close` writes its catalogue."""

    def __init__(self, folder: Path, mesh: Mesh, thumbnail: bytes, field: bytes = FIELD_BYTES) -> None:
        self.folder, self.mesh, self.thumbnail, self.field = folder, mesh, thumbnail, field
        self.records: list[Record] = []

    @property
    def catalogue(self) -> Path:
        return self.folder / CATALOGUE_NAME

    def add(self, name: str, suffix: str = "glb", **facts: Any) -> Record:
        """A picture that became a mesh."""
        place = self.folder / "items" / "0a1" / name.replace("/", "_")
        place.mkdir(parents=True)
        save_mesh(self.mesh, place / f"mesh.{suffix}")
        (place / "field.triplane.safetensors").write_bytes(self.field)
        (place / "thumbnail.png").write_bytes(self.thumbnail)
        files = {path.name: path.read_bytes() for path in place.iterdir()}
        record = Record(
            name, f"{name}.png", MADE, folder=place.relative_to(self.folder).as_posix(), mesh=f"mesh.{suffix}",
            field="field.triplane.safetensors", thumbnail="thumbnail.png", triangles=len(self.mesh.triangles),
            vertices=len(self.mesh.vertices), parts=1, closed=True, overlap=0.75, seconds={"reconstruct": 1.5},
            device="cpu", model="preview", model_sha256="ab" * 32, settings={"photo": PHOTO, "surface": SURFACE},
            hashes={file: hashlib.sha256(data).hexdigest() for file, data in files.items()},
            sizes={file: len(data) for file, data in files.items()},
        )  # fmt: skip
        self.records.append(dataclasses.replace(record, **facts))
        return self.records[-1]

    def fail(self, name: str, **facts: Any) -> None:
        """A picture that became none."""
        sentence = "No subject was found in the photo. Choose another cut-out method."
        self.records.append(Record(name, f"{name}.png", FAILED, "PHOTO_WITHOUT_SUBJECT", sentence, **facts))

    def repeat(self, count: int) -> None:
        """More rows that share the first item's files."""
        first = self.records[0]
        draw = np.random.default_rng(1)
        for number in range(count):
            score, triangles = round(float(draw.random()), 3), int(draw.integers(100, 90_000))
            self.records.append(
                dataclasses.replace(first, id=f"many/picture {number:06d}", overlap=score, triangles=triangles)
            )

    def close(self) -> Path:
        """The catalogue's path."""
        self.folder.mkdir(exist_ok=True)
        self.catalogue.write_bytes(b"".join(map(as_line, self.records)))
        return self.catalogue


@pytest.fixture
def shelf(bpy: Any, session: Any, room: Callable[[str], Any], cube: Any, tmp_path: Path) -> Iterator[Shelf]:
    """An empty one; the session forgets what a test has opened of it."""
    red = np.zeros((64, 64, 4), np.uint8)
    red[16:48, 16:48] = (200, 30, 30, 255)
    mesh = Mesh(cube.vertices, cube.triangles, cube.colours)
    preferences, desk = session.preferences(), session.catalogue
    preferences.data_folder = str(tmp_path / "data")
    yield Shelf(tmp_path / "Toybox", mesh, room("blender.png").png_file(red))
    desk.stop_opening()
    desk.close_library()
    settings = bpy.context.window_manager.triposr_catalogue
    for name in ("search", "show", "sort_by", "descending", "least_score", "display"):
        settings.property_unset(name)
    preferences.data_folder = ""


@pytest.fixture
def browsed(bpy: Any, session: Any, shelf: Shelf) -> Callable[[], Any]:
    """Open the shelf in Blender and give its Browser."""

    def opened() -> Any:
        assert bpy.ops.triposr.open_catalogue(filepath=str(shelf.close())) == {"FINISHED"}
        return session.catalogue.browser

    return opened
