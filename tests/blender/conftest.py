# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Blender as a Python module, with this checkout as its extension: a link in the user's extension folder.

Blender reads where its user's folders are when it is first imported, so no test file imports bpy at its top: they get
it from the fixture `bpy`, which points those folders at a temporary one before.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = "bl_ext.user_default.triposr"
FIELD_OF_THE_CUP = bytes(range(256)) * 8


@pytest.fixture(scope="session")
def bpy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Blender, with the extension enabled the way a user's is: by its manifest, with preferences of its own."""
    os.environ["BLENDER_USER_RESOURCES"] = str(tmp_path_factory.mktemp("blender"))
    blender = importlib.import_module("bpy")
    extensions = Path(blender.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(ROOT, target_is_directory=True)
    blender.ops.preferences.addon_enable(module=EXTENSION)
    assert EXTENSION in blender.context.preferences.addons
    yield blender
    blender.ops.preferences.addon_disable(module=EXTENSION)


@pytest.fixture(autouse=True)
def empty_file(bpy: Any) -> None:
    """Each test starts in an empty file. Preferences and the extension stay as they are."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


@pytest.fixture
def room(bpy: Any) -> Callable[[str], Any]:
    """A module of the extension under the name that it has inside Blender, say room("blender.mesh_object")."""
    return lambda name: importlib.import_module(f"{EXTENSION}.triposr_addon.{name}")


@pytest.fixture
def session(room: Callable[[str], Any]) -> Any:
    """The open Session."""
    return room("blender.session").current()


@pytest.fixture
def cube(room: Callable[[str], Any]) -> Any:
    """MeshArrays of a closed box: x -0.25..0.75, y -1..1, z -0.5..1.5, each corner in a colour of its own."""
    corners = np.array([[x, y, z] for z in (-0.5, 1.5) for y in (-1, 1) for x in (-0.25, 0.75)], np.float32)
    sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    triangles = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))], np.int32)
    colours = np.linspace(0.0, 1.0, 24, dtype=np.float32).reshape(8, 3)
    arrays = room("blender.mesh_arrays")
    return arrays.MeshArrays(corners, triangles, colours)


@pytest.fixture
def box_worker(session: Any, room: Callable[[str], Any], cube: Any, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Have jobs done by the fake worker, in a data folder of the test's own.

    Call it with the fake's way to start, with arrays for its mesh where they are not the cube's, and with how many
    pictures at once it is to find best.
    """

    def use(start: str = "starts", mesh: Any = cube, best_batch: int = 0) -> None:
        np.savez(tmp_path / "box.npz", **dataclasses.asdict(mesh))
        session.make_generator = lambda storage, device: room("host.generation").Generator(
            storage,
            device=device,
            command=room("host.worker_command").WorkerCommand(
                Path(sys.executable), ROOT / "tests" / "fakes" / "box_worker.py", (start, str(tmp_path / "box.npz"))
            ),
            best_batch=best_batch,
        )

    session.preferences().data_folder = str(tmp_path / "data")
    use()
    yield use
    session.stop_worker()
    session.make_generator = room("blender.session").generator_on
    session.preferences().data_folder = ""
    session.failure, session.notice = None, ""


@pytest.fixture
def picture(bpy: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Choose a picture of that name in the current scene. What is in it is the worker's business."""

    def choose(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"a picture")
        bpy.context.scene.triposr.image_path = str(path)
        return path

    return choose


@pytest.fixture(scope="session")
def worker_python() -> str:
    """A Python with PyTorch: TRIPOSR_TEST_WORKER_PYTHON, or the one that runs the tests."""
    python = os.environ.get("TRIPOSR_TEST_WORKER_PYTHON", "")
    if not python and importlib.util.find_spec("torch") is None:
        pytest.skip("set TRIPOSR_TEST_WORKER_PYTHON to a Python with PyTorch")
    return python or sys.executable


@pytest.fixture(scope="session")
def field_of(worker_python: str, facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """The field file's bytes of a fitted field, by its name."""
    folder = tmp_path_factory.mktemp("fields")

    def made(name: str) -> bytes:
        path = folder / f"{name}.safetensors"
        if not path.exists():
            make = (
                "import sys, pathlib; from tests.worker.fitted_fields import fitted_field; "
                "fitted_field(pathlib.Path(sys.argv[1]), sys.argv[2]).save(pathlib.Path(sys.argv[3]))"
            )
            command = [worker_python, "-c", make, str(facts), name, str(path)]
            subprocess.run(command, check=True, cwd=ROOT, timeout=120)
        return path.read_bytes()

    return made


@pytest.fixture
def real_worker(session: Any, worker_python: str, tmp_path: Path) -> Iterator[Any]:
    """The session, with the real worker, without any model."""
    preferences = session.preferences()
    preferences.worker_python, preferences.data_folder, preferences.device = worker_python, str(tmp_path), "cpu"
    yield session
    session.stop_worker()
    preferences.worker_python, preferences.data_folder, preferences.device = "", "", "auto"
    session.failure, session.notice = None, ""


@pytest.fixture
def living_of(
    bpy: Any, room: Callable[[str], Any], cube: Any, real_worker: Any, field_of: Callable[[str], bytes]
) -> Callable[..., Any]:
    """The active object of a fitted field's name, twice as large as the field, as the real worker extracts it."""

    def made(name: str, **settings: Any) -> Any:
        thing = room("blender.mesh_object").object_from_arrays(name, cube, 1.0)
        bpy.context.scene.collection.objects.link(thing)
        bpy.context.view_layer.objects.active = thing
        thing.select_set(True)
        data = field_of(name)
        room("blender.field_carrier").keep_inside(thing.data, name, data)
        chosen = room("protocol").SurfaceSettings(**{"resolution": 40, **settings})
        record, fingerprint = room("blender.living_record"), room("blender.field_carrier").fingerprint(data)
        placement = np.diag([2.0, 2.0, 2.0, 1.0])
        record.write_record(thing.data, record.LivingRecord(placement, chosen, fingerprint))
        assert bpy.ops.triposr.re_extract() == {"FINISHED"}
        return thing

    return made


@pytest.fixture
def living(bpy: Any, room: Callable[[str], Any], cube: Any) -> Any:
    """The active object "cup": the cube, two units high, with a field (some bytes) and a record of its making."""
    placement, record = room("blender.placement"), room("blender.living_record")
    footing = placement.footing_of(cube, 2.0)
    cup = room("blender.mesh_object").object_from_arrays("cup", placement.stand_on_origin(cube, footing), 1.0)
    bpy.context.scene.collection.objects.link(cup)
    bpy.context.view_layer.objects.active = cup
    cup.select_set(True)
    room("blender.field_carrier").keep_inside(cup.data, "cup", FIELD_OF_THE_CUP)
    fingerprint = room("blender.field_carrier").fingerprint(FIELD_OF_THE_CUP)
    settings = room("protocol").SurfaceSettings(resolution=64)
    record.write_record(cup.data, record.LivingRecord(footing.matrix, settings, fingerprint))
    return cup
