# SPDX-License-Identifier: GPL-3.0-or-later
"""Adding the extension to Blender and taking it out again, each in one ordered list."""

from __future__ import annotations

import bpy

from . import (
    colour_targets,
    command,
    cutout_handlers,
    folder_sheet,
    image_area,
    image_editor,
    installation_start,
    living_handlers,
    living_settings,
    memory_manners,
    presets,
    properties,
    scene_defaults,
    session,
    translations,
    watch,
)
from .asset import classes as asset_classes
from .asset import settings as asset_settings
from .candidates_panel import TRIPOSR_PT_candidates
from .catalogue import classes as catalogue_classes
from .catalogue import opening as catalogue_opening
from .catalogue import settings as catalogue_settings
from .choose_picture import TRIPOSR_OT_choose_picture
from .clipboard import TRIPOSR_OT_paste_picture
from .colour_from_field import TRIPOSR_OT_colour_from_field, TRIPOSR_OT_take_in_colours
from .colour_targets import TRIPOSR_PG_colours
from .cutout_panel import TRIPOSR_PT_picture
from .drop import TRIPOSR_FH_pictures, TRIPOSR_OT_drop_pictures
from .failure_report import TRIPOSR_OT_copy_failure, TRIPOSR_OT_dismiss_failure
from .field_operators import TRIPOSR_OT_bring_field_in, TRIPOSR_OT_drop_field, TRIPOSR_OT_move_field_out
from .folder_import import TRIPOSR_OT_add_folder
from .folder_operators import (
    TRIPOSR_OT_contact_sheet,
    TRIPOSR_OT_open_folder_record,
    TRIPOSR_OT_show_contact_sheet,
)
from .folder_panel import TRIPOSR_PT_folder
from .generate import TRIPOSR_OT_generate
from .ghost_drawing import GhostDrawing
from .handover import TRIPOSR_OT_deliver
from .image_editor import TRIPOSR_OT_generate_from_image
from .installation_operators import (
    TRIPOSR_OT_cancel_installation,
    TRIPOSR_OT_check_installation,
    TRIPOSR_OT_copy_diagnostics,
    TRIPOSR_OT_install,
    TRIPOSR_OT_install_from_pack,
    TRIPOSR_OT_plan_installation,
    TRIPOSR_OT_remove_installation,
    TRIPOSR_OT_repair,
)
from .installer import Installer
from .installing import choices as installing_choices
from .living_arrival import TRIPOSR_OT_take_in_mesh
from .living_mesh_panel import TRIPOSR_PT_colour_from_field, TRIPOSR_PT_living_mesh
from .living_operators import (
    TRIPOSR_OT_cancel_re_extract,
    TRIPOSR_OT_leave_preview,
    TRIPOSR_OT_preview_back,
    TRIPOSR_OT_preview_mesh,
    TRIPOSR_OT_re_extract,
)
from .living_settings import TRIPOSR_PG_living
from .make_again import TRIPOSR_OT_copy_settings, TRIPOSR_OT_make_again, TRIPOSR_OT_settings_to_panel
from .mask_operators import (
    TRIPOSR_OT_edit_mask,
    TRIPOSR_OT_forget_mask,
    TRIPOSR_OT_mask_brush,
    TRIPOSR_OT_show_cut_out,
)
from .model_operators import (
    TRIPOSR_OT_add_model_file,
    TRIPOSR_OT_get_model,
    TRIPOSR_OT_list_models,
    TRIPOSR_OT_remove_model,
)
from .panel import TRIPOSR_PT_image_to_mesh, TRIPOSR_PT_object, TRIPOSR_PT_surface
from .photo_camera import TRIPOSR_OT_photo_camera
from .photo_camera_panel import TRIPOSR_PT_photo_camera
from .place_with_mouse import TRIPOSR_OT_place_with_mouse
from .preferences import TRIPOSR_AP_preferences
from .presets import TRIPOSR_OT_add_preset, TRIPOSR_OT_use_recipe, TRIPOSR_PT_presets
from .properties import TRIPOSR_PG_settings
from .queue_operators import (
    TRIPOSR_OT_cancel,
    TRIPOSR_OT_cancel_all,
    TRIPOSR_OT_clear_finished,
    TRIPOSR_OT_move_job,
    TRIPOSR_OT_retry,
    TRIPOSR_OT_turn_queue_page,
)
from .queue_panel import TRIPOSR_PT_queue
from .recipe_panel import TRIPOSR_PT_made_of
from .scene_defaults import TRIPOSR_OT_forget_defaults, TRIPOSR_OT_save_defaults, TRIPOSR_OT_use_defaults
from .try_four import TRIPOSR_OT_pick, TRIPOSR_OT_pick_none, TRIPOSR_OT_try_four
from .viewport_picture import TRIPOSR_OT_generate_from_render, TRIPOSR_OT_generate_from_viewport
from .watch import TRIPOSR_OT_watch
from .worker_operators import TRIPOSR_OT_stop_worker, TRIPOSR_OT_unload
from .worker_panel import TRIPOSR_PT_worker

CLASSES: tuple[type, ...] = (
    TRIPOSR_AP_preferences,
    TRIPOSR_PG_settings,
    TRIPOSR_PG_living,
    TRIPOSR_PG_colours,
    TRIPOSR_OT_choose_picture,
    TRIPOSR_OT_add_folder,
    TRIPOSR_OT_open_folder_record,
    TRIPOSR_OT_contact_sheet,
    TRIPOSR_OT_show_contact_sheet,
    TRIPOSR_OT_drop_pictures,
    TRIPOSR_FH_pictures,
    TRIPOSR_OT_generate_from_image,
    TRIPOSR_OT_generate,
    TRIPOSR_OT_place_with_mouse,
    TRIPOSR_OT_try_four,
    TRIPOSR_OT_pick,
    TRIPOSR_OT_pick_none,
    TRIPOSR_OT_photo_camera,
    TRIPOSR_OT_watch,
    TRIPOSR_OT_deliver,
    TRIPOSR_OT_cancel,
    TRIPOSR_OT_cancel_all,
    TRIPOSR_OT_retry,
    TRIPOSR_OT_move_job,
    TRIPOSR_OT_clear_finished,
    TRIPOSR_OT_turn_queue_page,
    TRIPOSR_OT_copy_failure,
    TRIPOSR_OT_dismiss_failure,
    TRIPOSR_OT_show_cut_out,
    TRIPOSR_OT_edit_mask,
    TRIPOSR_OT_mask_brush,
    TRIPOSR_OT_forget_mask,
    TRIPOSR_OT_move_field_out,
    TRIPOSR_OT_bring_field_in,
    TRIPOSR_OT_drop_field,
    TRIPOSR_OT_paste_picture,
    TRIPOSR_OT_generate_from_viewport,
    TRIPOSR_OT_generate_from_render,
    TRIPOSR_OT_plan_installation,
    TRIPOSR_OT_install,
    TRIPOSR_OT_install_from_pack,
    TRIPOSR_OT_cancel_installation,
    TRIPOSR_OT_check_installation,
    TRIPOSR_OT_repair,
    TRIPOSR_OT_remove_installation,
    TRIPOSR_OT_copy_diagnostics,
    TRIPOSR_OT_list_models,
    TRIPOSR_OT_get_model,
    TRIPOSR_OT_add_model_file,
    TRIPOSR_OT_remove_model,
    TRIPOSR_OT_unload,
    TRIPOSR_OT_stop_worker,
    TRIPOSR_OT_make_again,
    TRIPOSR_OT_settings_to_panel,
    TRIPOSR_OT_copy_settings,
    TRIPOSR_OT_use_recipe,
    TRIPOSR_OT_add_preset,
    TRIPOSR_OT_use_defaults,
    TRIPOSR_OT_save_defaults,
    TRIPOSR_OT_forget_defaults,
    TRIPOSR_PT_presets,
    TRIPOSR_OT_preview_mesh,
    TRIPOSR_OT_preview_back,
    TRIPOSR_OT_leave_preview,
    TRIPOSR_OT_re_extract,
    TRIPOSR_OT_cancel_re_extract,
    TRIPOSR_OT_take_in_mesh,
    TRIPOSR_OT_colour_from_field,
    TRIPOSR_OT_take_in_colours,
    TRIPOSR_PT_image_to_mesh,
    TRIPOSR_PT_folder,
    TRIPOSR_PT_candidates,
    TRIPOSR_PT_queue,
    TRIPOSR_PT_picture,
    TRIPOSR_PT_surface,
    TRIPOSR_PT_object,
    TRIPOSR_PT_living_mesh,
    TRIPOSR_PT_photo_camera,
    TRIPOSR_PT_made_of,
    TRIPOSR_PT_worker,
    TRIPOSR_PT_colour_from_field,
    *asset_classes.CLASSES,
    *catalogue_classes.CLASSES,
    *installing_choices.CLASSES,
)
"""In this order: a panel comes after its parent, a property after the class that it points to."""


_ghosts = GhostDrawing()


def register(root_package: str, installer: Installer) -> None:
    """Add everything. `root_package` is the name under which Blender loaded the extension."""
    TRIPOSR_AP_preferences.bl_idname = root_package
    session.open_session(root_package, installer)
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    properties.add_to_scenes()
    colour_targets.add_to_scenes()
    living_settings.add_to_windows()
    catalogue_settings.add_to_windows()
    asset_settings.add_to_scenes()
    image_editor.add_to_menu()
    command.add()
    translations.add()
    cutout_handlers.add()
    presets.add_built_in_ones()
    scene_defaults.add()
    _ghosts.add()
    memory_manners.add()
    living_handlers.add()
    folder_sheet.add()
    installation_start.add()
    catalogue_opening.add()


def unregister() -> None:
    """Take everything out, last things first. The session goes last: Blender may draw until its classes are gone."""
    catalogue_opening.remove()
    installation_start.remove()
    memory_manners.remove()
    living_handlers.remove()
    scene_defaults.remove()
    presets.remove_built_in_ones()
    _ghosts.remove()
    cutout_handlers.remove()
    translations.remove()
    command.remove()
    image_editor.remove_from_menu()
    watch.unwatch()
    image_area.forget_to_fit()
    folder_sheet.remove()
    asset_settings.remove_from_scenes()
    catalogue_settings.remove_from_windows()
    living_settings.remove_from_windows()
    colour_targets.remove_from_scenes()
    properties.remove_from_scenes()
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)
    session.close_session()
