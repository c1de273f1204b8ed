# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of `python -m triposr_addon`, and the settings that they are."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from triposr_addon.protocol import BACKGROUND_METHODS, PhotoSettings, SurfaceSettings

MESH_SUFFIXES = (".glb", ".obj", ".ply", ".npz")
FORMATS = tuple(suffix[1:] for suffix in MESH_SUFFIXES)
FIELD_SUFFIX = ".triplane.safetensors"
PRECISIONS = ("auto", "full", "half")

EXAMPLES = """\
examples:
  python -m triposr_addon mug.png -o mug.glb
  python -m triposr_addon photos/ -o meshes/ --format obj --sheet sheet.png
  python -m triposr_addon mug.png -o mug.glb --save-field
  python -m triposr_addon --from-field mug.triplane.safetensors -o fine.glb --resolution 512
  python -m triposr_addon --from-field mug.triplane.safetensors -o even.glb --symmetry --smallest-part 0.05

.glb and .obj stand up along +Y and face +Z, as these formats expect;
.ply stands up along +Z and faces -Y, as objects in Blender do.
"""


def parser() -> argparse.ArgumentParser:
    """For the arguments of `python -m triposr_addon`."""
    made = argparse.ArgumentParser(
        prog="python -m triposr_addon",
        description="Turn photos into coloured 3D meshes with TripoSR.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("photos", nargs="*", type=Path, metavar="PHOTO", help="a photo, or a folder of photos")
    add("-o", "--output", type=Path, required=True, metavar="PATH", help=".glb, .obj or .ply file; or a folder")
    add("--format", choices=FORMATS, default="glb", help="format in a folder (default: glb)")
    add_photo_options(made)
    add(
        "--mask", type=Path, metavar="FILE", help="PNG of the photo's size: opaque, or white, is the subject; one photo"
    )
    add_surface_options(made)
    add_device_options(made)
    add("--save-field", action="store_true", help=f"write the field beside the mesh too ({FIELD_SUFFIX})")
    add("--log", type=Path, metavar="FILE", help="add a line of JSON for each photo; small pictures go beside it")
    add("--sheet", type=Path, metavar="FILE", help="draw a contact sheet (PNG), worst meshes first")
    add("--from-field", type=Path, metavar="FILE", help="make the mesh from a saved field instead of a photo")
    return made


def add_photo_options(to: argparse.ArgumentParser) -> None:
    """The model, and how photos become framed pictures for it."""
    add, photo = to.add_argument, PhotoSettings()
    add("--model", type=Path, metavar="FOLDER", help="checkpoint folder (default: the built-in preview model)")
    add("--background", choices=BACKGROUND_METHODS, default=photo.background, help="how the subject is cut out")
    add("--rembg-home", type=Path, default=_rembg_home(), metavar="FOLDER", help="where rembg's models are")
    add("--rembg-model", default="", metavar="NAME", help="the model that --background rembg takes (default: the best)")
    add("--mask-threshold", type=_real, default=0.0, metavar="A", help="fainter pixels of the mask go, 0 to 1")
    add("--fill-holes", action="store_true", help="what the subject encloses belongs to it")
    add("--largest-part", action="store_true", help="leave out what is not connected with the largest part")
    add("--foreground-ratio", type=_real, default=photo.foreground_ratio, metavar="R", help="0.5 to 1 (default: 0.85)")


def add_surface_options(to: argparse.ArgumentParser) -> None:
    """How fields become meshes."""
    add, surface = to.add_argument, SurfaceSettings()
    add("--resolution", type=int, default=surface.resolution, metavar="N", help="16 to 1024 (default: 256)")
    add(
        "--threshold",
        type=_real,
        default=surface.threshold,
        metavar="T",
        help="density of the surface, 0.000001 to 1000000 (default: 25)",
    )
    add("--symmetry", action="store_true", help="average left and right")
    add(
        "--density-blur",
        type=_real,
        default=0.0,
        metavar="S",
        help="calmer surface; sigma in texels, 0 to 2 (default: 0, none; less than 0.5 counts as 0.5)",
    )
    add(
        "--smallest-part",
        type=_real,
        default=0.0,
        metavar="P",
        help="drop parts below this share of the largest, 0 to 1",
    )
    add("--smoothing", type=int, default=0, metavar="N", help="smoothing steps that do not shrink, 0 to 100")
    add("--flat-base", type=_real, default=0.0, metavar="H", help="cut the foot off flat at this height: 0 to 0.3")


def add_device_options(to: argparse.ArgumentParser) -> None:
    """Where the network computes, and in which numbers."""
    add = to.add_argument
    add("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    add("--precision", choices=PRECISIONS, default="auto", help="full is float32 (default: half where it is quicker)")


def _real(text: str) -> float:
    """No infinity, and not the number that is none: they are on no scale."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text} is no number that can be meant")
    return number


def _rembg_home() -> Path:
    return Path(os.environ.get("REMBG_HOME") or Path.home() / ".rembg")


def photo_settings(options: argparse.Namespace) -> PhotoSettings:
    """How photos become framed pictures."""
    mask = str(options.mask.absolute()) if getattr(options, "mask", None) else ""
    cleaning = options.mask_threshold, options.fill_holes, options.largest_part
    return PhotoSettings(options.background, options.foreground_ratio, options.rembg_model, *cleaning, mask)


def surface_settings(options: argparse.Namespace) -> SurfaceSettings:
    """How fields become meshes."""
    return SurfaceSettings(
        options.resolution,
        options.threshold,
        symmetry=options.symmetry,
        density_blur=options.density_blur,
        smallest_part=options.smallest_part,
        smoothing=options.smoothing,
        flat_base=options.flat_base,
    )
