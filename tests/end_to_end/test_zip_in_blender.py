# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip that users get, in a real Blender with a real worker: a picture becomes an object, and nothing stays behind.

Runs in a Python that has Blender as a module. The worker's Python is TRIPOSR_TEST_WORKER_PYTHON, or this one where it
has PyTorch. TRIPOSR_TEST_NEWER_BPY_PYTHON, a Python with the newest Blender, opens the .blend of this one.
"""

import importlib.util
import json
import os
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.end_to_end.built_zip import build_zip

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURE = CHECKOUT / "docs" / "images" / "demo_photo.png"
LONGEST_VISIT_SECONDS = 600
HAS_BLENDER = importlib.util.find_spec("bpy") is not None
HAS_TORCH = importlib.util.find_spec("torch") is not None
WORKER_PYTHON = os.environ.get("TRIPOSR_TEST_WORKER_PYTHON", sys.executable if HAS_TORCH else "")
NEWER_BLENDER = os.environ.get("TRIPOSR_TEST_NEWER_BPY_PYTHON", "")

pytestmark = [
    pytest.mark.bpy,
    pytest.mark.torch,
    pytest.mark.skipif(not HAS_BLENDER, reason="needs Blender as a Python module"),
    pytest.mark.skipif(not WORKER_PYTHON, reason="needs PyTorch here or TRIPOSR_TEST_WORKER_PYTHON"),
]


@dataclass(frozen=True)
class Settings:
    """What visit.py is told: the zip, the worker's Python, the picture, and settings of the scene beside its own."""

    zip: str
    worker_python: str
    picture: str
    scene: dict[str, Any]


@dataclass(frozen=True)
class Visit:
    """The folder of a finished visit and what it saw."""

    folder: Path
    zip: Path
    facts: dict[str, Any]

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points [V, 3] in metres, and colours [V, 3] sRGB-encoded, as they stand in the reopened .blend."""
        with np.load(self.folder / "object.npz", allow_pickle=False) as saved:
            return saved["points"], saved["colours"]


def play(python: str, folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Run visit.py in a new folder and read its facts."""
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps(settings))
    command = [python, str(Path(__file__).parent / "visit.py"), str(folder / "settings.json")]
    done = subprocess.run(command, timeout=LONGEST_VISIT_SECONDS, capture_output=True, text=True, check=False)
    assert (folder / "facts.json").exists(), done.stdout[-3000:] + done.stderr[-3000:]
    facts: dict[str, Any] = json.loads((folder / "facts.json").read_text())
    assert "fault" not in facts, facts["fault"]
    return facts


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("visit")
    built = build_zip(CHECKOUT, folder)
    settings = Settings(str(built), WORKER_PYTHON, str(PICTURE), {})
    facts = play(sys.executable, folder / "visit", vars(settings))
    return Visit(folder / "visit", built, facts)


def test_the_zip_holds_the_product_and_nothing_else(visit: Visit) -> None:
    with zipfile.ZipFile(visit.zip) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
    tops = {name.split("/")[0] for name in names}
    assert tops == {"__init__.py", "blender_manifest.toml", "LICENSE", "triposr_addon", "vendor_installer"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", "ruff.toml"))]
    assert "triposr_addon/worker/checkpoints/preview/model.safetensors" in names


def test_installing_enables_it(visit: Visit) -> None:
    installed = visit.facts["install"]
    assert installed["enabled"]
    assert installed["has_settings"]
    assert "triposr_addon/worker/checkpoints/preview/config.yaml" in installed["files"]


def test_an_empty_file_is_told_in_a_sentence_and_makes_nothing(visit: Visit) -> None:
    failure = visit.facts["failure"]
    assert "empty.png" in failure["said"]
    assert "Traceback" not in failure["said"]
    assert failure["objects"] == 0


def test_one_object_in_one_undo_step(visit: Visit) -> None:
    generated = visit.facts["generate"]
    assert generated["outcome"] == ["FINISHED"]
    assert generated["objects"] == ["demo_photo"]
    assert generated["after_undo"] == 0
    assert generated["after_redo"] == 1


def test_the_object_stands_at_the_cursor_as_tall_as_asked(visit: Visit) -> None:
    seen = visit.facts["the_object"]
    assert seen["location"] == pytest.approx([1.0, -2.0, 0.5])
    assert seen["rotation"] == [0.0, 0.0, 0.0]
    assert seen["scale"] == [1.0, 1.0, 1.0]
    assert seen["low"][2] == pytest.approx(0.0, abs=1e-4)
    assert seen["high"][2] == pytest.approx(1.7, rel=1e-4)
    assert [seen["low"][axis] + seen["high"][axis] for axis in (0, 1)] == pytest.approx([0.0, 0.0], abs=1e-3)


def test_the_object_is_selected_active_smooth_and_decimated(visit: Visit) -> None:
    seen = visit.facts["the_object"]
    assert seen["selected"]
    assert seen["active"]
    assert seen["smooth"]
    assert seen["modifiers"] == [["DECIMATE", 0.25]]
    assert seen["evaluated_triangles"] == pytest.approx(0.25 * seen["triangles"], rel=0.02)


def test_the_object_shows_its_colours(visit: Visit) -> None:
    seen = visit.facts["the_object"]
    assert seen["colour_type"] == ["BYTE_COLOR", "POINT"]
    assert seen["material"]["node"] == "ShaderNodeVertexColor"
    assert seen["material"]["layer"] == "Color"
    assert seen["material"]["roughness"] > 0.7


def test_the_gnome_is_upright_and_looks_to_minus_y(visit: Visit) -> None:
    """Seen from -Y it is the picture: a red hat whose tip leans to the right, a pale beard between blue arms."""
    points, colours = visit.arrays()
    tall, across = points[:, 2] / points[:, 2].max(), points[:, 0] / points[:, 2].max()
    red, green, blue = colours[tall > 0.8].mean(0)
    assert red > max(green, blue) + 0.2
    assert across[tall > 0.92].mean() > 0.01
    chest = (tall > 0.35) & (tall < 0.6)
    for arm in (chest & (across < -0.2), chest & (across > 0.2)):
        red, _, blue = colours[arm].mean(0)
        assert blue > red + 0.05
    beard = colours[chest & (np.abs(across) < 0.1) & (points[:, 1] < 0.0)].mean(0)
    assert beard.min() > 0.6


def test_the_object_tells_where_it_comes_from(visit: Visit) -> None:
    told = json.dumps(visit.facts["the_object"]["properties"])
    assert "demo_photo.png" in told
    assert "preview" in told.lower()
    assert "128" in told


def test_a_saved_file_keeps_it(visit: Visit) -> None:
    before, after = visit.facts["the_object"], visit.facts["save_and_reopen"]
    assert after == before


def test_a_glb_carries_the_colours(visit: Visit) -> None:
    colours = colours_of_glb(visit.folder / "object.glb")
    assert len(colours) > 100
    assert colours.std(axis=0).min() > 0.05


def colours_of_glb(path: Path) -> NDArray[np.float32]:
    """COLOR_0 [V, 3 or 4] of the first mesh of a .glb, 0..1, linear (glTF 2.0, sections 3.7.2 and 4.4)."""
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    tree = json.loads(data[20 : 20 + length])
    primitive = tree["meshes"][0]["primitives"][0]
    accessor = tree["accessors"][primitive["attributes"]["COLOR_0"]]
    view = tree["bufferViews"][accessor["bufferView"]]
    kind, scale = {5126: ("<f4", 1.0), 5123: ("<u2", 65535.0), 5121: ("u1", 255.0)}[accessor["componentType"]]
    width = {"VEC3": 3, "VEC4": 4}[accessor["type"]]
    start = 28 + length + view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    flat = np.frombuffer(data, kind, accessor["count"] * width, start).astype(np.float32)
    return flat.reshape(-1, width) / np.float32(scale)


def test_uninstalling_leaves_nothing(visit: Visit) -> None:
    left = visit.facts["uninstall"]
    assert left.pop("had_data")
    assert left == {
        "enabled": False,
        "has_settings": False,
        "has_operator": False,
        "folder": False,
        "data_folder": False,
        "modules": [],
        "children": [],
    }


@pytest.mark.skipif(not NEWER_BLENDER, reason="needs TRIPOSR_TEST_NEWER_BPY_PYTHON")
def test_a_blender_without_the_extension_opens_the_file(visit: Visit) -> None:
    seen = play(NEWER_BLENDER, visit.folder / "newer", {"open": str(visit.folder / "object.blend")})
    assert seen["blender"] >= visit.facts["blender"]
    assert seen["look_at_file"] == visit.facts["the_object"]
