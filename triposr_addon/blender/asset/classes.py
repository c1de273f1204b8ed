# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of this room that Blender gets to know."""

from __future__ import annotations

from .asset_presets import TRIPOSR_OT_add_asset_preset, TRIPOSR_OT_use_asset_recipe, TRIPOSR_PT_asset_presets
from .export_operators import TRIPOSR_OT_export_asset
from .export_panel import TRIPOSR_PT_asset_export
from .export_settings import TRIPOSR_PG_asset_export
from .geometry_operators import (
    TRIPOSR_OT_apply_budget,
    TRIPOSR_OT_check_geometry,
    TRIPOSR_OT_clean_geometry,
    TRIPOSR_OT_keep_budget,
)
from .geometry_panel import TRIPOSR_PT_asset_geometry
from .geometry_settings import TRIPOSR_PG_asset_budget, TRIPOSR_PG_asset_cleaning
from .level_operators import TRIPOSR_OT_make_colliders, TRIPOSR_OT_make_levels
from .level_panel import TRIPOSR_PT_asset_colliders, TRIPOSR_PT_asset_levels
from .level_settings import TRIPOSR_PG_asset_colliders, TRIPOSR_PG_asset_levels
from .library_operators import TRIPOSR_OT_mark_asset, TRIPOSR_OT_write_library
from .library_panel import TRIPOSR_PT_asset_library
from .library_settings import TRIPOSR_PG_asset_library
from .making_operators import TRIPOSR_OT_make_game_asset
from .making_settings import TRIPOSR_PG_asset_making
from .panel import TRIPOSR_PT_game_asset
from .settings import TRIPOSR_PG_asset
from .texture_operators import TRIPOSR_OT_bake_texture, TRIPOSR_OT_show_colours, TRIPOSR_OT_show_texture
from .texture_panel import TRIPOSR_PT_asset_texture
from .texture_settings import TRIPOSR_PG_asset_texture
from .view_operators import TRIPOSR_OT_render_views
from .view_panel import TRIPOSR_PT_asset_views
from .view_settings import TRIPOSR_PG_asset_views

CLASSES: tuple[type, ...] = (
    TRIPOSR_PG_asset_cleaning,
    TRIPOSR_PG_asset_budget,
    TRIPOSR_PG_asset_levels,
    TRIPOSR_PG_asset_colliders,
    TRIPOSR_PG_asset_texture,
    TRIPOSR_PG_asset_export,
    TRIPOSR_PG_asset_views,
    TRIPOSR_PG_asset_library,
    TRIPOSR_PG_asset_making,
    TRIPOSR_PG_asset,
    TRIPOSR_OT_make_game_asset,
    TRIPOSR_OT_use_asset_recipe,
    TRIPOSR_OT_add_asset_preset,
    TRIPOSR_PT_asset_presets,
    TRIPOSR_OT_clean_geometry,
    TRIPOSR_OT_check_geometry,
    TRIPOSR_OT_keep_budget,
    TRIPOSR_OT_apply_budget,
    TRIPOSR_OT_make_levels,
    TRIPOSR_OT_make_colliders,
    TRIPOSR_OT_bake_texture,
    TRIPOSR_OT_show_texture,
    TRIPOSR_OT_show_colours,
    TRIPOSR_OT_export_asset,
    TRIPOSR_OT_mark_asset,
    TRIPOSR_OT_write_library,
    TRIPOSR_OT_render_views,
    TRIPOSR_PT_game_asset,
    TRIPOSR_PT_asset_geometry,
    TRIPOSR_PT_asset_levels,
    TRIPOSR_PT_asset_colliders,
    TRIPOSR_PT_asset_texture,
    TRIPOSR_PT_asset_export,
    TRIPOSR_PT_asset_library,
    TRIPOSR_PT_asset_views,
)
"""In this order: a panel comes after its parent, a group after those that it points to."""
