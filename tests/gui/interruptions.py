# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does while a mesh is being made: undo, edit, move things, close the window, open another file.

Started by `smoke.py --story interruptions`. The worker is a fake that takes three seconds for the mesh of a box.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import PACKAGE, Play, module, perform
from tests.gui.window import Steps, wait_until

BOX_WORKER = Path(__file__).parents[1] / "fakes" / "box_worker.py"
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "demo_photo.png"
LONGEST_JOB_SECONDS = 60.0


class Quicksand:
    """A row of places that gives way, when the object already stands in the scene."""

    def place_for(self, *_size: float) -> None:
        raise ZeroDivisionError("no ground here")


class Interruptions(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.use_box_worker()
        yield from self.undo_meanwhile()
        yield from self.edit_meanwhile()
        yield from self.move_meanwhile()
        yield from self.break_meanwhile()
        yield from self.close_its_window()
        yield from self.open_another_file()
        yield from self.switch_off()

    def use_box_worker(self) -> None:
        """The session gets a generator with the fake worker."""
        self.use_worker()
        session, arrays = self.session, self.folder / "box.npz"
        corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], np.float32)
        triangles = np.array([[0, 2, 1], [4, 5, 6], [0, 1, 4], [2, 6, 3]], np.int32)
        np.savez(arrays, vertices=corners, triangles=triangles, colours=corners)
        command = module("host.worker_command").WorkerCommand(
            Path(self.settings["worker_python"]), BOX_WORKER, ("starts", str(arrays))
        )
        generator = module("host.generation").Generator
        session.make_generator = lambda storage, device: generator(storage, device=device, command=command)
        shutil.copyfile(PICTURE, self.folder / "answers-late.png")

    def press(self) -> Steps:
        """An empty scene and one undo step; then what a click on the button does, in the first window's 3D View."""
        self.empty_scene()
        view = self.view
        self.scene.image_path = str(self.folder / "answers-late.png")
        yield from view.point_at(view.middle(view.main))
        with view.inside(view.main):
            bpy.ops.mesh.primitive_cube_add()
            bpy.ops.ed.undo_push(message="a cube")
            bpy.ops.triposr.generate("INVOKE_DEFAULT", True)
        yield 0.5

    def wait(self) -> Steps:
        busy = self.session.queue.busy
        yield from wait_until(lambda: not busy(), LONGEST_JOB_SECONDS, "the job is over")
        yield 1.0

    def arrived(self) -> bool:
        return any(thing.name.startswith("answers-late") for thing in bpy.data.objects)

    def undo_meanwhile(self) -> Steps:
        yield from self.press()
        yield from self.control_z()
        yield from self.wait()
        self.check("after an undo meanwhile the object still arrives", self.arrived())

    def edit_meanwhile(self) -> Steps:
        yield from self.press()
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.ed.undo_push(message="edit mode")
        yield from self.wait()
        self.check("who edits a mesh goes on editing it", bpy.context.mode == "EDIT_MESH", bpy.context.mode)
        self.check("and the object arrives", self.arrived())
        yield from self.control_z()
        self.check("and one undo takes it away", not self.arrived() and bpy.context.mode == "EDIT_MESH")
        bpy.ops.object.mode_set(mode="OBJECT")

    def move_meanwhile(self) -> Steps:
        yield from self.press()
        view, queue = self.view, self.session.queue
        middle = view.middle(view.main)
        yield from view.press("G", middle)
        yield from wait_until(queue.ripe, LONGEST_JOB_SECONDS, "the job is over while the cube is moved")
        yield from view.point_at((middle[0] + 90, middle[1]))
        self.check("an object waits until the artist has moved another one", not self.arrived(), view.running())
        yield from view.click((middle[0] + 90, middle[1]))
        yield from self.wait()
        self.check("and then arrives", self.arrived())
        yield from self.control_z()
        moved = bpy.data.objects["Cube"].location.length > 0
        self.check("and its undo step holds nothing of the movement", not self.arrived() and moved)

    def break_meanwhile(self) -> Steps:
        """An object that can't be made, for a reason nobody foresaw, with another job behind it."""
        yield from self.press()
        queue = self.session.queue
        ticket = queue.ticket(queue.views()[-1].id)
        ticket.order = dataclasses.replace(ticket.order, row=Quicksand())
        with self.view.inside(self.view.main):
            bpy.ops.triposr.generate("INVOKE_DEFAULT", True)
        yield from self.wait()
        self.check("a fault nobody foresaw is a failure", ticket.failure and ticket.failure.code == "OBJECT_NOT_MADE")
        arrived = [thing.name for thing in bpy.data.objects if thing.name.startswith("answers-late")]
        self.check("the job behind it goes on, and nothing half-made stays", len(arrived) == 1, arrived)

    def close_its_window(self) -> Steps:
        first, before = self.view, {window.as_pointer() for window in bpy.context.window_manager.windows}
        with first.inside(first.main):
            bpy.ops.wm.window_new()
        yield 2.0
        second = next(w for w in bpy.context.window_manager.windows if w.as_pointer() not in before)
        with bpy.context.temp_override(window=second):
            bpy.ops.triposr.generate("INVOKE_DEFAULT", True)
        yield 0.5
        with bpy.context.temp_override(window=second):
            bpy.ops.wm.window_close()
        yield from self.wait()
        self.check("a job whose window was closed ends in another one", self.arrived())

    def open_another_file(self) -> Steps:
        yield from self.press()
        bpy.ops.wm.read_homefile(app_template="")
        yield from self.wait()
        self.check("a job whose file was left ends in the new one", self.arrived(), list(bpy.data.objects))
        yield from self.control_z()
        self.check("with one undo step there", not self.arrived() and "Cube" in bpy.data.objects)

    def switch_off(self) -> Steps:
        yield from self.press()
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        yield 1.0
        self.check("the extension can be switched off meanwhile", not self.view.running(), self.view.running())
        bpy.ops.preferences.addon_enable(module=PACKAGE)
        self.use_box_worker()
        yield from self.press()
        yield from self.wait()
        self.check("and works when switched on again", self.arrived())
        yield from self.press()  # and Blender leaves while a job runs


perform(Interruptions)
