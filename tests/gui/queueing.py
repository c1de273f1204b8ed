# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue in a real window: four pictures ordered one after the other, one of them broken, and looked at meanwhile.

Started by `smoke.py --story queueing`, with `--others` naming two more pictures.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import GENERATE, TAB, WATCH, Play, perform
from tests.gui.window import Steps, wait_until

RETRY, CLEAR = "bpy.ops.triposr.retry(", "bpy.ops.triposr.clear_finished"
BROKEN = "broken.png"
LONGEST_QUEUE_SECONDS = 240.0
NEAR_PIXELS = 40.0
"""The menu's entry is not exactly under the pointer, and a press of Enter moves nothing."""
LONGEST_GAP_SECONDS = 1.0
"""More than the longest gap of the idle window on the same machine at the same time."""


class Queueing(Play):
    """The steps, and what was seen."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        super().__init__(settings, folder)
        self.pictures = self.make_pictures(self.picture)

    def make_pictures(self, chosen: Path) -> list[Path]:
        """Two other pictures, or copies of the chosen one; a broken one; the chosen one last."""
        others = [Path(path) for path in self.settings["others"]]
        copies = [shutil.copyfile(chosen, self.folder / name) for name in ("first.jpg", "second.jpg")]
        broken = self.folder / BROKEN
        broken.write_text("not a picture")
        return [*(others or copies), broken, chosen]

    @property
    def queue(self) -> Any:
        """The extension's own, to know when to look."""
        return self.session.queue

    def states(self) -> list[str]:
        return [view.state.value for view in self.queue.views()]

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.order_all()
        yield from self.look_meanwhile()
        yield from self.look_at_the_end()
        yield from self.undo_one_by_one()
        yield from self.clear()
        yield from self.drop()

    def prepare(self) -> Steps:
        """An empty scene, the settings, and one undo step."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        self.choose(self.pictures[0])
        yield from self.view.show_sidebar(TAB)
        yield from self.idle()

    def order_all(self) -> Steps:
        """A click for each picture, while the earlier ones are made."""
        at = yield from self.view.find_button(GENERATE)
        for number, picture in enumerate(self.pictures):
            self.choose(picture)
            bpy.context.scene.cursor.location.x = 1.4 * number
            yield 0.3
            at = yield from self.view.find_again(GENERATE, at)
            yield from self.view.click(at)
        self.check("each click is one more job", len(self.states()) == len(self.pictures), self.states())
        watching = self.view.running().count(WATCH)
        self.check("and one operator follows them all", watching == 1, self.view.running())

    def look_meanwhile(self) -> Steps:
        """The panel with jobs in several states; the window goes on."""
        yield from wait_until(lambda: "done" in self.states(), LONGEST_QUEUE_SECONDS, "the first job is done")
        yield from self.view.point_at(self.view.middle(self.view.main))
        self.heart.restart()
        yield 1.5
        self.figures["longest_gap_running_seconds"] = self.heart.longest_gap
        gap = self.heart.longest_gap - self.figures["longest_gap_idle_seconds"]
        self.check("the window goes on while the queue runs", gap < LONGEST_GAP_SECONDS, f"{gap:.2f} s")
        self.check("jobs are in several states", len(set(self.states())) > 1, self.states())
        yield from self.photograph("queue")

    def look_at_the_end(self) -> Steps:
        """All are over: three objects, one sentence."""
        began = time.monotonic()
        yield from wait_until(lambda: not self.queue.busy(), LONGEST_QUEUE_SECONDS, "all jobs are over")
        self.figures["seconds_for_the_rest"] = time.monotonic() - began
        yield 1.0
        self.check("three are done, the broken one has failed", self.states() == ["done", "done", "failed", "done"])
        self.check("three objects came", len(bpy.data.objects) == 3, list(bpy.data.objects))
        self.check("nobody follows any more", WATCH not in self.view.running(), self.view.running())
        yield from self.view.press("HOME", self.view.middle(self.view.main))
        yield 2.0
        yield from self.photograph("queue_done", all_of_it=True)
        yield from self.view.find_button(RETRY)
        self.check("there is a button to try again", True)

    def undo_one_by_one(self) -> Steps:
        """Each Ctrl+Z takes one object."""
        for left in (2, 1, 0):
            yield from self.control_z()
            self.check("one Ctrl+Z takes one object away", len(bpy.data.objects) == left, list(bpy.data.objects))

    def clear(self) -> Steps:
        """Clear Finished empties the list."""
        at = yield from self.view.find_button(CLEAR)
        yield from self.view.click(at)
        yield 0.5
        self.check("a click clears the list", self.states() == [], self.states())

    def drop(self) -> Steps:
        """What Blender does when two pictures are dropped: a menu, and our entry in it is chosen."""
        middle = self.view.middle(self.view.main)
        at = (middle[0] - 150, middle[1] - 100)
        files = [{"name": picture.name} for picture in self.pictures[:2]]
        yield from self.view.point_at(at)
        with self.view.inside(self.view.main):
            bpy.ops.wm.drop_import_file("INVOKE_DEFAULT", directory=str(self.pictures[0].parent), files=files)
        yield 0.5
        yield from self.photograph("drop_menu", all_of_it=True)
        yield from self.view.press("RET", at)
        yield from wait_until(lambda: bool(self.states()), 5.0, "the entry of the menu orders jobs")
        yield from wait_until(lambda: not self.queue.busy(), LONGEST_QUEUE_SECONDS, "the dropped pictures are done")
        yield 1.0
        self.check("each dropped picture became an object", len(bpy.data.objects) == 2, list(bpy.data.objects))
        first, second = (bpy.data.objects[picture.stem].location for picture in self.pictures[:2])
        away = self.pixels_between(first, at)
        self.check(
            "the first stands where it was dropped, on the floor", away < NEAR_PIXELS and abs(first.z) < 1e-3, away
        )
        self.check("the second beside it", second.x > first.x and second.y == first.y, tuple(second))
        yield from self.photograph("dropped", all_of_it=True)

    def pixels_between(self, place: Any, at: tuple[int, int]) -> float:
        """How far from a place in the scene the pointer is, on the screen."""
        main, seen = self.view.main, self.view.area.spaces.active.region_3d.perspective_matrix @ place.to_4d()
        x, y = ((1.0 + seen[axis] / seen.w) * side / 2.0 for axis, side in enumerate((main.width, main.height)))
        return float(((main.x + x - at[0]) ** 2 + (main.y + y - at[1]) ** 2) ** 0.5)


perform(Queueing)
