# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures by the thousand: a few bright shapes on white, no two alike, the same ones for the same seed."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 96
BROKEN_EACH = 400
"""Every so many a file that is no picture."""


def draw_library(folder: Path, count: int, seed: int) -> None:
    """`0000/00000000.png` and on, a hundred a folder; those that are there stay."""
    for number in range(count):
        path = folder / f"{number // 100:04d}" / f"{number:08d}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            _draw(path, number, random.Random(f"{seed} {number}"))  # shapes, no secrets


def _draw(path: Path, number: int, dice: random.Random) -> None:
    if number % BROKEN_EACH == BROKEN_EACH - 1:
        path.write_bytes(b"no picture")
        return
    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(image)
    for shape in range(dice.randint(1, 3)):
        left, top = dice.randint(14, 40), dice.randint(14, 40)
        box = left, top, dice.randint(left + 16, 82), dice.randint(top + 16, 82)
        colour = tuple(dice.randint(0, 200) for _ in range(3))
        (pen.ellipse if (number + shape) % 2 else pen.rectangle)(box, fill=colour)
    image.save(path)
