# SPDX-License-Identifier: GPL-3.0-or-later
"""The Texture panel has its settings and buttons, and tells how true a mesh's texture is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy
FIGURES = {"likeness": 57.25, "seam_p95": 0.75, "covered": 0.5, "charts": 20.0, "from_photo": 0.0, "seconds": 1.5}


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any]) -> Callable[[], list[str]]:
    """What the panel shows of the active object, line by line."""

    def draw() -> list[str]:
        lines: list[str] = []
        panel = room("blender.asset.texture_panel").TRIPOSR_PT_asset_texture
        panel.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
        return lines

    return draw


def told(lines: list[str]) -> str:
    """The labels as one text; they are wrapped to the panel's width."""
    return " ".join(line.removeprefix("label ") for line in lines if line.startswith("label "))


def test_it_has_settings_and_buttons(living: Any, drawn: Callable[[], list[str]]) -> None:
    lines = drawn()
    for name in ("size", "padding", "unwrap", "angle", "tight", "normal_map", "photo"):
        assert any(name in line for line in lines), name
    for name in ("triposr.bake_texture", "triposr.show_texture", "triposr.show_colours"):
        assert any(name in line for line in lines), name
    assert not any("dB" in line for line in lines)


def test_it_tells_how_true_a_texture_is(living: Any, drawn: Callable[[], list[str]]) -> None:
    living.data["triposr_texture"] = FIGURES
    assert "57.2 dB, seams 0.8 of 255, 50% used, 20 pieces, 1.5 s" in told(drawn())
    living.data["triposr_texture"] = {**FIGURES, "from_photo": 0.19}
    assert "19% from the photo" in told(drawn())
    for broken in ("a text", {"likeness": "high"}, {**FIGURES, "charts": "many"}):
        living.data["triposr_texture"] = broken
        assert "dB" not in told(drawn()), "somebody else's property of that name"
