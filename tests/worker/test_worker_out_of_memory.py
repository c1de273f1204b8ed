# SPDX-License-Identifier: GPL-3.0-or-later
"""A real worker process that the system gives no more memory, in the middle of its life."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check that torch is there
from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    PROTOCOL_VERSION,
    ErrorReport,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    Reconstruct,
    Reconstructed,
    SurfaceSettings,
)
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform != "linux", reason="limits another process's address space"),
]

MIB = 1 << 20


@contextmanager
def address_space(process_id: int, more_bytes: int) -> Iterator[None]:
    """Inside the block the process can take so many bytes more than it has, and no more."""
    import resource

    status = Path(f"/proc/{process_id}/status").read_text("utf-8")
    taken = re.search(r"^VmSize:\s+(\d+) kB$", status, re.MULTILINE)
    assert taken
    before = resource.prlimit(process_id, resource.RLIMIT_AS)
    resource.prlimit(process_id, resource.RLIMIT_AS, (1024 * int(taken[1]) + more_bytes, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_AS, before)


def test_a_model_that_there_is_no_room_to_map_is_not_called_damaged(tmp_path: Path) -> None:
    """64 MB of weights in torch's own form, of a network that the config does not even describe."""
    model = tmp_path / "large"
    model.mkdir()
    (model / "config.yaml").write_bytes((PREVIEW_FOLDER / "config.yaml").read_bytes())
    torch.save({"weight": torch.zeros(16 * MIB)}, model / "model.ckpt")
    request = Reconstruct("job", str(good_photo(tmp_path)), str(model), str(tmp_path / "made.triplane.safetensors"))
    with Conversation() as worker:
        assert isinstance(worker.ask(Initialize(PROTOCOL_VERSION, device="cpu")), Initialized)
        answer = worker.ask(request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == "MODEL_TENSOR_MISSING"
        with address_space(worker.process.pid, 32 * MIB):
            answer = worker.ask(request)
            assert isinstance(answer, ErrorReport)
            assert answer.code == "OUT_OF_MEMORY"


def test_a_worker_without_memory_says_so_leaves_nothing_behind_and_works_on(tmp_path: Path) -> None:
    field, mesh = tmp_path / "ball.triplane.safetensors", tmp_path / "mesh.npz"
    ball(0.5).save(field)
    photo = good_photo(tmp_path)
    reconstruct = Reconstruct("job", str(photo), str(PREVIEW_FOLDER), str(tmp_path / "made.triplane.safetensors"))
    small, large = (Extract("job", str(field), str(mesh), SurfaceSettings(resolution)) for resolution in (32, 768))
    with Conversation() as worker:
        assert isinstance(worker.ask(Initialize(PROTOCOL_VERSION, device="cpu")), Initialized)
        assert isinstance(worker.ask(reconstruct), Reconstructed)
        assert isinstance(worker.ask(small), Extracted)
        mesh.unlink()
        before = sorted(tmp_path.iterdir())
        with address_space(worker.process.pid, 200 * MIB):  # the maps alone take 450
            answer = worker.ask(large)
            assert isinstance(answer, ErrorReport)
            assert answer.code == "OUT_OF_MEMORY"
            assert "lower the resolution" in answer.sentence
            assert sorted(tmp_path.iterdir()) == before
            assert isinstance(worker.ask(small), Extracted)
        assert isinstance(worker.ask(reconstruct), Reconstructed)  # its model was dropped; it is loaded again
