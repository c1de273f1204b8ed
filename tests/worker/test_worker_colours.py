# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: colours of points that somebody else's mesh has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.questions import extract, sample  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    ColoursSampled,
    ErrorReport,
    Extracted,
)

pytestmark = [pytest.mark.torch, pytest.mark.parity]


def test_a_meshs_points_have_its_colours(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)
    with np.load(tmp_path / "x.npz") as arrays:
        vertices, colours = arrays["vertices"], arrays["colours"]
    np.savez(tmp_path / "points.npz", points=vertices)
    answer = worker.ask(sample(ball_file, tmp_path, tmp_path / "points.npz"))
    assert isinstance(answer, ColoursSampled)
    assert answer.points == len(vertices)
    assert list(answer.seconds) == ["colour"]
    with np.load(answer.colours_path, allow_pickle=False) as arrays:
        assert np.abs(arrays["colours"] - colours).max() < 1e-4


def test_points_that_are_none_are_named(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.npz").write_bytes(b"junk")
    np.savez(tmp_path / "points.npz", points=np.zeros((3, 3), dtype=np.float32))
    requests = {
        "POINTS_FILE_UNREADABLE": sample(ball_file, tmp_path, tmp_path / "junk.npz"),
        "POINTS_FILE_MISSING": sample(ball_file, tmp_path, tmp_path / "none.npz"),
        "FIELD_FILE_UNREADABLE": sample(tmp_path / "junk.npz", tmp_path, tmp_path / "points.npz"),
        "FIELD_FILE_MISSING": sample(tmp_path / "none", tmp_path, tmp_path / "points.npz"),
        "OUTPUT_UNWRITABLE": sample(ball_file, tmp_path / "nowhere", tmp_path / "points.npz"),
    }
    for code, request in requests.items():
        answer = worker.ask(request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == code
    assert not (tmp_path / "colours.npz").exists()
