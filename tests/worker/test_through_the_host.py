# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a field through the host's door, answered by the real worker; no model is installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.worker.solids import THRESHOLD, ball  # noqa: E402 - after the check that torch is there
from triposr_addon.host.field_jobs import (  # noqa: E402
    ColoursRequest,
    ColoursResult,
    ExtractRequest,
    FieldRequest,
    MeshResult,
)
from triposr_addon.host.generation import Generator  # noqa: E402
from triposr_addon.host.jobs import JobState  # noqa: E402
from triposr_addon.host.storage import Storage  # noqa: E402
from triposr_addon.host.worker_command import WorkerCommand  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402

pytestmark = pytest.mark.torch

PATIENCE_SECONDS = 300.0
PREVIEW = SurfaceSettings(65, THRESHOLD, symmetry=True, density_blur=0.5, smallest_part=0.1, smoothing=5, flat_base=0.1)


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generator]:
    storage = Storage(tmp_path_factory.mktemp("storage"))
    made = Generator(storage, device="cpu", command=WorkerCommand(Path(sys.executable)))
    yield made
    made.stop()
    assert [*storage.jobs.iterdir()] == []


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("field") / "ball.triplane.safetensors"
    ball(0.5, right=0.1).save(path)
    return path


def test_a_mesh_and_then_its_colours(generator: Generator, field: Path, tmp_path: Path) -> None:
    job = generator.fields.submit(ExtractRequest(field, "ball", PREVIEW))
    view = generator.fields.run_until_done(job, PATIENCE_SECONDS)
    assert view.failure is None
    assert isinstance(view.result, MeshResult)
    assert view.result.closed
    with np.load(view.result.mesh, allow_pickle=False) as arrays:
        vertices, colours = arrays["vertices"], arrays["colours"]
    assert len(vertices) == view.result.vertices
    assert vertices[:, 2].min() == pytest.approx(-0.4, abs=0.03)

    np.savez(tmp_path / "points.npz", points=vertices)
    job = generator.fields.submit(ColoursRequest(field, tmp_path / "points.npz", "ball", symmetry=True))
    view = generator.fields.run_until_done(job, PATIENCE_SECONDS)
    assert isinstance(view.result, ColoursResult)
    with np.load(view.result.colours, allow_pickle=False) as arrays:
        assert np.abs(arrays["colours"] - colours).max() < 1e-4


def test_of_many_previews_the_newest_is_made(generator: Generator, field: Path) -> None:
    jobs = []
    for share in (0.05, 0.1, 0.15, 0.2):
        settings = replace(PREVIEW, flat_base=share)
        jobs.append(generator.fields.submit(ExtractRequest(field, "ball", settings, subject="ball")))
        for _ in range(3):
            generator.tick()
            time.sleep(0.01)
    view = generator.fields.run_until_done(jobs[-1], PATIENCE_SECONDS)
    assert isinstance(view.result, MeshResult)
    with np.load(view.result.mesh, allow_pickle=False) as arrays:
        assert arrays["vertices"][:, 2].min() == pytest.approx(-0.3, abs=0.03)
    assert {generator.fields.view(job).state for job in jobs[:-1]} <= {JobState.CANCELLED, JobState.DONE}
    assert not generator.busy()


def test_what_is_wrong_is_named(generator: Generator, field: Path, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk")
    requests: dict[str, FieldRequest] = {
        "FIELD_FILE_UNREADABLE": ExtractRequest(tmp_path / "junk", "ball", PREVIEW),
        "SETTINGS_INVALID": ExtractRequest(field, "ball", replace(PREVIEW, density_blur=9.0)),
        "SURFACE_EMPTY": ExtractRequest(field, "ball", replace(PREVIEW, threshold=1e6)),
        "POINTS_FILE_MISSING": ColoursRequest(field, tmp_path / "none.npz", "ball"),
    }
    for code, request in requests.items():
        view = generator.fields.run_until_done(generator.fields.submit(request), PATIENCE_SECONDS)
        assert view.failure is not None
        assert view.failure.code == code
