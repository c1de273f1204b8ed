# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings: what the panel shows and a .blend keeps. Nothing here says that something runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from . import background_choices, models
from .background_choices import BACKGROUNDS
from .cutout_follow import show_on_change
from .placement import units_per_metre
from .warm_up import warm_up_on_change

SCENE_PROPERTY = "triposr"

BESIDE_THE_BLEND: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Blender 4.5 and later warn about a path such as //cup.png where this is not said; 4.2 does not know the word."""
WRITTEN_BESIDE_THE_BLEND = BESIDE_THE_BLEND | {"OUTPUT_PATH"}
"""For what is written: it need not be there yet."""

SIZES_BY = (
    ("height", "Height", "It is as tall as that"),
    ("longest", "Longest Side", "The longest side of its box is as long as that"),
)
ORIGINS_AT = (
    ("bottom", "Bottom", "In the middle of its foot"),
    ("centre", "Centre", "In the middle of its box"),
    ("field", "As Reconstructed", "In the middle of the space that the network sees: the same for all pictures"),
)
PLACES = (
    ("cursor", "3D Cursor", "Where the 3D cursor is when the mesh is ordered"),
    ("origin", "World Origin", "Where all coordinates are 0"),
    ("below", "Below the 3D Cursor", "On what is straight below the 3D cursor, else on the floor, z = 0"),
)


def height_in_units(settings: TRIPOSR_PG_settings) -> float:
    """A property's getter: the height in Blender units, which Blender shows in the scene's."""
    return settings.height * units_per_metre(cast("bpy.types.Scene", settings.id_data))


def set_height_in_units(settings: TRIPOSR_PG_settings, units: float) -> None:
    """Its setter."""
    settings.height = units / units_per_metre(cast("bpy.types.Scene", settings.id_data))


def prepare_on_change(settings: TRIPOSR_PG_settings, context: bpy.types.Context) -> None:
    """An update function: first what the artist waits for, then what the job will need."""
    show_on_change(settings, context)
    warm_up_on_change(settings, context)


class TRIPOSR_PG_settings(bpy.types.PropertyGroup):
    """What an artist chooses for one picture."""

    if TYPE_CHECKING:
        image_path: str
        model: str
        model_folder: str
        background: str
        rembg_model: str
        foreground_ratio: float
        mirror: bool
        mask_threshold: float
        fill_holes: bool
        largest_part: bool
        mask: bpy.types.Image | None
        use_mask: bool
        resolution: int
        threshold: float
        height: float
        shown_height: float
        size_by: str
        origin_at: str
        stand_at: str
        decimate_ratio: float
        show_colours: bool
    else:
        image_path: StringProperty(
            name="Picture",
            description="The picture to make a mesh of: one object, seen from the front, not cut off",
            subtype="FILE_PATH",
            options=BESIDE_THE_BLEND,
            update=prepare_on_change,
        )
        model: EnumProperty(
            name="Model",
            description="What turns the picture into a shape",
            items=models.choices,
            update=warm_up_on_change,
        )
        model_folder: StringProperty(
            name="Model Folder",
            description="A folder with config.yaml and model.safetensors or model.ckpt",
            subtype="DIR_PATH",
            options=BESIDE_THE_BLEND,
            update=warm_up_on_change,
        )
        background: EnumProperty(
            name="Background",
            description="How the subject is cut out of the picture",
            items=BACKGROUNDS,
            default="auto",
            update=prepare_on_change,
        )
        rembg_model: EnumProperty(
            name="Network",
            description="Which network finds the subject. Those that are not installed can't run",
            items=background_choices.model_choices,
            update=prepare_on_change,
        )
        foreground_ratio: FloatProperty(
            name="Foreground Ratio",
            description="Share of the frame that the subject fills. "
            "Try another value where a shape comes out flat or bent",
            min=0.5,
            max=1.0,
            default=0.85,
            precision=2,
            step=5,
            update=show_on_change,
        )
        mirror: BoolProperty(
            name="Mirrored Try",
            description="Let the network see the picture's mirror image, and mirror the shape back: another try at the "
            "same object",
            default=False,
        )
        mask_threshold: FloatProperty(
            name="Mask Threshold",
            description="Pixels of the mask that are fainter than this share, 0 to 1, are left out. "
            "0 keeps every soft edge",
            subtype="FACTOR",
            min=0.0,
            max=1.0,
            default=0.0,
            precision=2,
            update=show_on_change,
        )
        fill_holes: BoolProperty(
            name="Fill Holes",
            description="What the subject encloses belongs to it, even where it looks like background",
            default=False,
            update=show_on_change,
        )
        largest_part: BoolProperty(
            name="Largest Part Only",
            description="Leave everything out that is not connected with the largest part of the cut-out",
            default=False,
            update=show_on_change,
        )
        mask: PointerProperty(
            name="Painted Mask",
            description="An image of the picture's size in pixels. Where it is opaque is the subject; "
            "of an image without alpha, where it is white",
            type=bpy.types.Image,
            update=show_on_change,
        )
        use_mask: BoolProperty(
            name="Use Painted Mask",
            description="Cut the picture out exactly as painted, instead of by the background method",
            default=False,
            update=show_on_change,
        )
        resolution: IntProperty(
            name="Resolution",
            description="Grid steps along each side. Twice as many take up to eight times as long",
            min=32,
            max=512,
            default=128,
        )
        threshold: FloatProperty(
            name="Threshold",
            description="Density at which the surface lies. Lower makes thin parts thicker, higher makes them thinner",
            min=0.01,
            soft_min=1.0,
            soft_max=100.0,
            default=25.0,
            precision=1,
            step=100,
        )
        height: FloatProperty(
            name="Height",
            description="How tall the object stands, or how long its longest side is, in metres; see Size By",
            min=0.001,
            soft_max=10.0,
            default=1.0,
        )
        shown_height: FloatProperty(
            name="Size",
            description="How tall the object stands, or how long its longest side is, in the scene's units. "
            "The same as Height, which is in metres",
            subtype="DISTANCE",
            unit="LENGTH",
            min=0.0,
            get=height_in_units,
            set=set_height_in_units,
            options={"SKIP_SAVE"},
        )
        size_by: EnumProperty(
            name="Size By",
            description="What of the object has the size that is asked for",
            items=SIZES_BY,
            default="height",
        )
        origin_at: EnumProperty(
            name="Origin",
            description="Where the object's origin is. It stands on its foot in any case",
            items=ORIGINS_AT,
            default="bottom",
        )
        stand_at: EnumProperty(
            name="Stands At",
            description="Where the foot of the next object comes",
            items=PLACES,
            default="cursor",
        )
        decimate_ratio: FloatProperty(
            name="Decimate Ratio",
            description="Share of the triangles that the Decimate modifier keeps. It can be changed later",
            subtype="FACTOR",
            min=0.01,
            max=1.0,
            default=0.5,
            precision=2,
        )
        show_colours: BoolProperty(
            name="Show Colours",
            description="Let solid 3D views show colour attributes; they show the mesh in one colour otherwise",
            default=True,
        )


def settings_of(context: bpy.types.Context) -> TRIPOSR_PG_settings:
    """The current scene's settings."""
    return cast("TRIPOSR_PG_settings", getattr(context.scene, SCENE_PROPERTY))


def add_to_scenes() -> None:
    """Every scene gets the settings; the class must be registered."""
    setattr(bpy.types.Scene, SCENE_PROPERTY, PointerProperty(type=TRIPOSR_PG_settings))  # type: ignore[func-returns-value]


def remove_from_scenes() -> None:
    """Take them off again."""
    delattr(bpy.types.Scene, SCENE_PROPERTY)
