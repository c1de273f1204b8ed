# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures in a real window: a grid of objects, the Folder panel, and its contact sheet.

Started by `smoke.py --story folders`, with `--others` naming more pictures.
"""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, perform
from tests.gui.window import Steps, wait_until

SHEET = "bpy.ops.triposr.contact_sheet("
NAME = "Toybox"
LONGEST_RUN_SECONDS = 240.0
LONGEST_GAP_SECONDS = 1.0
"""More than the longest gap of the idle window on the same machine at the same time."""


class Folders(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.order()
        yield from self.look_meanwhile()
        yield from self.look_at_the_end()
        yield from self.open_the_sheet()
        yield from self.go_on()

    def prepare(self) -> Steps:
        """The folder with a broken picture in it, an empty scene, the settings."""
        self.toybox = self.folder / NAME
        self.toybox.mkdir()
        others = [Path(path) for path in self.settings["others"]] or [self.picture] * 3
        for number, picture in enumerate([self.picture, *others]):
            shutil.copyfile(picture, self.toybox / f"{picture.stem}{number or ''}{picture.suffix}")
        self.good = len(others) + 1
        (self.toybox / "broken.png").write_text("not a picture")
        self.empty_scene()
        look = self.view.area.spaces.active.region_3d
        look.view_location, look.view_distance = (1.3, 1.0, 0.4), 8.0
        look.view_rotation = Euler((math.radians(68), 0.0, math.radians(20))).to_quaternion()
        self.use_worker()
        self.use_scene_settings()
        self.scene.image_path = ""  # its path is nobody's business in a picture
        yield from self.show_tab()
        yield from self.idle()

    def order(self) -> Steps:
        """As the file browser's button does."""
        bpy.ops.triposr.add_folder("EXEC_DEFAULT", directory=str(self.toybox))
        self.check("the call comes back at once", not self.run.over, self.run.summary())
        yield 0.5

    @property
    def run(self) -> Any:
        """The extension's own, to know when to look."""
        return self.session.folder_run

    def look_meanwhile(self) -> Steps:
        """The panel while the folder is made; from here on the heart is watched."""
        yield from wait_until(lambda: self.run.done >= 1, LONGEST_RUN_SECONDS, "one is over")
        self.heart.restart()
        yield from self.photograph("folder_running")
        self.check("it is still being made", not self.run.over, self.run.summary())

    def look_at_the_end(self) -> Steps:
        """All in a collection, the broken one listed."""
        yield from wait_until(lambda: self.run.over, LONGEST_RUN_SECONDS, "the folder is done")
        self.figures["longest_gap_folder_seconds"] = self.heart.longest_gap
        gap = self.heart.longest_gap - self.figures["longest_gap_idle_seconds"]
        self.check("the window goes on while the folder is made", gap < LONGEST_GAP_SECONDS, f"{gap:.2f} s")
        yield 2.0
        made = bpy.data.collections[NAME].objects
        self.check("every good picture has an object in the collection", len(made) == self.good, list(made))
        self.check("the broken one is listed", [line.picture for line in self.run.failed()] == ["broken.png"])
        sheet = self.run.log.path.with_name("contact_sheet.png")
        yield from wait_until(sheet.is_file, 60.0, "the contact sheet lies beside the log")
        yield from self.view.press("HOME", self.view.middle(self.view.main))
        yield 2.0
        yield from self.view.find_button(SHEET)
        yield from self.photograph("folder_done", all_of_it=True)

    def open_the_sheet(self) -> Steps:
        """A click shows it in an Image Editor."""
        at = yield from self.view.find_button(SHEET)
        yield from self.view.click(at)
        yield from wait_until(lambda: f"Contact Sheet {NAME}" in bpy.data.images, 60.0, "the sheet is an image")
        yield 3.0
        shown = [
            area.spaces.active.image.name
            for window in bpy.context.window_manager.windows
            for area in window.screen.areas
            if area.ui_type == "IMAGE_EDITOR" and area.spaces.active.image is not None
        ]
        self.check("and an Image Editor shows it", shown == [f"Contact Sheet {NAME}"], shown)
        yield from self.photograph("folder_sheet", all_of_it=True)

    def go_on(self) -> Steps:
        """Nothing is new; a deleted object is made again."""
        bpy.ops.triposr.add_folder("EXEC_DEFAULT", directory=str(self.toybox))
        self.check("what failed is tried again, alone", [path.name for path in self.run.pictures] == ["broken.png"])
        yield from wait_until(lambda: self.run.over, LONGEST_RUN_SECONDS, "it is over")
        yield 1.0
        lost = next(iter(bpy.data.collections[NAME].objects))
        (self.toybox / "broken.png").unlink()
        bpy.data.objects.remove(lost)
        bpy.ops.triposr.add_folder("EXEC_DEFAULT", directory=str(self.toybox))
        self.check("a deleted object is missing", len(self.run.pictures) == 1, self.run.pictures)
        yield from wait_until(lambda: self.run.over, LONGEST_RUN_SECONDS, "it is there again")
        yield 1.0
        made = bpy.data.collections[NAME].objects
        self.check("and comes again", len(made) == self.good, list(made))


perform(Folders)
