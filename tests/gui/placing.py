# SPDX-License-Identifier: GPL-3.0-or-later
"""Placing with the mouse in a real window, with ghosts where the objects will come.

Started by `smoke.py --story placing`.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler, Vector

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import GENERATE, Play, module, perform
from tests.gui.window import Steps, wait_until

PLACE, TRY_FOUR, PICK = (f"bpy.ops.triposr.{name}" for name in ("place_with_mouse", "try_four", "pick("))
CAMERA = "TRIPOSR_OT_photo_camera"
LONGEST_WAIT_SECONDS = 120.0
TABLE_TOP = 0.5


class Placing(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.place()
        yield from self.look_meanwhile()
        yield from self.look_at_the_end()
        yield from self.photo_camera()
        yield from self.try_four()

    def prepare(self) -> Steps:
        """A table, the settings, a cut-out."""
        self.empty_scene()
        bpy.ops.mesh.primitive_cube_add(size=1.0, location=(1.0, 1.0, TABLE_TOP / 2), scale=(1.4, 1.4, TABLE_TOP))
        bpy.context.object.select_set(False)
        bpy.context.scene.cursor.location = (-0.6, 0.4, 0.0)
        look = self.view.area.spaces.active.region_3d
        look.view_location, look.view_distance = (0.6, 0.5, 0.5), 5.5
        look.view_rotation = Euler((math.radians(72), 0.0, math.radians(18))).to_quaternion()
        self.use_worker()
        self.use_scene_settings()
        yield from self.show_tab()
        yield from wait_until(self.cut_out_is_there, LONGEST_WAIT_SECONDS, "the cut-out")

    def cut_out_is_there(self) -> bool:
        chosen = Path(bpy.path.abspath(self.scene.image_path))
        return self.session.cut_out.subject_or_none(chosen) is not None

    def place(self) -> Steps:
        """The small button, the pointer over the table, a click; then one more at the 3D cursor."""
        large = yield from self.view.find_button(GENERATE)
        small = yield from self.view.find_button(PLACE, below=large[1] + 20)
        yield from self.view.click(small)
        at = self.pixel_of((1.0, 1.0, TABLE_TOP))
        yield from self.view.point_at(at)
        yield 0.5
        (ghost,) = self.session.hovering
        self.check("a ghost is under the pointer, on the table", abs(ghost.place[2] - TABLE_TOP) < 1e-3, ghost.place)
        self.check("with the subject in it", ghost.picture is not None, ghost.size)
        yield from self.photograph("ghost_hovering", all_of_it=True)
        yield from self.view.click(at)
        self.check("the click orders", len(self.session.queue.views()) == 1 and not self.session.hovering)
        yield from self.view.click(large)

    def look_meanwhile(self) -> Steps:
        """Two ghosts, one on its way."""
        queue, scene = self.session.queue, bpy.context.scene
        yield from wait_until(lambda: self.fraction() > 0.35, LONGEST_WAIT_SECONDS, "the first job is on its way")
        yield 0.6  # a view is drawn anew only where a ghost has changed, a few times a second
        ghosts = module("blender.ghost").ghosts_of(queue, scene.session_uid)
        coming = 2 - sum(queue.ticket(view.id).settled for view in queue.views())
        self.check("each job has a ghost", len(ghosts) == coming > 0, [ghost.place for ghost in ghosts])
        self.check("nothing of it is in the file", len(bpy.data.objects) == 3 - coming, list(bpy.data.objects))
        yield from self.view.screenshot(self.folder / "ghost.png", self.around_ghosts())

    def around_ghosts(self) -> str:
        """The 3D View left of its sidebar, as a crop for a screenshot."""
        area, sidebar = self.view.area, self.view.sidebar
        top = self.view.window.height - area.y - area.height
        left = area.x + 60
        return f"{sidebar.x - left}x{area.height - 80}+{left}+{top + 80}"

    def fraction(self) -> float:
        return float(self.session.queue.views()[0].fraction)

    def look_at_the_end(self) -> Steps:
        """The objects stand where the ghosts were."""
        queue = self.session.queue
        yield from wait_until(lambda: not queue.busy(), LONGEST_WAIT_SECONDS, "both are done")
        yield 1.5
        name = self.picture.stem
        on_table, at_cursor = bpy.data.objects[name], bpy.data.objects[f"{name}.001"]
        self.check("it stands on the table", abs(on_table.location.z - TABLE_TOP) < 1e-3, tuple(on_table.location))
        self.check("the other one at the cursor", abs(at_cursor.location.x + 0.6) < 1e-3, tuple(at_cursor.location))
        log = self.session.storage().worker_log.tail(200)
        self.check(
            "every ghost could be drawn", "ghosts can't be drawn" not in log, log[-500:] if "ghosts" in log else ""
        )
        yield from self.photograph("placed", all_of_it=True)

    def photo_camera(self) -> Steps:
        """The object through its photo's camera, with the photo behind."""
        thing = bpy.data.objects[f"{self.picture.stem}.001"]
        bpy.context.view_layer.objects.active = thing
        with self.view.inside(self.view.main):
            bpy.ops.triposr.photo_camera("INVOKE_DEFAULT", match_resolution=True)
        self.check("it is sought while Blender goes on", CAMERA in self.view.running(), self.view.running())
        yield from wait_until(lambda: CAMERA not in self.view.running(), LONGEST_WAIT_SECONDS, "the camera")
        yield 1.5
        cameras = [item for item in bpy.data.objects if item.type == "CAMERA"]
        seen = [round(camera["triposr_overlap"], 2) for camera in cameras]
        self.check("there is one camera, and it fits", len(cameras) == 1 and min(seen) > 0.8, seen)
        look = self.view.area.spaces.active.region_3d
        self.check("the view looks through it", look.view_perspective == "CAMERA", look.view_perspective)
        yield from self.view.screenshot(self.folder / "photo_camera.png", self.around_ghosts())
        look.view_perspective = "PERSP"
        yield from self.control_z()
        left = [item.name for item in bpy.data.objects if item.type == "CAMERA"]
        self.check("one Ctrl+Z takes the camera away", not left, left)

    def try_four(self) -> Steps:
        """Four candidates with their drawings; one is picked by a click, and undone."""
        bpy.ops.triposr.clear_finished()
        large = yield from self.view.find_button(GENERATE)
        small = yield from self.view.find_button(TRY_FOUR, below=large[1] + 20)
        yield from self.view.click(small)
        queue, before = self.session.queue, len(bpy.data.objects)
        yield from wait_until(lambda: len(self.ready()) == 4, LONGEST_WAIT_SECONDS, "four candidates")
        yield 1.0
        self.check("no candidate is in the scene", len(bpy.data.objects) == before, list(bpy.data.objects))
        overlaps = [view.result.review.facts.overlap for view, _ticket in self.ready()]
        self.check("each was held against its cut-out", min(overlaps) > 0.5, [f"{share:.2f}" for share in overlaps])
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield 1.0
        yield from self.photograph("candidates")
        button = yield from self.view.find_button(PICK)
        yield from self.view.click(button)
        yield 1.0
        self.check("a click picks one", len(bpy.data.objects) == before + 1, list(bpy.data.objects))
        self.check("the others are gone", not self.ready() and len(queue.views()) == 1)
        yield from self.control_z()
        self.check("one Ctrl+Z takes it away", len(bpy.data.objects) == before, list(bpy.data.objects))

    def ready(self) -> list[Any]:
        """Candidates that can be picked."""
        return [pair for pair in module("blender.candidates").candidates(self.session.queue) if pair[1].kept]

    def pixel_of(self, place: tuple[float, float, float]) -> tuple[int, int]:
        """Where a place in the scene is in the window, from its bottom left."""
        main = self.view.main
        seen: Any = self.view.area.spaces.active.region_3d.perspective_matrix @ Vector((*place, 1.0))
        x, y = ((1.0 + seen[axis] / seen.w) * side / 2.0 for axis, side in enumerate((main.width, main.height)))
        return (main.x + round(x), main.y + round(y))


perform(Placing)
