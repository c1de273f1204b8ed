# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what soak.py saw: memory of Blender and of the worker after each job.

WORKER_PYTHON tests/long/soak_plot.py SOAK.json docs/images/soak.png
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 560
LEFT, RIGHT, TOP, BOTTOM = 90, 40, 70, 70
STEP_MB = 100
INK, LINES, BLENDER, WORKER = (40, 40, 40), (222, 222, 222), (222, 110, 20), (50, 100, 180)


def draw(seen: dict[str, Any]) -> Image.Image:
    """Jobs from left to right, MB from 0 upwards."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    most = STEP_MB * (1 + int(max(seen["blender_mb"] + seen["worker_mb"])) // STEP_MB)
    count = len(seen["blender_mb"])

    def at(job: float, megabytes: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * job / count
        return across, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * megabytes / most

    for megabytes in range(0, most + 1, STEP_MB):
        pen.line([at(0, megabytes), at(count, megabytes)], LINES)
        pen.text((LEFT - 12, at(0, megabytes)[1]), f"{megabytes} MB", INK, font, "rm")
    for job in range(0, count + 1, max(1, count // 5)):
        pen.text((at(job, 0)[0], HEIGHT - BOTTOM + 20), str(job), INK, font, "mm")
    pen.text((WIDTH / 2, HEIGHT - 18), "jobs", INK, font, "mm")
    for place, (name, colour) in enumerate((("blender", BLENDER), ("worker", WORKER))):
        samples = seen[f"{name}_mb"]
        pen.line([at(number, megabytes) for number, megabytes in enumerate(samples, 1)], colour, 2)
        told = f"{name.title()}: {seen['slopes'][name]:+.1f} MB per 100 jobs"
        pen.text((LEFT + 20 + 470 * place, 28), told, colour, font, "lm")
    return picture


def main(arguments: list[str]) -> int:
    """Read, draw, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seen", type=Path, help="JSON of soak.py")
    parser.add_argument("picture", type=Path, help="PNG to write")
    options = parser.parse_args(arguments)
    draw(json.loads(options.seen.read_text())).save(options.picture, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
