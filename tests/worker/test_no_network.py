# SPDX-License-Identifier: GPL-3.0-or-later
"""From photo to mesh nothing asks for a network: neither the worker nor the shell, with no switch that says offline."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check that torch is there
from tests.worker.conversation import WORKER, Conversation  # noqa: E402
from tests.worker.questions import extract  # noqa: E402
from tests.worker.tiny_network import brightness_network  # noqa: E402
from tests.worker.without_network import CAUGHT, guarded  # noqa: E402
from triposr_addon.background_models import BACKGROUND_MODELS, model_file  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    PROTOCOL_VERSION,
    Extracted,
    Initialize,
    Initialized,
    PhotoSettings,
    Reconstruct,
    Reconstructed,
    SurfaceSettings,
)
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]
LONG_S = 300.0
SHELL = Path(__file__).parents[2] / "triposr_addon" / "__main__.py"


@pytest.fixture
def rembg_home(tmp_path: Path) -> Path:
    """With a stand-in for the smallest network; the others are missing, which rembg itself would mend by a download."""
    model = next(model for model in BACKGROUND_MODELS if model.name == "u2netp")
    path = model_file(tmp_path / "rembg", model)
    path.parent.mkdir(parents=True)
    path.write_bytes(brightness_network(320))
    return tmp_path / "rembg"


@pytest.mark.parametrize("call", ["socket.create_connection(('127.0.0.1', 9), 1)", "socket.getaddrinfo('x', 80)"])
def test_who_asks_for_the_network_is_caught(call: str, tmp_path: Path) -> None:
    program = tmp_path / "asks.py"
    program.write_text(f"import socket\ntry:\n    {call}\nexcept OSError:\n    pass\n", encoding="utf-8")
    ended = subprocess.run(guarded(program), capture_output=True, text=True, timeout=LONG_S, check=False)
    assert (ended.returncode, "asked for the network" in ended.stderr) == (CAUGHT, True)


def test_the_worker_makes_meshes_without_a_network(tiny_checkpoint: Path, rembg_home: Path, tmp_path: Path) -> None:
    with Conversation(guarded(WORKER)) as worker:
        ready = Initialize(PROTOCOL_VERSION, rembg_home=str(rembg_home), device="cpu")
        assert isinstance(worker.ask(ready), Initialized), worker.errors
        photo, field = str(good_photo(tmp_path)), tmp_path / "x.triplane.safetensors"
        for model, threshold in ((PREVIEW_FOLDER, 25.0), (tiny_checkpoint, 0.39)):
            settings = PhotoSettings(background="rembg")
            made = worker.ask(Reconstruct("job", photo, str(model), str(field), settings=settings))
            assert isinstance(made, Reconstructed), (made, worker.errors)
            mesh = worker.ask(extract(field, tmp_path, settings=SurfaceSettings(24, threshold)))
            assert isinstance(mesh, Extracted), (mesh, worker.errors)
        assert worker.hang_up() == 0


def test_the_shell_makes_a_mesh_without_a_network(rembg_home: Path, tmp_path: Path) -> None:
    mesh = tmp_path / "mesh.glb"
    cutting = ["--background", "rembg", "--rembg-home", str(rembg_home)]
    order = [str(good_photo(tmp_path)), "-o", str(mesh), "--device", "cpu", "--resolution", "24", *cutting]
    ended = subprocess.run(guarded(SHELL, *order), capture_output=True, text=True, timeout=LONG_S, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, str(mesh)), ended.stderr
    assert mesh.stat().st_size > 1000
