# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `blender -b --command triposr …`, most of them the scene's settings by their own names and limits."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..background_models import BACKGROUND_MODELS
from ..photo_files import PHOTO_SUFFIXES
from ..protocol import SurfaceSettings
from ..shards import Shard, read_shard
from .asset.settings import ENGINES
from .background_choices import BEST
from .mesh_writers import WRITERS
from .preferences import DEVICES
from .properties import TRIPOSR_PG_settings

NAME = "triposr"
EXAMPLES = """examples, each after `blender -b --command triposr`:
  cup.jpg -o cup.glb                        one picture, one file
  cup.jpg tea.png -o tea.blend              several in one .blend, side by side in a collection
  photos -o meshes --format fbx             each picture of a folder as a file of its own
  photos -o meshes --only-new --shard 2/8   the second of eight computers that share the work
  photos -o meshes --merge                  afterwards: the catalogue of all, and what is missing

exit code: 0 every mesh was made, 1 one or all were not (see --forgive), 2 the command line is wrong
"""

NO_OPTIONS = frozenset(
    [
        *("rna_type", "name"),  # every group has them
        *("image_path", "model", "model_folder", "mask", "use_mask"),  # words of their own
        *("shown_height", "stand_at", "show_colours"),  # the window's
    ]
)
"""Of the scene's settings, those that are no option; the others are, by the same name and with the same limits."""

DYNAMIC_CHOICES = {"rembg_model": (BEST, *(model.name for model in BACKGROUND_MODELS))}
"""Blender does not tell the items of a menu that is made anew each time."""

SHAPING = {
    "density_blur": (
        "calmer surface: sigma of a blur in texels of the planes; 0 to 2, where less than 0.5 counts as 0.5",
        0.0,
        2.0,
    ),
    "smallest_part": ("parts with fewer triangles than this share of the largest go; 0 to 1", 0.0, 1.0),
    "smoothing": ("smoothing steps, which do not shrink; 0 to 100", 0, 100),
    "flat_base": ("cut the foot off flat at this share of the height; 0 to 0.3", 0.0, 0.3),
}
"""What SurfaceSettings has beyond the scene's settings, with its limits."""


@dataclass(frozen=True)
class Wish:
    """What the command line asks for.

    sources: pictures and folders, as given. output: a file whose ending is one of WRITERS; or a folder where `ending`
    says what each picture's file ends in. only_new: leave out what is there in it. settings: for the scene, by name.
    shaping: for SurfaceSettings, by name. asset: a recipe's name or file, to make game assets; engine: for them.
    shard: which part of the pictures; None: all, and without records. forgive: single pictures that fail cost no exit
    code. merge: gather what the shards made; into: in this .blend too.
    """

    sources: tuple[Path, ...]
    recursive: bool
    only_new: bool
    output: Path
    ending: str
    model: str
    mask: Path | None
    device: str
    settings: dict[str, Any]
    shaping: dict[str, Any]
    asset: str = ""
    engine: str = ""
    shard: Shard | None = None
    forgive: bool = False
    merge: bool = False
    into: Path | None = None


def read(arguments: list[str]) -> Wish:
    """Raises SystemExit with 2 where something is wrong, which is then on standard error, and with 0 after --help."""
    parser = _parser()
    options = parser.parse_intermixed_args(arguments)
    ending = "" if options.output.suffix.lower() in WRITERS else f".{options.format or 'glb'}"
    if not ending and options.format and options.output.suffix.lower() != f".{options.format}":
        parser.error(f"{options.output.name} is no .{options.format} file; name a folder, or leave --format out")
    if ending and options.output.suffix and not options.output.is_dir():
        parser.error(f"{options.output.name} must be a folder or end in {', '.join(WRITERS)}")
    if options.only_new and not ending:
        parser.error("--only-new goes with a folder of files")
    if options.mask is not None and (len(options.pictures) > 1 or not _is_picture(options.pictures[0])):
        parser.error("--mask goes with one picture")
    if options.mask is not None and not options.mask.is_file():
        parser.error(f"--mask: {options.mask} is not there")
    if options.asset and (options.format or options.output.suffix.lower() not in ("", ".blend")):
        parser.error("--asset goes with a folder, whose files the engine decides on, or with a .blend")
    _check_sharing(parser, options, ending)
    settings = {name: getattr(options, name) for name in setting_names() if getattr(options, name) is not None}
    if "rembg_model" in settings:
        settings.setdefault("background", "rembg")
    shaping = {name: value for name in (*SHAPING, "symmetry") if (value := getattr(options, name)) is not None}
    return Wish(
        tuple(options.pictures),
        options.recursive,
        options.only_new,
        options.output.absolute(),
        ending,
        options.model,
        options.mask,
        options.device,
        settings,
        shaping,
        options.asset,
        options.engine,
        options.shard,
        options.forgive,
        options.merge,
        options.into.absolute() if options.into is not None else None,
    )


def _check_sharing(parser: argparse.ArgumentParser, options: argparse.Namespace, ending: str) -> None:
    """What goes with --shard and --merge, and what doesn't."""
    if options.shard is not None and not ending:
        parser.error("--shard goes with a folder of files; --merge --into puts them into one .blend afterwards")
    if options.merge and (options.shard is not None or options.only_new or not ending):
        parser.error("--merge goes with the folder of all shards, and makes no meshes")
    if options.into is not None and not (options.merge and options.into.suffix.lower() == ".blend"):
        parser.error("--into goes with --merge, and names a .blend")
    if options.into is not None and (ending != ".blend" or options.asset):
        parser.error("--into gathers .blend files: make them with --format blend, and merge with it")
    if options.forgive and options.shard is None and not options.merge:
        parser.error("--forgive goes with --shard or --merge, which leave records of what failed")


def setting_names() -> list[str]:
    """The scene's settings that are options."""
    return [p.identifier for p in TRIPOSR_PG_settings.bl_rna.properties if p.identifier not in NO_OPTIONS]


def _is_picture(path: Path) -> bool:
    return not path.is_dir() and path.suffix.lower() in PHOTO_SUFFIXES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"blender -b --command {NAME}",
        description="Make coloured meshes of pictures.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("pictures", nargs="+", type=Path, metavar="PICTURE", help="a picture, or a folder of pictures")
    add("-o", "--output", type=Path, required=True, help=f"a file ending in {', '.join(WRITERS)}; or a folder")
    add("--format", choices=[ending[1:] for ending in WRITERS], help="of the files in a folder (default: glb)")
    add("--recursive", action="store_true", help="take the pictures of the folders within, too")
    add("--only-new", action="store_true", help="leave out pictures whose file in the folder is newer than they are")
    add("--model", default="", help="an installed model's name, or a folder (default: the built-in preview)")
    add("--mask", type=Path, metavar="FILE", help="the cut-out as an image of the picture's size; one picture only")
    add("--device", choices=[device[0] for device in DEVICES], default="", help="what the model runs on")
    add("--asset", default="", metavar="RECIPE", help="make game assets: a preset's name, or a file of JSON")
    add("--engine", choices=[engine[0] for engine in ENGINES], default="", help="for which the assets are")
    _add_sharing(parser)
    _add_settings(parser)
    _add_shaping(parser)
    return parser


def _add_sharing(parser: argparse.ArgumentParser) -> None:
    add, shard = parser.add_argument, "make this part of the pictures alone, 2/8 for the second of eight, with records"
    add("--shard", type=_shard, metavar="I/N", help=shard)
    add("--merge", action="store_true", help="make nothing: write the catalogue of all shards, tell what is missing")
    add("--into", type=Path, metavar="FILE.blend", help="with --merge: all of them into one .blend, in a grid, too")
    add("--forgive", action="store_true", help="0 although pictures failed, as long as this computer can make any")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    properties = TRIPOSR_PG_settings.bl_rna.properties
    for name in setting_names():
        _add_property(parser, properties[name])


def _add_property(parser: argparse.ArgumentParser, prop: Any) -> None:  # the stubs know no union
    name, about = f"--{prop.identifier.replace('_', '-')}", prop.description.replace("%", "%%")
    if prop.type == "BOOLEAN":
        parser.add_argument(name, action=argparse.BooleanOptionalAction, help=about)
    elif prop.type == "ENUM":
        items = DYNAMIC_CHOICES.get(prop.identifier) or [item.identifier for item in prop.enum_items]
        parser.add_argument(name, choices=items, help=about)
    else:
        number = int if prop.type == "INT" else float
        within = _number_within(number, prop.hard_min, prop.hard_max)
        parser.add_argument(name, type=within, metavar="N", help=f"{about} (default: {prop.default:g})")


def _add_shaping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--symmetry", action=argparse.BooleanOptionalAction, help="average left and right")
    plain = SurfaceSettings()
    for name, (about, low, high) in SHAPING.items():
        within = _number_within(type(getattr(plain, name)), low, high)
        parser.add_argument(f"--{name.replace('_', '-')}", type=within, metavar="N", help=about)


def _shard(text: str) -> Shard:
    try:
        return read_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number_within(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text} is not {'a whole' if kind is int else 'a'} number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not within {low:g} and {high:g}")
        return value

    return number
