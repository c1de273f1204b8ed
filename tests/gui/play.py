# SPDX-License-Identifier: GPL-3.0-or-later
"""What every story in a Blender window has: its settings, its findings, the extension it looks at, and its end.

A story is a subclass of Play with `steps`; its last line is `perform(TheStory)`. smoke.py starts it as
`blender -P story.py -- settings.json`; result.json and screenshots come to lie beside the settings.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.window import Heartbeat, Steps, TookTooLong, View, drive

PACKAGE = "bl_ext.user_default.triposr"
TAB = "TripoSR"
GENERATE, CANCEL = "bpy.ops.triposr.generate(", "bpy.ops.triposr.cancel("
WATCH = "TRIPOSR_OT_watch"
IDLE_SECONDS = 2.0


def module(name: str) -> Any:
    """A module of the extension as Blender loaded it, such as "blender.session"."""
    return sys.modules[f"{PACKAGE}.triposr_addon.{name}"]


class Play:
    """The steps of a story, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.heart = Heartbeat()
        self.checks: list[dict[str, Any]] = []
        self.figures: dict[str, float] = {}
        self.began = time.monotonic()

    def steps(self) -> Steps:
        """Everything, in order."""
        raise NotImplementedError

    def check(self, name: str, happened: bool, seen: object = "") -> None:
        """Keep one finding; a wrong one does not stop the story."""
        self.checks.append({"name": name, "ok": bool(happened), "seen": str(seen)})
        print(f"{time.monotonic() - self.began:6.1f} s  {'ok' if happened else 'FAIL'}  {name}  {seen}", flush=True)

    @property
    def view(self) -> View:
        """The first window there is, looked up anew: opening a file makes another one."""
        return View()

    @property
    def scene(self) -> Any:
        """The settings that the panel shows."""
        return bpy.context.scene.triposr

    @property
    def session(self) -> Any:
        """The extension's own, to know when to look."""
        return module("blender.session").current()

    @property
    def picture(self) -> Path:
        """The picture that smoke.py was told to use."""
        return Path(self.settings["scene"]["image_path"])

    def use_worker(self) -> None:
        """The extension's preferences get the worker's Python. Raises TookTooLong where the extension is off."""
        addon = bpy.context.preferences.addons.get(PACKAGE)
        self.check("the extension is on after a real start of Blender", addon is not None)
        if addon is None:
            raise TookTooLong(f"{PACKAGE} is not enabled")
        addon.preferences.worker_python = self.settings["worker_python"]

    def empty_scene(self) -> None:
        """Nothing stands about."""
        for thing in list(bpy.data.objects):
            bpy.data.objects.remove(thing)

    def use_scene_settings(self) -> None:
        """The picture and the rest, as smoke.py was told; one undo step."""
        self.save_file()
        for name, value in self.settings["scene"].items():
            if name != "image_path":
                setattr(self.scene, name, value)
        self.choose(self.picture)
        bpy.ops.ed.undo_push(message="settings")

    def save_file(self) -> None:
        """A .blend beside the screenshots, so that paths can begin there."""
        bpy.ops.wm.save_as_mainfile(filepath=str(self.folder / "story.blend"))

    def choose(self, picture: Path) -> None:
        """Through a copy beside the .blend: no folder of this computer is in a screenshot."""
        copy = self.folder / picture.name
        if not copy.exists():
            shutil.copyfile(picture, copy)
        self.scene.image_path = f"//{picture.name}"

    def show_tab(self) -> Steps:
        """Open the sidebar at the tab, and take the pointer away from it."""
        yield from self.view.show_sidebar(TAB)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield 1.0

    def open_only(self, panel: str) -> None:
        """Fold every panel of the tab but one."""
        for kind in module("blender.registration").CLASSES:
            if issubclass(kind, bpy.types.Panel) and not getattr(kind, "bl_parent_id", ""):
                self.fold(kind, kind.__name__ == panel)

    def fold(self, kind: Any, open_: bool) -> None:
        """Anew, with those that stand in it; a list that opens from a header has no folds."""
        if kind.bl_region_type != "UI":
            return
        below = [each for each in module("blender.registration").CLASSES if self.stands_in(each, kind)]
        for each in (*reversed(below), kind):
            bpy.utils.unregister_class(each)
        kind.bl_options = set() if open_ else {"DEFAULT_CLOSED"}
        for each in (kind, *below):
            bpy.utils.register_class(each)

    def stands_in(self, each: Any, kind: Any) -> bool:
        """Whether `each` is a panel below `kind`."""
        return issubclass(each, bpy.types.Panel) and getattr(each, "bl_parent_id", "") == kind.__name__

    def idle(self) -> Steps:
        """How evenly the window beats when nothing is going on: a busy machine lets it stumble."""
        self.heart.restart()
        yield IDLE_SECONDS
        self.figures["longest_gap_idle_seconds"] = self.heart.longest_gap
        self.heart.restart()

    def photograph(self, name: str, all_of_it: bool = False) -> Steps:
        """A screenshot of the sidebar and what is beside it, or of the whole window."""
        crop = "" if all_of_it else self.view.around_sidebar()
        yield from self.view.screenshot(self.folder / f"{name}.png", crop)

    def control_z(self) -> Steps:
        """Undo, as an artist does."""
        yield from self.view.press("Z", self.view.middle(self.view.main), ctrl=True)
        yield 1.0

    def result(self) -> dict[str, Any]:
        """What smoke.py reads."""
        return {"blender": bpy.app.version_string, "checks": self.checks, "figures": self.figures}

    def end(self, fault: BaseException | None) -> None:
        """Write the findings; then Blender leaves."""
        if fault is not None:
            self.check("the story came to its end", False, "".join(traceback.format_exception(fault)))
            subprocess.run(["import", "-window", "root", str(self.folder / "fault.png")], check=False, timeout=60)
        (self.folder / "result.json").write_text(json.dumps(self.result(), indent=1))
        self.heart.stop()
        bpy.ops.wm.quit_blender()


def perform(kind: type[Play]) -> None:
    """Play the story in this Blender, with the settings file that its command line names."""
    file = Path(sys.argv[sys.argv.index("--") + 1])
    story = kind(json.loads(file.read_text()), file.parent)
    drive(story.steps(), story.end)
