# SPDX-License-Identifier: GPL-3.0-or-later
"""A small library to make: quick pictures, the built-in model, few nodes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from triposr_addon.batch.item import Item
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.catalogue_file import Record
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, load_on_host

QUICK = ("--resolution", "32", "--no-review", "--device", "cpu")
"""Options of the command."""
COLOURS = ("firebrick", "seagreen", "royalblue", "goldenrod", "purple", "teal", "sienna", "olive")
OF_THE_MOMENT = {"seconds": {}, "at": "", "device": ""}
"""What two records of the same result may differ in."""


def draw_pictures(folder: Path, count: int = 3) -> list[Path]:
    """Blobs on white, each of another colour and shape."""
    folder.mkdir(parents=True, exist_ok=True)
    return [draw_picture(folder / f"blob{number}.png", number) for number in range(count)]


def draw_picture(path: Path, number: int) -> Path:
    """One of them."""
    image = Image.new("RGB", (96, 96), "white")
    box = (20 + number % 5, 16, 70 + number % 7, 80 - number % 11)
    ImageDraw.Draw(image).ellipse(box, fill=COLOURS[number % len(COLOURS)])
    image.save(path)
    return path


def items_of(pictures: Sequence[Path], resolution: int = 32) -> list[Item]:
    """An item of each, called by its stem."""
    surface = SurfaceSettings(resolution=resolution)
    return [Item(picture.stem, str(picture), picture.name, surface=surface) for picture in pictures]


def quick_plan(target: Path, **wishes: object) -> BatchPlan:
    """With the built-in model, and without reviews where nothing else is wished."""
    checkpoint = load_on_host(PREVIEW_FOLDER, torch.float32)
    plan = BatchPlan(target, PREVIEW_FOLDER, checkpoint.name, checkpoint.sha256, reviews=False, device="cpu")
    return dataclasses.replace(plan, **wishes)  # type: ignore[arg-type]  # whoever calls names fields of the plan


def lasting(record: Record) -> Record:
    """What of a record must be the same each time."""
    return dataclasses.replace(record, **OF_THE_MOMENT)  # type: ignore[arg-type]  # fields of the record


def files_below(folder: Path) -> dict[str, bytes]:
    """All files but records and catalogues, by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".json", ".jsonl")
    }
