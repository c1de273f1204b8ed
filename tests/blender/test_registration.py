# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension goes in and out of Blender without leaving anything behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

EXTENSION = "bl_ext.user_default.triposr"
OURS = ("TRIPOSR_", "triposr")


@pytest.fixture
def enabled_again(bpy: Any) -> Iterator[None]:
    yield
    if EXTENSION not in bpy.context.preferences.addons:
        bpy.ops.preferences.addon_enable(module=EXTENSION)


def our_classes(bpy: Any) -> list[str]:
    kinds = (bpy.types.Panel, bpy.types.Operator, bpy.types.PropertyGroup, bpy.types.AddonPreferences)
    return sorted(kind.__name__ for base in kinds for kind in base.__subclasses__() if kind.__name__.startswith(OURS))


def test_off_leaves_nothing_and_on_brings_all_back_twice(
    bpy: Any, room: Callable[[str], Any], enabled_again: None
) -> None:
    for _ in range(2):
        bpy.ops.preferences.addon_disable(module=EXTENSION)
        assert not hasattr(bpy.types.Scene, "triposr")
        assert not hasattr(bpy.types.Scene, "triposr_colours")
        assert not hasattr(bpy.types.Scene, "triposr_asset")
        assert not hasattr(bpy.types.WindowManager, "triposr_living")
        assert "generate" not in dir(bpy.ops.triposr)
        assert not hasattr(bpy.types, "TRIPOSR_PT_image_to_mesh")
        assert room("blender.session").current_or_none() is None
        bpy.ops.preferences.addon_enable(module=EXTENSION)
        assert "generate" in dir(bpy.ops.triposr)
        assert bpy.context.scene.triposr.resolution == 128
        assert bpy.context.preferences.addons[EXTENSION].preferences.device == "auto"


def test_every_class_of_the_room_is_in_the_list(checkout: Any, room: Callable[[str], Any]) -> None:
    import ast

    sources = (checkout / "triposr_addon" / "blender").rglob("*.py")
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    classes = {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    listed = [kind.__name__ for kind in room("blender.registration").CLASSES]
    assert len(listed) == len(set(listed))
    assert {name for name in classes if name.startswith("TRIPOSR_")} == set(listed)


def test_all_operators_tell_the_artist_what_they_do(bpy: Any, room: Callable[[str], Any]) -> None:
    for kind in room("blender.registration").CLASSES:
        if issubclass(kind, bpy.types.Operator):
            assert kind.__doc__
            assert not kind.__doc__.endswith("."), "Blender adds the full stop itself"


def test_all_icons_exist_in_this_blender(bpy: Any, checkout: Any) -> None:
    import re

    known = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
    sources = (checkout / "triposr_addon" / "blender").rglob("*.py")
    used = {name for source in sources for name in re.findall(r'icon="([A-Z_0-9]+)"', source.read_text())}
    assert used
    assert used <= known


def test_a_timer_that_waits_for_a_window_is_taken_out(
    bpy: Any, room: Callable[[str], Any], enabled_again: None
) -> None:
    watch_again = room("blender.watch").watch_again
    bpy.app.timers.register(watch_again, first_interval=60)
    bpy.ops.preferences.addon_disable(module=EXTENSION)
    assert not bpy.app.timers.is_registered(watch_again)
