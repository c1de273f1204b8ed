# SPDX-License-Identifier: GPL-3.0-or-later
"""A library of pictures in a real window: opened, searched, imported, linked; and how it does with 100,000 rows.

Started by `smoke.py --story library`. `--others FOLDER` is a library that a batch has made; without it the worker makes
one of the story's picture.
"""

from __future__ import annotations

import dataclasses
import math
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.play import Play, module, perform
from tests.gui.window import Steps, wait_until

IMPORT, LINK = "bpy.ops.triposr.import_from_catalogue(", "bpy.ops.triposr.link_from_catalogue("
NAME = "Toybox"
SIZES = (10_000, 100_000)
LONGEST_READING_SECONDS = 120.0
LONGEST_IMPORT_SECONDS = 120.0
LONGEST_WORK_SECONDS = 0.2
"""Of the main thread itself: what drawing by software takes beside it depends on who else wants the processor."""
SHOWN_ITEMS = 12


class Library(Play):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        yield from self.prepare()
        yield from self.open_it()
        yield from self.import_some()
        yield from self.link_some()
        for size in SIZES:
            yield from self.open_many(size)
        yield from self.escape()
        yield from self.in_german()

    def prepare(self) -> Steps:
        """An empty scene, the panel open, the library beside the .blend."""
        self.empty_scene()
        self.use_worker()
        self.use_scene_settings()
        bpy.ops.wm.save_mainfile()
        given = [Path(path) for path in self.settings["others"]]
        self.library = self.folder / NAME
        if given:
            shutil.copytree(given[0], self.library)
        else:
            photos = self.folder / "photos"
            photos.mkdir()
            shutil.copyfile(self.picture, photos / self.picture.name)
            command = [self.settings["worker_python"], "-m", "triposr_addon", "batch", str(photos), "-o", self.library]
            subprocess.run(command, check=True, cwd=Path(__file__).parents[2], timeout=300)
        self.open_only("TRIPOSR_PT_catalogue")
        yield from self.show_tab()
        yield from self.photograph("library_closed")
        yield from self.idle()

    @property
    def desk(self) -> Any:
        """The extension's own, to know when to look."""
        return self.session.catalogue

    @property
    def wished(self) -> Any:
        """What the panel shows."""
        return bpy.context.window_manager.triposr_catalogue

    def open(self, catalogue: Path) -> Steps:
        """As a drop does."""
        bpy.ops.triposr.open_catalogue("INVOKE_DEFAULT", filepath=str(catalogue))
        yield from wait_until(lambda: self.desk.opening is None, LONGEST_READING_SECONDS, "the catalogue is read", 0.02)

    def open_it(self) -> Steps:
        """Its rows, then a filter."""
        yield from self.open(self.library / "catalogue.jsonl")
        self.check("the library is open", self.desk.browser is not None, self.session.failure or self.desk.notice)
        yield 3.0
        yield from self.photograph("library_open", all_of_it=True)
        self.wished.show = "FAILED"
        yield 1.0
        failed = self.desk.details.record if self.desk.details is not None else None  # none has failed
        self.check("what failed says why", failed is None or bool(failed.sentence), failed and failed.sentence)
        yield from self.photograph("library_failed")
        self.wished.show, self.wished.sort_by, self.wished.descending = "MADE", "SCORE", True
        yield 2.0
        shown = self.desk.browser.shown.tolist()
        scores = [self.desk.browser.library.rows[number].overlap for number in shown]
        self.check("the best stand first", scores == sorted(scores, reverse=True), scores[:3])
        yield from self.photograph("library_sorted")
        self.wished.display = "TILES"
        yield 3.0

    def import_some(self) -> Steps:
        """A click on Import, and one Ctrl+Z."""
        best = self.desk.browser.shown.tolist()[:SHOWN_ITEMS]
        self.desk.browser.choose(best)
        at = yield from self.view.find_button(IMPORT)
        self.heart.restart()
        began = time.monotonic()
        yield from self.view.click(at)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from wait_until(lambda: bool(bpy.data.objects) and not self.busy(), LONGEST_IMPORT_SECONDS, "objects")
        self.figures["seconds_to_import"] = time.monotonic() - began
        yield 0.5
        self.figures["longest_gap_import_seconds"] = self.heart.longest_gap
        made = [thing for thing in bpy.data.objects if thing.type == "MESH"]
        self.check(
            "each came, with its field",
            len(made) == len(best) and all("triposr_living" in thing.data for thing in made),
        )
        look = self.view.area.spaces.active.region_3d
        look.view_rotation = Euler((math.radians(68), 0.0, math.radians(15))).to_quaternion()
        yield from self.view.press("HOME", self.view.middle(self.view.main))
        yield 2.0
        for thing in made:
            thing.select_set(False)
        look.view_distance *= 0.8
        yield 1.0
        yield from self.photograph("library", all_of_it=True)
        self.wished.display = "LIST"
        yield 1.0
        yield from self.photograph("library_imported", all_of_it=True)
        yield from self.control_z()
        self.check("one Ctrl+Z takes them back", not [thing for thing in bpy.data.objects if thing.users])

    def busy(self) -> bool:
        return self.desk.progress is not None

    def link_some(self) -> Steps:
        """A click on Link; the Asset Browser knows the library."""
        self.desk.browser.choose(self.desk.browser.chosen(), False)
        self.desk.browser.choose(self.desk.browser.shown.tolist()[:3])
        at = yield from self.view.find_button(LINK)
        self.heart.restart()
        yield from self.view.click(at)
        yield from self.view.point_at(self.view.middle(self.view.main))
        yield from wait_until(lambda: bool(bpy.data.libraries) and not self.busy(), LONGEST_IMPORT_SECONDS, "links")
        yield 1.0
        self.figures["longest_gap_link_seconds"] = self.heart.longest_gap
        linked = [thing.data.library is not None for thing in bpy.context.scene.objects]
        self.check("what is linked is there", bool(linked) and all(linked), linked)
        known = [each.path for each in bpy.context.preferences.filepaths.asset_libraries]
        self.check("the Asset Browser knows the library", str(self.library) in known, known)
        yield from self.photograph("library_linked", all_of_it=True)
        yield from self.show_assets()
        self.empty_scene()

    def show_assets(self) -> Steps:
        """The 3D View becomes an Asset Browser for a moment."""
        area = self.view.area
        camera = self.view
        before, area.ui_type = area.ui_type, "ASSETS"
        yield 1.0
        area.spaces.active.params.asset_library_reference = NAME
        yield 4.0
        yield from camera.screenshot(self.folder / "library_assets.png")
        area.ui_type = before
        yield 1.0

    def open_many(self, size: int) -> Steps:
        """Rows that share the library's files; how long things take, and what the window feels of it."""
        catalogue = self.write_many(size)
        self.heart.restart()
        began = time.monotonic()
        yield from self.open(catalogue)
        self.figures[f"seconds_to_open_{size}"] = time.monotonic() - began
        self.figures[f"longest_gap_opening_{size}_seconds"] = self.heart.longest_gap
        self.figures[f"longest_work_opening_{size}_seconds"] = self.heart.longest_work
        work = self.heart.longest_work
        self.check(f"the window goes on while {size} rows are read", work < LONGEST_WORK_SECONDS, f"{work:.2f} s")
        yield 3.0
        self.time(f"drawing_{size}", self.draw)
        self.time(f"sorting_{size}_by_name_and_drawing", lambda: self.wish(sort_by="NAME"))
        for typed in ("7", "77", "77 te"):
            self.time(
                f"typing_{typed.replace(' ', '_')}_in_{size}_and_drawing", lambda typed=typed: self.wish(search=typed)
            )
        work = self.figures[f"typing_77_in_{size}_and_drawing_work_seconds"]
        self.check(f"typing in {size} rows does not wait", work < LONGEST_WORK_SECONDS, f"{work:.3f} s")
        yield from self.photograph(f"library_{size}")
        self.wish(search="", sort_by="ORDER")
        for _ in range(20):
            bpy.ops.triposr.turn_catalogue_page(by=7)
            yield 0.2
        self.check("few thumbnails are kept", len(self.desk.thumbnails) <= 256 + 100, len(self.desk.thumbnails))

    def write_many(self, size: int) -> Path:
        """Beside the library's items."""
        file = module("catalogue_file")
        with (self.library / "catalogue.jsonl").open("rb") as lines:
            made = [record for record in file.records_in(lines) if record.status == file.MADE]
        draw = random.Random(1)
        catalogue = self.library / f"many_{size}.jsonl"
        with catalogue.open("wb") as out:
            for number in range(size):
                record = made[number % len(made)]
                out.write(
                    file.as_line(
                        dataclasses.replace(record, id=f"{record.id} {number:06d}", overlap=round(draw.random(), 3))
                    )
                )
        return catalogue

    def time(self, name: str, work: Any) -> None:
        """Keep how long it took, the main loop standing still meanwhile, and this thread's own share of it."""
        began, worked = time.perf_counter(), time.thread_time()
        work()
        self.figures[f"{name}_seconds"] = time.perf_counter() - began
        self.figures[f"{name}_work_seconds"] = time.thread_time() - worked

    def wish(self, **wished: Any) -> None:
        """As the panel's fields do, until it is seen."""
        for name, value in wished.items():
            setattr(self.wished, name, value)
        self.draw()

    def draw(self) -> None:
        """The sidebar, laid out, drawn and shown once."""
        with self.view.inside(self.view.sidebar):
            bpy.ops.wm.redraw_timer(type="DRAW_SWAP", iterations=1)

    def escape(self) -> Steps:
        """Of a hundred that are chosen nothing stays after ESC."""
        self.desk.browser.choose(range(100))
        at = yield from self.view.find_button(IMPORT)
        before = len(bpy.data.meshes)
        yield from self.view.click(at)
        yield from wait_until(lambda: self.busy() and self.desk.progress.fraction > 0.2, 30.0, "it is under way", 0.02)
        yield from self.photograph("library_importing")
        yield from self.view.press("ESC", self.view.middle(self.view.main))
        yield from wait_until(lambda: not self.busy(), 10.0, "ESC ends it")
        self.check("ESC leaves nothing", len(bpy.data.meshes) == before and not bpy.context.scene.objects)
        self.heart.restart()
        began = time.monotonic()
        yield from self.view.click(at)
        yield from wait_until(lambda: bool(bpy.context.scene.objects) and not self.busy(), 120.0, "a hundred objects")
        self.figures["seconds_to_import_100"] = time.monotonic() - began
        yield 2.0
        self.figures["longest_gap_importing_100_seconds"] = self.heart.longest_gap
        self.check("the hundred are there", len(bpy.context.scene.objects) == 100, len(bpy.context.scene.objects))
        yield from self.photograph("library_hundred", all_of_it=True)
        self.empty_scene()

    def in_german(self) -> Steps:
        """Longer words have room."""
        view = bpy.context.preferences.view
        view.language = "de_DE"
        view.use_translate_interface = True
        yield from self.open(self.library / "catalogue.jsonl")
        yield 2.0
        yield from self.photograph("library_german")
        view.language = "en_US"


perform(Library)
