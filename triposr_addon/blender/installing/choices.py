# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist may choose before installing: for which graphics card, and which build of PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty

from ...host.installer_words import Card, InstallPlan
from .. import session
from ..installation_words import BACKENDS
from ..words import told, ui
from .sentences import build_label

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems, OperatorReturnItems

BEST = -1
"""Instead of a card's number: whichever the installer finds best."""
AUTO = "auto"


def gpu_or_none(plan: InstallPlan | None, number: int) -> int | None:
    """The chosen card's number; None for the best one, and where a card was chosen that has gone since."""
    gone = plan is not None and number >= len(plan.cards)
    return None if number == BEST or gone else number


def builds_here(plan: InstallPlan) -> tuple[str, ...]:
    """Names of the builds that exist for this system, in the menu's order; `auto` before them."""
    there = {AUTO, plan.build, *plan.others}
    return tuple(name for name, _, _ in BACKENDS if name in there)


class TRIPOSR_OT_choose_card(bpy.types.Operator):
    """Plan the installation for this graphics card. What was chosen is kept in the preferences"""

    bl_idname = "triposr.choose_card"
    bl_label = "Choose Graphics Card"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        number: int
    else:
        number: IntProperty(
            name="Card",
            description="The card's number in the list, from 0. -1: whichever is found best",
            min=BEST,
            default=BEST,
        )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not while something is installed for another one."""
        if session.current().installation.work_or_none is not None:
            cls.poll_message_set(told("The installer is at work. Wait for it, or cancel it"))
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """The preference's update asks for another plan."""
        plan = session.current().installation.plan
        if plan is not None and self.number >= len(plan.cards):
            self.report({"ERROR"}, "There is no such graphics card. Look at this computer again")
            return {"CANCELLED"}
        session.current().preferences().gpu = self.number
        return {"FINISHED"}


class TRIPOSR_MT_build(bpy.types.Menu):
    """The builds that exist for this computer's system"""

    bl_idname = "TRIPOSR_MT_build"
    bl_label = "Build"

    def draw(self, _context: bpy.types.Context) -> None:
        """An item each, with its own description."""
        plan = session.current().installation.plan
        for name in builds_here(plan) if plan is not None else (AUTO,):
            self.layout.prop_enum(session.current().preferences(), "backend", name)


def draw_choices(layout: bpy.types.UILayout, running: session.Session, plan: InstallPlan) -> None:
    """The cards where there is more than one; the builds in a menu."""
    preferences = running.preferences()
    if len(plan.cards) > 1:
        _draw_cards(layout.column(align=True), plan, preferences.gpu)
    row = layout.row(align=True)
    row.menu("TRIPOSR_MT_build", text=build_label(preferences.backend))
    row.operator("triposr.plan_installation", text="", icon="FILE_REFRESH")


def _draw_cards(column: bpy.types.UILayout, plan: InstallPlan, number: int) -> None:
    chosen = gpu_or_none(plan, number)
    column.label(text="Graphics Card")
    _draw_card(column, BEST, ui("Best One"), chosen is None)
    for card in plan.cards:
        _draw_card(column, card.number, card_label(card), chosen == card.number)


def _draw_card(column: bpy.types.UILayout, number: int, label: str, chosen: bool) -> None:
    icon: IconItems = "RADIOBUT_ON" if chosen else "RADIOBUT_OFF"
    column.operator("triposr.choose_card", text=label, translate=False, icon=icon, depress=chosen).number = number


def card_label(card: Card) -> str:
    """`GeForce RTX 4070, 12 GB`: without the maker's name, which the narrow panel has no room for."""
    name = card.name.removeprefix("NVIDIA ").removesuffix(" Graphics")
    return f"{name}, {card.memory / (1 << 30):.0f} GB" if card.memory else name


CLASSES = (TRIPOSR_OT_choose_card, TRIPOSR_MT_build)
