# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures in a real window: meanwhile, in the end, and its contact sheet.

Started by `smoke.py --story folder`, with `--others` naming more pictures.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, perform
from tests.gui.window import Steps, wait_until

COPIES = 5
LONGEST_FOLDER_SECONDS = 240.0
LONGEST_GAP_SECONDS = 1.0
"""More than the longest gap of the idle window on the same machine at the same time."""


class Folder(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        folder = self.make_folder()
        yield from self.show_tab()
        yield from self.idle()
        yield from self.order(folder)
        yield from self.look_at_the_end()
        yield from self.once_more(folder)

    def make_folder(self) -> Path:
        """Copies of the picture under several names, the others, and one that is none."""
        folder = self.folder / "gnomes"
        folder.mkdir()
        sources = [self.picture, *map(Path, self.settings["others"])]
        for number in range(COPIES):
            source = sources[number % len(sources)]
            shutil.copyfile(source, folder / f"{number + 1}_{source.name}")
        (folder / "broken.png").write_text("not a picture")
        return folder

    def order(self, folder: Path) -> Steps:
        """What the file browser does when a folder was chosen in it; then half-way."""
        with self.view.inside(self.view.main):
            bpy.ops.triposr.add_folder("EXEC_DEFAULT", directory=str(folder))
        yield 0.5
        yield from wait_until(lambda: len(bpy.data.objects) > 1, LONGEST_FOLDER_SECONDS, "the second object comes")
        yield from self.photograph("folder_running", all_of_it=True)

    def look_at_the_end(self) -> Steps:
        """A grid, a summary, one named failure."""
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_FOLDER_SECONDS, "the folder is done")
        yield 2.0
        self.check("an object for each good picture", len(bpy.data.objects) == COPIES, list(bpy.data.objects))
        collection = bpy.data.collections.get("gnomes")
        here = len(collection.objects) if collection else 0
        self.check("in a collection named after the folder", here == COPIES, here)
        places = {(round(thing.location.x, 2), round(thing.location.y, 2)) for thing in bpy.data.objects}
        self.check("each in a place of its own", len(places) == COPIES, places)
        yield from self.view.press("HOME", self.view.middle(self.view.main))
        yield 2.0
        yield from self.photograph("folder_done", all_of_it=True)

    def once_more(self, folder: Path) -> Steps:
        """Only what is new or failed is tried again."""
        with self.view.inside(self.view.main):
            bpy.ops.triposr.add_folder("EXEC_DEFAULT", directory=str(folder))
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_FOLDER_SECONDS, "the folder is done again")
        self.check("nothing is made twice", len(bpy.data.objects) == COPIES, list(bpy.data.objects))


perform(Folder)
