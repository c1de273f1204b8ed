# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Game Asset in a real window: cancelled by ESC, made, undone. Started by `smoke.py --story game_asset`."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import bpy
from mathutils import Euler

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import GENERATE, Play, module, perform
from tests.gui.window import Steps, wait_until

LONGEST_WAIT_SECONDS = 180.0
MAKE = "bpy.ops.triposr.make_game_asset"


class GameAsset(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.empty_scene()
        look = self.view.area.spaces.active.region_3d
        look.view_location, look.view_distance = (-0.6, 0.0, 0.45), 3.2
        look.view_rotation = Euler((math.radians(75), 0.0, math.radians(20))).to_quaternion()
        self.use_worker()
        self.use_scene_settings()
        yield from self.show_tab()
        at = yield from self.view.find_button(GENERATE)
        yield from self.view.click(at)
        yield from wait_until(lambda: bool(bpy.data.objects), LONGEST_WAIT_SECONDS, "the object")
        yield from wait_until(lambda: not self.session.queue.busy(), 10.0, "the end of the job")
        self.open_panels()
        yield 1.0
        bpy.context.scene.triposr_asset.budget.faces = 1500
        bpy.context.scene.triposr_asset.texture.size = "512"
        yield from self.cancelled()
        yield from self.made()
        yield from self.control_z()
        self.check("undo takes the whole asset away", self.names() == [self.picture.stem], self.names())

    def open_panels(self) -> None:
        """A script can't open a panel; one that is registered anew opens as it says. The others make room."""
        for kind in reversed(module("blender.registration").CLASSES):
            if issubclass(kind, bpy.types.Panel) and hasattr(kind, "bl_category") and "asset" not in kind.__name__:
                bpy.utils.unregister_class(kind)
        kinds = [kind for kind in module("blender.asset.classes").CLASSES if issubclass(kind, bpy.types.Panel)]
        for kind in reversed(kinds):
            bpy.utils.unregister_class(kind)
        for kind in kinds:
            if kind.__name__ in ("TRIPOSR_PT_game_asset", "TRIPOSR_PT_asset_levels"):
                kind.bl_options = set()
            bpy.utils.register_class(kind)

    def cancelled(self) -> Steps:
        """ESC while it is under way leaves the object alone."""
        at = yield from self.view.find_button(MAKE)
        yield from self.view.click(at)
        yield from wait_until(lambda: self.session.asset_progress is not None, 10.0, "its first piece")
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield from wait_until(lambda: self.session.asset_progress is None, LONGEST_WAIT_SECONDS, "the end")
        self.check("ESC leaves all as it was", self.names() == [self.picture.stem], self.names())

    def made(self) -> Steps:
        """All stages; how long the window stood still at most."""
        at = yield from self.view.find_button(MAKE)
        self.heart.restart()
        yield from self.view.click(at)
        yield from wait_until(lambda: self.session.asset_progress is not None, 10.0, "its first piece")
        yield from wait_until(lambda: self.session.asset_progress is None, LONGEST_WAIT_SECONDS, "the asset")
        self.figures["longest_gap_seconds"] = self.heart.longest_gap
        stem = self.picture.stem
        expected = sorted([stem, f"{stem}_Collider", *(f"{stem}_LOD{number}" for number in range(4))])
        self.check("levels and collider are there", self.names() == expected, self.names())
        yield 1.0
        yield from self.photograph("game_asset", all_of_it=True)

    def names(self) -> list[str]:
        return sorted(thing.name for thing in bpy.data.objects)


perform(GameAsset)
