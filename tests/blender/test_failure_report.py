# SPDX-License-Identifier: GPL-3.0-or-later
"""A failure can be copied with all that helps to find its cause, and be put away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def failed(bpy: Any, picture: Callable[[str], Path], session: Any) -> Any:
    picture("dies.png")
    with pytest.raises(RuntimeError):
        bpy.ops.triposr.generate()
    return session.failure


def test_the_details_hold_code_sentence_versions_and_last_words(
    bpy: Any, room: Callable[[str], Any], session: Any, failed: Any
) -> None:
    text = room("blender.failure_report").details_text(failed, session.storage().worker_log_tail())
    assert text.startswith("WORKER_DIED: TripoSR's process ended unexpectedly (exit code 7).")
    assert f"Blender {bpy.app.version_string}" in text
    assert "Segmentation fault, said the fake" in text


def test_copy_and_dismiss_are_there_only_while_a_failure_is_shown(bpy: Any, session: Any, failed: Any) -> None:
    assert bpy.ops.triposr.copy_failure() == {"FINISHED"}
    assert bpy.ops.triposr.dismiss_failure() == {"FINISHED"}
    assert session.failure is None
    assert not bpy.ops.triposr.copy_failure.poll()
    assert not bpy.ops.triposr.dismiss_failure.poll()
