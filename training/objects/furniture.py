# SPDX-License-Identifier: GPL-3.0-or-later
"""Furniture and household things with legs, boards and shelves."""

import math

from training.objects.builder import Builder, turn
from training.objects.material import Material
from training.objects.paint import Random, between, metal, patterned, solid, surface, wood


def _leg(
    b: Builder, rng: Random, x: float, y: float, top: float, thick: float, mat: Material, splay: float, turned: bool
) -> None:
    foot = (x * (1 + splay), y * (1 + splay), 0.02)
    if turned:
        b.limb((x, y, top), foot, thick, mat, thick * 0.7)
        b.ball((x, y, top * 0.85), thick * 1.35, mat, blend=0.02)
        b.ball((foot[0], foot[1], 0.05), thick * 1.15, mat, blend=0.02)
    else:
        b.limb((x, y, top), foot, thick, mat, thick * between(rng, 0.6, 1.0))


def _legs(b: Builder, rng: Random, half_x: float, half_y: float, top: float, mat: Material) -> None:
    thick, splay, turned = between(rng, 0.025, 0.05), between(rng, 0, 0.15), rng.random() < 0.3
    for x in (-half_x, half_x):
        for y in (-half_y, half_y):
            _leg(b, rng, x, y, top, thick, mat, splay, turned)


def chair(b: Builder, rng: Random) -> None:
    """Four legs, a seat (often cushioned) and a back of a frame, slats or one board."""
    frame = wood(rng) if rng.random() < 0.7 else surface(rng, 0.1)
    cloth = solid(rng, gloss=0.05) if rng.random() < 0.7 else patterned(rng)
    w, d, h = between(rng, 0.22, 0.3), between(rng, 0.2, 0.28), between(rng, 0.36, 0.5)
    _legs(b, rng, d * 0.88, w * 0.88, h, frame)
    b.box((0, 0, h), (d, w, between(rng, 0.02, 0.045)), frame, 0.015)
    if rng.random() < 0.6:
        b.ellipsoid((0, 0, h + 0.04), (d * 0.98, w * 0.98, between(rng, 0.04, 0.09)), cloth)
    top, lean = h + between(rng, 0.4, 0.65), between(rng, 0.02, 0.12)
    for y in (-1, 1):
        b.limb((-d * 0.9, y * w * 0.85, h), (-d * 0.9 - lean, y * w * between(rng, 0.85, 1.0), top), 0.028, frame)
    _chair_back(b, rng, frame, cloth, d, w, h, top, lean)


def _chair_back(
    b: Builder, rng: Random, frame: Material, cloth: Material, d: float, w: float, h: float, top: float, lean: float
) -> None:
    tilt = turn(y=-math.degrees(math.atan2(lean, top - h)))
    middle = ((-d * 0.9) - lean * 0.6, 0, h + (top - h) * 0.6)
    style = rng.random()
    b.box((-d * 0.9 - lean, 0, top), (0.03, w * between(rng, 0.9, 1.1), 0.04), frame, 0.02)
    if style < 0.5:
        b.box(middle, (0.03, w * 0.8, (top - h) * 0.36), cloth if rng.random() < 0.6 else frame, 0.02, rot=tilt)
        b.box((-d * 0.9 - lean * 0.2, 0, h + (top - h) * 0.2), (0.022, w * 0.8, 0.025), frame)
    elif style < 0.75:
        for i in range(4):
            y = (i - 1.5) * w * 0.42
            b.limb((-d * 0.9, y, h), (-d * 0.9 - lean, y, top), 0.02, frame)
    else:
        for i in range(3):
            s = 0.3 + 0.25 * i
            b.box((-d * 0.9 - lean * s, 0, h + (top - h) * s), (0.018, w * 0.85, 0.035), frame)


def armchair(b: Builder, rng: Random) -> None:
    """Upholstered chair or sofa with arms."""
    cloth = solid(rng, gloss=0.05) if rng.random() < 0.6 else patterned(rng)
    d, w, seat = between(rng, 0.24, 0.3), between(rng, 0.25, 0.52), between(rng, 0.16, 0.22)
    soft = between(rng, 0.03, 0.08)
    b.box((0, 0, seat), (d, w, seat * 0.6), cloth, soft)
    b.box(
        (-d, 0, seat + between(rng, 0.18, 0.28)),
        (0.09, w * 1.02, between(rng, 0.25, 0.36)),
        cloth,
        soft,
        rot=turn(y=-between(rng, 0, 12)),
    )
    for side in (-1, 1):
        b.box((-0.02, side * w * 1.1, seat + 0.08), (d * 1.05, 0.07, seat * 0.9), cloth, soft)
    if rng.random() < 0.6:
        b.box((0.03, 0, seat * 1.75), (d * 0.8, w * 0.85, 0.05), solid(rng, gloss=0.0), 0.04)
    for x in (-0.8, 0.8):
        for y in (-0.9, 0.9):
            b.cylinder((x * d, y * w, 0.0), 0.025, 0.08, wood(rng))


def table(b: Builder, rng: Random) -> None:
    """Round or square top on four legs or one foot."""
    mat = wood(rng) if rng.random() < 0.6 else surface(rng)
    h, w = between(rng, 0.35, 0.6), between(rng, 0.35, 0.55)
    d = w * between(rng, 0.6, 1.0)
    thick = between(rng, 0.02, 0.05)
    if rng.random() < 0.4:
        b.cylinder((0, 0, h), w, thick, mat)
        d = w = w * 0.7
    else:
        b.box((0, 0, h), (d, w, thick), mat, 0.012)
    if rng.random() < 0.25:
        b.cylinder((0, 0, h / 2), between(rng, 0.04, 0.08), h / 2, mat)
        b.cone((0, 0, 0.03), w * 0.7, 0.08, 0.04, mat)
    else:
        _legs(b, rng, d * 0.85, w * 0.85, h, mat)


def stool(b: Builder, rng: Random) -> None:
    """Round seat on three or four legs with a ring."""
    mat, r, h = wood(rng) if rng.random() < 0.6 else metal(rng), between(rng, 0.2, 0.3), between(rng, 0.45, 0.75)
    b.cylinder((0, 0, h), r, between(rng, 0.025, 0.07), surface(rng, 0.2), rounding=0.02)
    count = int(rng.integers(3, 5))
    for i in range(count):
        a = (i + 0.5) * 2 * math.pi / count
        b.limb(
            (0.75 * r * math.cos(a), 0.75 * r * math.sin(a), h),
            (1.15 * r * math.cos(a), 1.15 * r * math.sin(a), 0),
            0.028,
            mat,
        )
    if rng.random() < 0.6:
        b.arc((0, 0, h * 0.4), r * 0.98, 0.018, mat)


def cupboard(b: Builder, rng: Random) -> None:
    """A box with doors or drawers and knobs."""
    mat = wood(rng) if rng.random() < 0.6 else solid(rng)
    front = mat if rng.random() < 0.5 else surface(rng, 0.2)
    d, w, h = between(rng, 0.14, 0.26), between(rng, 0.24, 0.42), between(rng, 0.3, 0.52)
    b.box((0, 0, h), (d, w, h), mat, 0.01)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 3))
    for i in range(rows):
        for j in range(columns):
            y, z = (j + 0.5) * 2 * w / columns - w, (i + 0.5) * 2 * h / rows
            b.box((d, y, z), (0.018, w / columns * 0.88, h / rows * 0.85), front, 0.008)
            b.ball((d + 0.03, y, z), 0.024, metal(rng))


def bed(b: Builder, rng: Random) -> None:
    """Frame, mattress, pillow, blanket."""
    mat, w = wood(rng), between(rng, 0.24, 0.36)
    b.box((0, 0, 0.14), (0.5, w, 0.05), mat)
    b.box((0, 0, 0.22), (0.48, w * 0.95, 0.07), solid(rng, (0.93, 0.92, 0.9)), 0.04)
    b.box((0.12, 0, 0.235), (0.375, w, 0.075), surface(rng, 0.6), 0.04)
    b.box((-0.38, 0, 0.31), (0.09, w * 0.6, 0.05), solid(rng, (0.95, 0.95, 0.95)), 0.045)
    b.box((-0.51, 0, 0.28), (0.03, w, between(rng, 0.2, 0.32)), mat)
    b.box((0.51, 0, 0.16), (0.03, w, 0.14), mat)


def crate(b: Builder, rng: Random) -> None:
    """Wooden box with slats, treasure chest or parcel."""
    a, c = between(rng, 0.25, 0.4), between(rng, 0.2, 0.4)
    mat, edge = wood(rng) if rng.random() < 0.6 else surface(rng, 0.5), wood(rng)
    b.box((0, 0, c), (a, a * between(rng, 0.8, 1.4), c), mat, 0.01)
    size = b.primitives[-1][15:18] + b.primitives[-1][21]
    if rng.random() < 0.7:
        t = between(rng, 0.02, 0.05)
        for x in (-1, 1):
            for y in (-1, 1):
                b.box((x * size[0], y * size[1], c), (t, t, c + 0.02), edge)
        for z in (0.0, 2 * c):
            b.box((0, 0, z), (size[0] + 0.02, size[1] + 0.02, t), edge)
    if rng.random() < 0.3:
        b.limb((0, -size[1], 2 * c), (0, size[1], 2 * c), size[0] * 0.98, mat, blend=0.01)


def clock(b: Builder, rng: Random) -> None:
    """Alarm clock: round case, face, hands, bells and feet."""
    r, mat = between(rng, 0.3, 0.38), surface(rng, 0.1)
    face = turn(y=90)
    b.cylinder((0, 0, 0), r, between(rng, 0.08, 0.16), mat, rot=face, rounding=0.03)
    x = 0.165
    b.cylinder((x - 0.04, 0, 0), r * 0.85, 0.05, solid(rng, (0.95, 0.94, 0.9)), rot=face)
    dark = solid(rng, (0.08, 0.08, 0.08))
    for length in (0.55, 0.75):
        a = rng.uniform(0, 2 * math.pi)
        b.limb((x + 0.01, 0, 0), (x + 0.01, r * length * math.sin(a), r * length * math.cos(a)), 0.02, dark)
    for y in (-1, 1):
        b.limb((0, y * 0.55 * r, -0.7 * r), (0, y * 0.75 * r, -1.2 * r), 0.04, mat)
        if rng.random() < 0.6:
            b.ellipsoid((0, y * 0.55 * r, r * 1.05), (0.12, 0.12, 0.09), metal(rng), rot=turn(x=-y * 30))


def screen(b: Builder, rng: Random) -> None:
    """Monitor or an old television on a stand."""
    w, h, deep = between(rng, 0.36, 0.5), between(rng, 0.24, 0.34), between(rng, 0.02, 0.22)
    case = solid(rng, (0.12, 0.12, 0.13)) if rng.random() < 0.5 else surface(rng, 0.1)
    b.box((-deep, 0, 0.42), (deep, w, h), case, 0.02)
    b.box((0.0, 0, 0.42), (0.012, w * 0.9, h * 0.86), surface(rng, 0.5))
    if rng.random() < 0.7:
        b.cylinder((-deep, 0, 0.1), 0.04, 0.14, case)
        b.cylinder((-deep, 0, -0.02), between(rng, 0.15, 0.25), 0.02, case)
    else:
        for y in (-1, 1):
            b.limb((-deep, y * w * 0.7, 0.2), (-deep, y * w * 0.85, 0), 0.03, case)
            b.limb((-deep, y * 0.03, 0.4 + h), (-deep, y * 0.25, 0.65 + h), 0.012, metal(rng))
