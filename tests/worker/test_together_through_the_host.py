# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue of photos through the host's door to a real worker that believes that four at once are best."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from triposr_addon.host.generation import Generator  # noqa: E402 - after the check that torch is there
from triposr_addon.host.jobs import GenerationRequest, JobState, JobView  # noqa: E402
from triposr_addon.host.storage import Storage  # noqa: E402
from triposr_addon.host.worker_command import WorkerCommand  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402

pytestmark = pytest.mark.torch

PATIENCE_SECONDS = 300.0


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six boxes of several sizes on white; of the fourth only half the file."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(6):
        picture = np.full((300, 300, 3), 250, np.uint8)
        picture[60 : 160 + 20 * number, 80 : 220 - 10 * number] = (200 - 30 * number, 40, 30 + 30 * number)
        Image.fromarray(picture).save(folder / f"{number}.png")
    half = (folder / "3.png").read_bytes()
    (folder / "3.png").write_bytes(half[: len(half) // 2])
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generator]:
    storage = Storage(tmp_path_factory.mktemp("storage"))
    made = Generator(storage, device="cpu", command=WorkerCommand(Path(sys.executable)), best_batch=4)
    yield made
    made.stop()
    assert [*storage.jobs.iterdir()] == []
    assert not storage.batch_file.exists()


def request(photo: Path) -> GenerationRequest:
    return GenerationRequest(photo, PREVIEW_FOLDER, photo.stem, surface_settings=SurfaceSettings(40))


def submit(generator: Generator, photos: list[Path]) -> list[str]:
    return [generator.submit(request(photo)) for photo in photos]


def tick_until(generator: Generator, condition: Callable[[], bool]) -> int:
    """The most jobs that were under way at once."""
    deadline, most = time.monotonic() + PATIENCE_SECONDS, 0
    while not condition():
        assert time.monotonic() < deadline, generator.views()
        generator.tick()
        most = max(most, running(generator))
        time.sleep(0.005)
    return most


def running(generator: Generator) -> int:
    return sum(view.state is JobState.RUNNING for view in generator.views())


def arrays(view: JobView) -> dict[str, np.ndarray]:
    assert view.result is not None, view.failure
    with np.load(view.result.mesh, allow_pickle=False) as mesh:
        return {name: mesh[name] for name in ("vertices", "triangles", "colours")}


def test_six_in_company_are_as_six_alone(generator: Generator, photos: list[Path]) -> None:
    jobs = submit(generator, photos)
    assert tick_until(generator, lambda: not generator.busy()) == 4
    views = [generator.view(job) for job in jobs]
    assert [view.state is JobState.DONE for view in views] == [True, True, True, False, True, True]
    failure = views[3].failure
    assert failure is not None
    assert failure.code == "PHOTO_TRUNCATED"
    for view in views[:3] + views[4:]:
        alone = generator.run_until_done(generator.submit(view.request), PATIENCE_SECONDS)
        for one, other in zip(arrays(view).values(), arrays(alone).values(), strict=True):
            assert one.shape == other.shape
            assert np.allclose(one, other, atol=1e-4)
        assert view.result is not None
        assert alone.result is not None
        assert view.result.cutout.read_bytes() == alone.result.cutout.read_bytes()
        assert list(view.result.seconds) == list(alone.result.seconds)


def test_one_is_cancelled_and_the_others_come(generator: Generator, photos: list[Path]) -> None:
    jobs = submit(generator, photos[:3] + photos[4:])
    tick_until(generator, lambda: running(generator) == 4 and generator.view(jobs[1]).step == "cut out")
    generator.cancel(jobs[2])
    tick_until(generator, lambda: not generator.busy())
    states = [generator.view(job).state for job in jobs]
    assert states == [JobState.DONE, JobState.DONE, JobState.CANCELLED, JobState.DONE, JobState.DONE]


def test_a_worker_that_is_killed_over_a_group_costs_none_of_it(generator: Generator, photos: list[Path]) -> None:
    jobs = submit(generator, photos[:3] + photos[4:])
    tick_until(generator, lambda: any(generator.view(job).step == "reconstruct" for job in jobs[1:]))
    worker = generator.worker()
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    tick_until(generator, lambda: not generator.busy())
    assert [generator.view(job).state for job in jobs] == [JobState.DONE] * 5
    replaced = generator.worker()
    assert replaced is not None
    assert replaced.pid != worker.pid
