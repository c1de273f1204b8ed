# SPDX-License-Identifier: GPL-3.0-or-later
"""Game Asset in a real window: all stages in one press, Escape in its midst, undo, then each stage by its own button.

Started by `smoke.py --story asset`. Each stage's panel also gets a tab of its own here, in which it can be seen whole.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import TAB, Play, perform
from tests.gui.window import Steps, TookTooLong, wait_until

MAKE = "bpy.ops.triposr.make_game_asset("
LONGEST_JOB_SECONDS = 180.0
LONGEST_CANCEL_SECONDS = 10.0
FAR_ENOUGH = 0.5
"""The texture is on its way: the mesh is reduced, the levels of detail are there."""
STAGES: dict[str, tuple[str, ...]] = {
    "geometry": ("check_geometry", "clean_geometry", "keep_budget", "apply_budget"),
    "levels": ("make_levels",),
    "colliders": ("make_colliders",),
    "texture": ("bake_texture", "show_colours", "show_texture"),
    "export": ("export_asset",),
    "library": ("mark_asset", "write_library"),
    "views": ("render_views",),
}
"""The buttons of each panel, in the order in which an artist presses them."""


class Asset(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.alone: list[Any] = []

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.make_object()
        yield from self.escape()
        yield from self.make_asset()
        yield from self.undo()
        for panel, buttons in STAGES.items():
            yield from self.press_all(panel, buttons)
        yield from self.in_german()
        yield from self.make_again()

    def prepare(self) -> Steps:
        """Only Game Asset is open; its stages have tabs."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        bpy.ops.wm.save_mainfile()
        self.open_only("TRIPOSR_PT_game_asset")
        for name in STAGES:
            kind = getattr(bpy.types, f"TRIPOSR_PT_asset_{name}")
            alone = {
                "bl_idname": f"{kind.__name__}_alone",
                "bl_parent_id": "",
                "bl_category": name,
                "bl_options": set(),
            }
            self.alone.append(type(f"{kind.__name__}_alone", (kind,), alone))
            bpy.utils.register_class(self.alone[-1])
        yield from self.show_tab()

    @property
    def wished(self) -> Any:
        """What the panels show."""
        return bpy.context.scene.triposr_asset

    def make_object(self) -> Steps:
        """A mesh of the picture, seen from near; a texture of 1024 texels and files are wished."""
        with self.view.inside(self.view.main):
            bpy.ops.triposr.generate("INVOKE_DEFAULT")
        yield from wait_until(lambda: bool(bpy.data.objects), LONGEST_JOB_SECONDS, "the object")
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_JOB_SECONDS, "the end of the job")
        thing = bpy.context.view_layer.objects.active
        self.figures["triangles_before"] = len(thing.data.loop_triangles) or len(thing.data.polygons)
        yield from self.view.press("NUMPAD_PERIOD", self.view.middle(self.view.main))
        yield 1.0
        yield from self.photograph("asset_at_first")
        self.wished.engine, self.wished.making.export, self.wished.texture.size = "GODOT", True, "1024"
        bpy.ops.ed.undo_push(message="settings of the asset")
        yield from self.idle()

    def state(self) -> dict[str, list[str]]:
        """All that an artist could miss."""
        layer = bpy.context.view_layer
        things = [
            f"{each.name} {each.hide_get()} {each.select_get()} {len(each.data.polygons)}" for each in layer.objects
        ]
        kinds = ("objects", "meshes", "materials", "collections", "images")
        names = {kind: sorted(each.name for each in getattr(bpy.data, kind) if each.users) for kind in kinds}
        return names | {"things": things, "active": [layer.objects.active.name if layer.objects.active else ""]}

    def busy(self) -> bool:
        return self.session.asset_progress is not None

    def escape(self) -> Steps:
        """In the midst of it: everything is as it was."""
        self.wished.texture.size = "4096"  # it is to last until ESC comes
        at = yield from self.view.find_button(MAKE)
        self.before = self.state()
        yield from self.view.click(at)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from wait_until(self.is_far_enough, LONGEST_JOB_SECONDS, "the texture is baked", 0.02)
        yield from self.photograph("asset_running", all_of_it=True)
        self.check("a bar shows how far it is", self.busy(), self.session.asset_progress)
        self.session.asset_notice = ""
        asked = time.monotonic()
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield from wait_until(lambda: not self.busy(), LONGEST_CANCEL_SECONDS, "ESC ends it")
        self.figures["seconds_to_cancel_an_asset"] = time.monotonic() - asked
        yield 1.0
        self.check("ESC comes before the end", not self.session.asset_notice, self.session.notice)
        self.check("ESC leaves everything as it was", self.state() == self.before, self.difference())
        yield from self.photograph("asset_cancelled")
        self.wished.texture.size = "1024"
        bpy.ops.ed.undo_push(message="another size")

    def is_far_enough(self) -> bool:
        return self.busy() and self.session.asset_progress.fraction > FAR_ENOUGH

    def difference(self) -> str:
        """What is not as before."""
        now = self.state()
        return "; ".join(f"{key}: {self.before[key]} -> {now[key]}" for key in now if now[key] != self.before[key])

    def press(self, command: str, name: str) -> Steps:
        """Click the button and wait for the end of its work; keeps how long it took, and how the window went on."""
        at = yield from self.view.find_button(command)
        self.session.asset_notice = ""
        self.heart.restart()
        began = time.monotonic()
        yield from self.view.click(at)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from self.watch(name)
        took = time.monotonic() - began
        yield 0.5
        self.figures[f"seconds_{name}"] = took
        self.figures[f"longest_gap_{name}_seconds"] = self.heart.longest_gap
        self.figures[f"longest_work_{name}_seconds"] = self.heart.longest_work
        failure = self.session.failure
        self.check(f"{name} does its work", failure is None, failure or self.session.asset_notice)

    def watch(self, name: str) -> Steps:
        """Wait for the end, and tell what was going on when the window stood still longest."""
        steps: list[tuple[float, str]] = []
        end = time.monotonic() + LONGEST_JOB_SECONDS
        while self.busy():
            if time.monotonic() > end:
                raise TookTooLong(f"{name}: not within {LONGEST_JOB_SECONDS:g} s")
            progress = self.session.asset_progress
            steps.append((time.perf_counter(), f"{progress.step} {progress.fraction:.2f}"))
            yield 0.01
        for ended, gap in sorted(self.heart.gaps, key=lambda each: -each[1])[:4]:
            before = [step for when, step in steps if when <= ended - gap + 0.03] or ["its beginning"]
            print(f"    {name}: {gap:.2f} s after {before[-1]}", flush=True)

    def make_asset(self) -> Steps:
        """One press: levels of detail, a texture, a collider, files."""
        self.figures["load_before_the_press"] = os.getloadavg()[0]
        yield from self.press(MAKE, "make_game_asset")
        names = [thing.name for thing in bpy.data.objects]
        stem = self.picture.stem
        wished = [f"{stem}_LOD{number}" for number in range(4)]
        self.check("LOD0 to LOD3 are there", set(wished) <= set(names), names)
        self.check("and a collider", any("col" in name for name in names), names)
        self.check("and a texture", bool(bpy.data.images), [image.name for image in bpy.data.images])
        files = sorted(path.name for path in (self.folder / "export").glob("*"))
        self.check("and files", f"{stem}.glb" in files, files)
        yield from self.photograph("asset_made", all_of_it=True)

    def undo(self) -> Steps:
        """One Ctrl+Z takes it all back; the files stay."""
        yield from self.control_z()
        self.check("one Ctrl+Z takes the asset back", self.state() == self.before, self.difference())
        yield from self.photograph("asset_undone")

    def turn_to(self, tab: str) -> Steps:
        """Another tab of the sidebar."""
        self.view.sidebar.active_panel_category = tab
        self.view.area.tag_redraw()
        yield 0.5

    def press_all(self, panel: str, buttons: tuple[str, ...]) -> Steps:
        """A stage's panel, before and after each of its buttons."""
        yield from self.turn_to(panel)
        yield from self.photograph(f"asset_{panel}")
        for button in buttons:
            yield from self.press(f"bpy.ops.triposr.{button}(", button)
            yield from self.photograph(f"asset_{panel}_{button}")

    def in_german(self) -> Steps:
        """Every panel once more, with what its stage has left in it."""
        view = bpy.context.preferences.view
        view.language = "de_DE"
        view.use_translate_interface = view.use_translate_tooltips = view.use_translate_reports = True
        for tab in (TAB, *STAGES):
            yield from self.turn_to(tab)
            yield from self.photograph(f"asset_german_{tab}")
        view.language = "en_US"

    def make_again(self) -> Steps:
        """The panel as everybody has it, without files; the new asset takes the old one's place."""
        for kind in self.alone:
            bpy.utils.unregister_class(kind)
        self.wished.making.export = False
        yield from self.turn_to(TAB)
        before = sorted(thing.name for thing in bpy.data.objects)
        yield from self.press(MAKE, "make_game_asset_again")
        now = sorted(thing.name for thing in bpy.data.objects)
        self.check("the asset of before is replaced", now == before, now)
        self.view.area.spaces.active.overlay.show_wireframes = True
        yield 1.0
        yield from self.photograph("game_asset", all_of_it=True)


perform(Asset)
