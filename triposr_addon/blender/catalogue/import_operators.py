# SPDX-License-Identifier: GPL-3.0-or-later
"""Import: what is ticked in the list, or else clicked, or what a script names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import bpy
from bpy.props import StringProperty

from .. import session
from ..asset.stage import Progress, Stage
from ..asset.stage_operator import StageOperator
from ..context_members import active_object
from ..paths import shown
from ..words import told
from .browser import Browser
from .choosing import named_numbers, open_browser
from .failures import NothingChosen
from .gathering import Refusal
from .importing import Imported, import_items
from .library import Library
from .settings import active_number, catalogue_settings_of


class Outcome(Protocol):
    """What an operator has made of the items, and what it could not."""

    @property
    def refusals(self) -> tuple[Refusal, ...]: ...


class OfChosenItems(StageOperator):
    """An operator on items of the open library; its progress is shown in the library's panel."""

    if TYPE_CHECKING:
        ids: str
    else:
        ids: StringProperty(
            name="Ids",
            description="For scripts: the ids of pictures, a line each; empty for those that are chosen, or else the "
            "one that is clicked",
            options={"SKIP_SAVE"},
        )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A library must be open, and nobody in the middle of editing. A script's ids need nothing in the list."""
        refusal = why_not(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def stage(self, context: bpy.types.Context) -> Stage[Any]:
        """On what was meant. Raises ItemUnknown, NothingChosen."""
        desk = session.current().catalogue
        browser = open_browser(session.current())
        desk.refusals = ()
        return self.stage_of(context, browser.library, self.meant(context, browser))

    def stage_of(self, context: bpy.types.Context, library: Library, numbers: list[int]) -> Stage[Any]:
        """What those made of it do."""
        raise NotImplementedError

    def meant(self, context: bpy.types.Context, browser: Browser) -> list[int]:
        """The rows. Raises ItemUnknown, NothingChosen."""
        if self.ids.strip():
            return named_numbers(browser, self.ids)
        clicked = active_number(catalogue_settings_of(context))
        meant = browser.chosen() or ([] if clicked is None else [clicked])
        if not meant:
            raise NothingChosen
        return meant

    def tell_progress(self, progress: Progress | None) -> None:
        """In the library's panel."""
        session.current().catalogue.progress = progress

    def tell_notice(self, notice: str) -> None:
        """The same."""
        session.current().catalogue.notice = notice

    def tell(self, context: bpy.types.Context, result: Outcome) -> str:
        """What came; what did not is told by its name, and a script goes on."""
        refusals = result.refusals
        session.current().catalogue.refusals = tuple((item, failure.sentence) for item, failure in refusals)
        for item, failure in refusals:
            self.report({"WARNING"}, shown(f"{item}: {failure.sentence}"))
        return super().tell(context, result)


class TRIPOSR_OT_import_from_catalogue(OfChosenItems):
    """Bring the chosen pictures' meshes into the scene, as Image to Mesh would: several stand in a grid"""

    bl_idname = "triposr.import_from_catalogue"
    bl_label = "Import"

    def stage_of(self, context: bpy.types.Context, library: Library, numbers: list[int]) -> Stage[Imported]:
        """One undo step."""
        return import_items(context, library, numbers)


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be taken from a library now; empty where it can."""
    running = session.current_or_none()
    if running is None or running.catalogue.browser is None:
        return "Open a library first"
    thing = active_object(context)
    if thing is not None and thing.mode != "OBJECT":
        return "Switch to Object Mode first"
    return ""
