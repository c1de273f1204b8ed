# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in another language: labels, menus, tooltips' texts and what is put together of parts.

Started by `smoke.py --story language`. Blender's module for tests has no languages, so only a real Blender can show it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.gui.first_card import FirstCard
from tests.gui.play import module, perform
from tests.gui.window import Steps, wait_until

GERMAN = "de_DE"
LONGEST_JOB_SECONDS = 180.0


class Language(FirstCard):
    """The steps, and what was seen."""

    def steps(self) -> Steps:
        """Turn to German, look, make a mesh, look again, and back to English."""
        self.empty_scene()
        view = bpy.context.preferences.view
        view.language = GERMAN
        view.use_translate_interface = view.use_translate_tooltips = view.use_translate_reports = True
        yield from self.show_tab()
        yield from self.first_card()
        self.use_worker()
        self.use_scene_settings()
        yield 1.0
        self.look_words_up()
        yield from self.photograph("german", all_of_it=True)
        with self.view.inside(self.view.main):
            bpy.ops.triposr.generate("INVOKE_DEFAULT")
        yield from wait_until(lambda: not self.session.queue.busy(), LONGEST_JOB_SECONDS, "the mesh is made")
        yield 1.0
        self.check("what came is told in German", "Dreiecke" in self.session.notice, self.session.notice)
        yield from self.photograph("german_done", all_of_it=True)
        view.language = "en_US"
        yield 1.0
        self.check("and English again", module("blender.words").ui("{count} jobs to do", count=2) == "2 jobs to do")

    def first_card(self) -> Steps:
        """What the installer finds and advises: nothing is installed yet, and this computer has two cards."""
        yield from self.answered("the first look")
        self.session.failure = None
        self.installation.python = Path(self.settings["worker_python"])
        self.installation.plan = self.plan_of("old_and_new_card")
        self.view.area.tag_redraw()
        yield 1.0
        advice = module("blender.installing.sentences").tell_all(self.installation.plan.reasons)
        self.check("the installer's advice is German", "Wähle diese Karte" in advice, advice)
        yield from self.photograph("german_card")
        self.installation.plan = None

    def look_words_up(self) -> None:
        """As Blender does for a label, for a button, and as the panel does for a text with something in it."""
        translations = bpy.app.translations
        label = translations.pgettext_iface("Foreground Ratio")
        self.check("a label is German", label == "Vordergrundanteil", label)
        button = translations.pgettext_iface("Image to Mesh", "Operator")
        self.check("a button is German", button == "Bild zu Mesh", button)
        tooltip = translations.pgettext_tip("Put this message away")
        self.check("a tooltip is German", tooltip == "Diese Meldung ausblenden", tooltip)
        template = module("blender.words").ui("Page {page} of {pages}", page=2, pages=3)
        self.check("a text with numbers in it is German", template == "Seite 2 von 3", template)


perform(Language)
