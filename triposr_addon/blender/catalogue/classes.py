# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of this room that Blender gets to know."""

from __future__ import annotations

from .asset_operators import TRIPOSR_OT_link_from_catalogue, TRIPOSR_OT_shelve_from_catalogue
from .choosing import TRIPOSR_OT_choose_in_catalogue, TRIPOSR_OT_show_catalogue_item, TRIPOSR_OT_turn_catalogue_page
from .import_operators import TRIPOSR_OT_import_from_catalogue
from .opening import TRIPOSR_FH_catalogue, TRIPOSR_OT_close_catalogue, TRIPOSR_OT_open_catalogue
from .panel import TRIPOSR_PT_catalogue, TRIPOSR_PT_catalogue_item
from .row_list import TRIPOSR_UL_catalogue
from .settings import TRIPOSR_PG_catalogue, TRIPOSR_PG_catalogue_row

CLASSES: tuple[type, ...] = (
    TRIPOSR_PG_catalogue_row,
    TRIPOSR_PG_catalogue,
    TRIPOSR_OT_open_catalogue,
    TRIPOSR_OT_close_catalogue,
    TRIPOSR_FH_catalogue,
    TRIPOSR_OT_choose_in_catalogue,
    TRIPOSR_OT_turn_catalogue_page,
    TRIPOSR_OT_show_catalogue_item,
    TRIPOSR_OT_import_from_catalogue,
    TRIPOSR_OT_link_from_catalogue,
    TRIPOSR_OT_shelve_from_catalogue,
    TRIPOSR_UL_catalogue,
    TRIPOSR_PT_catalogue,
    TRIPOSR_PT_catalogue_item,
)
"""In this order: a panel comes after its parent, a group after those that it points to."""
