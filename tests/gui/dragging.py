# SPDX-License-Identifier: GPL-3.0-or-later
"""A file dragged from another program's window onto the 3D View, by the desktop's own protocol (X11's XDND).

Started by `smoke.py --story dragging`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, perform
from tests.gui.window import Steps, wait_until

SOURCE = Path(__file__).with_name("drag_source.py")
SYSTEM_PYTHON = "/usr/bin/python3"
"""Blender's own may lack ctypes' library paths; the drag comes from another program anyway."""
LONGEST_DRAG_SECONDS = 20.0
LONGEST_JOB_SECONDS = 120.0


class Dragging(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Drag, choose our entry in Blender's menu, and find the object."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        self.scene.image_path = ""
        yield from self.show_tab()
        x, y = self.view.middle(self.view.main)
        yield from self.view.point_at((x, y))
        top_down = self.view.window.height - y
        dragged = subprocess.Popen(
            [SYSTEM_PYTHON, "-I", str(SOURCE), str(self.picture), str(x), str(top_down)],
            stderr=subprocess.PIPE,
            text=True,
        )
        yield from wait_until(lambda: dragged.poll() is not None, LONGEST_DRAG_SECONDS, "the drag")
        self.check("Blender took the file", dragged.returncode == 0, (dragged.communicate()[1] or "").strip())
        yield 1.0
        yield from self.photograph("drag_menu", all_of_it=True)
        yield from self.view.press("RET", (x, y))
        yield from wait_until(lambda: bool(self.session.queue.views()), 5.0, "the entry of the menu orders a job")
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_JOB_SECONDS, "the dragged picture")
        yield 1.0
        named = [thing.name for thing in bpy.data.objects]
        self.check("the dragged picture became an object", self.picture.stem in named, named)
        yield from self.photograph("dragged", all_of_it=True)


perform(Dragging)
