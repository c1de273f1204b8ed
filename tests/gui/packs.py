# SPDX-License-Identifier: GPL-3.0-or-later
"""What else the first card has in a real window: two cards to choose from, packs by the file browser, an upgrade.

Started by `smoke.py --story packs`. The two cards are recorded facts; a tiny package stands for PyTorch.
"""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.first_card import LONGEST_ANSWER_SECONDS, FirstCard
from tests.gui.play import module, perform
from tests.gui.window import Steps, wait_until

CHOOSE_CARD = "bpy.ops.triposr.choose_card("
FROM_PACK = "bpy.ops.triposr.install_from_pack("


class Packs(FirstCard):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Everything, in order."""
        self.empty_scene()
        self.save_file()
        bpy.context.preferences.view.filebrowser_display_type = "SCREEN"
        self.installation.python = Path(self.settings["worker_python"])
        self.session.failure = None
        yield from self.show_tab()
        yield from self.two_cards()
        yield from self.packs()
        yield from self.upgrade()

    def two_cards(self) -> Steps:
        """A click chooses; this computer has not that card, so the best one is taken, and that is said."""
        yield from self.answered("the first look")
        self.session.failure = None
        plan = dataclasses.replace(self.plan_of("old_and_new_card"), folder=str(Path.home() / "TripoSR"))
        self.installation.plan = plan
        self.view.area.tag_redraw()
        yield 1.0
        yield from self.photograph("two_cards")
        at = yield from self.view.find_button(f"{CHOOSE_CARD}number=0")
        yield from self.view.click(at)
        yield from self.answered("the plan for that card")
        self.check("a card that is not there is told of", "gone" in self.session.notice, self.session.notice)
        self.check("and the best one is planned for", self.preferences.gpu == -1 and self.installation.plan is not None)
        yield from self.photograph("card_gone")
        self.session.notice = ""

    def packs(self) -> Steps:
        """A folder and a zip, chosen as an artist does; the network is not allowed."""
        bpy.context.preferences.system.use_online_access = False
        folder = self.use_small_copy("quick")
        yield from self.answered("the plan of the copy")
        shutil.move(folder / "wheels", folder / "pack" / "wheels")
        with zipfile.ZipFile(folder / "pack.zip", "w") as archive:
            for wheel in (folder / "pack" / "wheels").iterdir():
                archive.write(wheel, f"wheels/{wheel.name}")
        yield from self.from_pack(folder / "pack", "")
        bpy.ops.triposr.remove_installation()
        yield from self.answered("it is removed")
        yield from self.from_pack(folder, "pack.zip")

    def from_pack(self, folder: Path, name: str) -> Steps:
        yield from self.press(FROM_PACK)
        browser = yield from self.file_browser()
        browser.spaces.active.params.directory = bytes(folder)
        yield 1.0
        browser.spaces.active.params.filename = name
        yield 0.5
        picture = self.folder / f"browser_{'zip' if name else 'folder'}.png"
        subprocess.run(["import", "-window", "root", str(picture)], check=False)
        region = next(region for region in browser.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=self.view_window(), area=browser, region=region):
            bpy.ops.file.execute()
        yield 1.0
        yield from self.answered(f"the pack {name} is installed")
        there = self.session.storage().worker_python_or_none()
        self.check(f"installed from the pack {name or 'folder'}", there is not None, self.session.failure or there)
        self.session.failure = None

    def view_window(self) -> Any:
        return bpy.context.window_manager.windows[0]

    def file_browser(self) -> Generator[float, None, Any]:
        """The area that the file browser has taken."""

        def areas() -> list[Any]:
            return [area for area in self.view_window().screen.areas if area.type == "FILE_BROWSER"]

        yield from wait_until(lambda: bool(areas()), LONGEST_ANSWER_SECONDS, "the file browser")
        yield 1.0
        return areas()[0]

    def upgrade(self) -> Steps:
        """As if another version of the extension had made what is installed."""
        told = module("host.installer_words").Told("WOULD_CHANGE", "", {"changes": "torch 2.12.0 -> 2.13.0"})
        self.session.notice = ""
        self.installation.plan = dataclasses.replace(self.installation.plan, environment=told)
        yield from self.show_tab()
        yield from self.photograph("upgrade")
        at = yield from self.view.find_button("bpy.ops.triposr.install(")
        self.check("there is a button for it", at is not None)


perform(Packs)
