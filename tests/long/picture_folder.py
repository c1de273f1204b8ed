# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder such as artists have: crops, turns and mirror images of a few pictures, in several formats, some broken.

    python tests/long/picture_folder.py FOLDER --good 57 PICTURE [PICTURE …]

The Python needs Pillow. The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from PIL import Image, ImageOps

BACKDROPS = ((255, 255, 255), (206, 210, 214), (40, 44, 52), (120, 160, 110))
SIDES = (256, 384, 512, 700)
BROKEN = ("broken_text.png", "broken_half.jpg", "broken_empty.webp")


def make(folder: Path, sources: list[Path], good: int) -> None:
    """`good` pictures and the three of BROKEN."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    pictures = [Image.open(source).convert("RGBA") for source in sources]
    for number in range(good):
        which = number % len(pictures)
        varied = vary(pictures[which], chance, number)
        save(varied, folder / f"{number:02d}_{sources[which].stem}", number)
    break_some(folder)


def vary(picture: Image.Image, chance: random.Random, number: int) -> Image.Image:
    """A crop that keeps the middle, turned a little, at another size; some before a plain backdrop."""
    width, height = picture.size
    cut = [chance.uniform(0.0, 0.08) for _ in range(4)]
    box = (int(cut[0] * width), int(cut[1] * height), int(width * (1 - cut[2])), int(height * (1 - cut[3])))
    varied = picture.rotate(chance.uniform(-6.0, 6.0), Image.Resampling.BICUBIC).crop(box)
    if number % 3 == 0:
        varied = ImageOps.mirror(varied)
    side = SIDES[number % len(SIDES)]
    varied.thumbnail((side, side), Image.Resampling.LANCZOS)
    if number % 2:
        backdrop = Image.new("RGBA", varied.size, (*BACKDROPS[number // 2 % len(BACKDROPS)], 255))
        varied = Image.alpha_composite(backdrop, varied)
    return varied


def save(picture: Image.Image, path: Path, number: int) -> None:
    """In a format that can hold it: those with a backdrop in a lossy one now and then."""
    if number % 4 == 1:
        picture.convert("RGB").save(path.with_suffix(".jpg"), quality=88)
    elif number % 4 == 3:
        picture.convert("RGB").save(path.with_suffix(".webp"), quality=85)
    else:
        picture.save(path.with_suffix(".png"))


def break_some(folder: Path) -> None:
    """A text that calls itself a picture, half a photo, and nothing at all."""
    text, half, empty = (folder / name for name in BROKEN)
    text.write_text("not a picture")
    whole = next(folder.glob("*.jpg")).read_bytes()
    half.write_bytes(whole[: len(whole) // 3])
    empty.write_bytes(b"")


def main(arguments: list[str]) -> int:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sources", type=Path, nargs="+", metavar="PICTURE")
    parser.add_argument("--good", type=int, default=57)
    options = parser.parse_args(arguments)
    make(options.folder, options.sources, options.good)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
