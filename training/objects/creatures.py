# SPDX-License-Identifier: GPL-3.0-or-later
"""Animals, and the snowman among them."""

import math

from training.objects.builder import Builder, turn
from training.objects.figures import eyes
from training.objects.material import Material
from training.objects.paint import (
    Random,
    any_colour,
    between,
    noisy,
    patterned,
    solid,
    spotted,
    stripes,
    surface,
)


def _fur(rng: Random) -> Material:
    pick, base = rng.random(), any_colour(rng)
    if pick < 0.5:
        base = ((0.55, 0.36, 0.2), (0.85, 0.6, 0.35), (0.3, 0.22, 0.17), (0.85, 0.83, 0.8), (0.85, 0.45, 0.15))[
            rng.integers(5)
        ]
    if pick < 0.12:
        return stripes(rng, base, (0.1, 0.1, 0.1), between(rng, 5, 9), 0)
    if pick < 0.27:
        return spotted(rng, base, any_colour(rng), between(rng, 6, 10))
    return noisy(rng, base, base, 8) if pick < 0.4 else solid(rng, base, 0.05)


def animal(b: Builder, rng: Random) -> None:
    """Four legs, a neck, a head with muzzle and ears, a tail: from dog to horse to giraffe."""
    fur, leg = _fur(rng), between(rng, 0.14, 0.45)
    length, thick = between(rng, 0.2, 0.36), between(rng, 0.11, 0.19)
    dark = solid(rng, (0.12, 0.1, 0.09))
    z = leg + thick * 0.7
    b.limb((-length, 0, z), (length, 0, z + between(rng, -0.02, 0.05)), thick, fur, thick * between(rng, 0.85, 1.15))
    slim = thick * between(rng, 0.25, 0.4)
    for x in (-length * 0.95, length * 0.95):
        for y in (-thick * 0.6, thick * 0.6):
            step = between(rng, -0.06, 0.06)
            b.limb((x, y, z), (x + step, y, slim), slim * 1.3, fur, slim)
            b.ball((x + step + 0.01, y, slim * 0.9), slim * 1.12, dark if rng.random() < 0.4 else fur)
    neck = between(rng, 0.05, 0.4)
    top = (length * 1.05 + neck * between(rng, 0.3, 0.6), 0.0, z + thick * 0.6 + neck)
    b.limb((length * 0.95, 0, z + thick * 0.3), top, thick * 0.75, fur, thick * 0.5)
    _animal_head(b, rng, fur, dark, top, between(rng, 0.1, 0.17))
    droop = between(rng, -0.3, 0.25)
    b.tube(
        [
            (-length - thick * 0.8, 0, z + thick * 0.3),
            (-length - thick * 1.5, 0, z + 0.1),
            (-length - thick * 2, 0, z + droop),
        ],
        slim * 0.8,
        fur,
        slim * between(rng, 0.4, 1.2),
        4,
    )


def _animal_head(
    b: Builder, rng: Random, fur: Material, dark: Material, at: tuple[float, float, float], size: float
) -> None:
    x, _, z = at
    b.ellipsoid((x + size * 0.2, 0, z), (size * 1.1, size * 0.9, size * 0.9), fur)
    muzzle = size * between(rng, 0.6, 1.3)
    b.limb(
        (x + size * 0.5, 0, z - size * 0.2),
        (x + size * 0.7 + muzzle, 0, z - size * 0.35),
        size * 0.55,
        fur,
        size * 0.38,
        blend=0.03,
    )
    b.ball((x + size * 1.05 + muzzle, 0, z - size * 0.25), size * 0.17, dark)
    eyes(b, rng, (x + size * 0.95, 0, z + size * 0.3), size * 0.5, size * 0.17, 0.1)
    ear = size * between(rng, 0.35, 0.9)
    for side in (-1, 1):
        b.ellipsoid(
            (x - size * 0.2, side * size * 0.6, z + size * 0.7 + ear * 0.4),
            (ear * 0.3, ear * 0.4, ear),
            fur,
            rot=turn(x=-side * between(rng, 0, 50)),
        )


def sitting_animal(b: Builder, rng: Random) -> None:
    """Cat, bear or rabbit sitting upright, as a soft toy would."""
    fur, belly, head = _fur(rng), solid(rng), between(rng, 0.19, 0.27)
    h, w = between(rng, 0.24, 0.32), between(rng, 0.18, 0.25)
    b.ellipsoid((0, 0, h), (w, w * 1.05, h), fur)
    if rng.random() < 0.5:
        b.ellipsoid((w * 0.35, 0, h * 0.9), (w * 0.72, w * 0.7, h * 0.75), belly)
    z = 2 * h + head * 0.6
    b.ellipsoid((0.03, 0, z), (head * 0.95, head * 1.05, head * 0.92), fur)
    b.ellipsoid(
        (head * 0.85, 0, z - head * 0.25), (head * 0.35, head * 0.45, head * 0.33), belly if rng.random() < 0.6 else fur
    )
    b.ball((head * 1.2, 0, z - head * 0.12), head * 0.12, solid(rng, (0.1, 0.08, 0.08)))
    eyes(b, rng, (head * 0.88, 0, z + head * 0.15), head * 0.4, head * 0.16)
    pick = rng.random()
    for side in (-1, 1):
        if pick < 0.35:
            b.ball((0, side * head * 0.8, z + head * 0.75), head * 0.38, fur)
        elif pick < 0.65:
            b.cone((0, side * head * 0.6, z + head * 0.95), head * 0.33, 0.02, head * 0.35, fur, rot=turn(x=-side * 15))
        else:
            b.ellipsoid(
                (-0.02, side * head * 0.4, z + head * 1.4),
                (head * 0.14, head * 0.22, head * 0.75),
                fur,
                rot=turn(x=-side * 12),
            )
        b.limb((w * 0.5, side * w * 0.85, h * 1.3), (w * 1.15, side * w * 0.6, h * between(rng, 0.6, 1.0)), 0.07, fur)
        b.ellipsoid((w * 0.8, side * w * 0.85, 0.07), (0.17, 0.1, 0.08), fur)


def bird(b: Builder, rng: Random) -> None:
    """Duck, owl or penguin: body, head, beak, wings, feet."""
    plume, h = _fur(rng) if rng.random() < 0.5 else solid(rng), between(rng, 0.2, 0.34)
    lean = between(rng, 0, 60)
    b.ellipsoid((0, 0, 0.3), (0.2, 0.2, h), plume, rot=turn(y=lean))
    b.ellipsoid((0.06, 0, 0.28), (0.17, 0.16, h * 0.85), solid(rng), rot=turn(y=lean))
    x, z = h * 0.75 * math.sin(math.radians(lean)) + 0.04, 0.3 + h * 0.8 * math.cos(math.radians(lean)) + 0.1
    head = between(rng, 0.12, 0.18)
    b.ball((x, 0, z + 0.04), head, plume)
    orange = solid(rng, (0.95, 0.6, 0.1))
    b.cone((x + head * 1.2, 0, z + 0.02), head * 0.35, 0.01, head * between(rng, 0.3, 0.7), orange, rot=turn(y=90))
    eyes(b, rng, (x + head * 0.75, 0, z + 0.09), head * 0.5, head * 0.2)
    for side in (-1, 1):
        b.ellipsoid(
            (-0.03, side * 0.19, 0.3),
            (0.13, 0.05, h * 0.8),
            plume,
            rot=turn(y=lean + 10) @ turn(x=side * between(rng, 0, 30)),
        )
        b.limb((0.02, side * 0.08, 0.15), (0.05, side * 0.09, 0.0), 0.022, orange)
        b.ellipsoid((0.09, side * 0.09, 0.0), (0.09, 0.055, 0.02), orange)


def snowman(b: Builder, rng: Random) -> None:
    """Stacked balls with hat, nose, buttons, arms, scarf."""
    snow, r, z = solid(rng, (0.93, 0.94, 0.96), 0.05), between(rng, 0.26, 0.34), 0.0
    dark = solid(rng, (0.08, 0.08, 0.08))
    for _ in range(int(rng.integers(2, 4))):
        b.ball((0, 0, z + r), r, snow, blend=0.02 if z else 0.0)
        b.ball((r * 0.97, 0, z + r * 1.2), 0.026, dark)
        z, last, r = z + r * 1.6, r, r * between(rng, 0.68, 0.8)
    top = z - last * 0.6
    b.limb((last, 0, top), (last + 0.17, 0, top), 0.04, solid(rng, (0.95, 0.5, 0.1)), 0.01)
    eyes(b, rng, (last * 0.9, 0, top + last * 0.35), last * 0.35, 0.035, 0.1)
    if rng.random() < 0.7:
        b.cylinder((0, 0, top + last * 0.85), last * 1.1, 0.02, dark)
        b.cylinder((0, 0, top + last * 1.3), last * 0.7, last * 0.45, dark)
    if rng.random() < 0.6:
        b.arc((0, 0, top - last * 0.7), last * 0.75, 0.045, patterned(rng))
    for side in (-1, 1):
        b.limb(
            (0, side * last, top - last),
            (0, side * (last + 0.3), top - last + between(rng, 0, 0.25)),
            0.02,
            solid(rng, (0.35, 0.22, 0.12)),
        )


def fish(b: Builder, rng: Random) -> None:
    """Body, tail fin, back fin."""
    mat, length = surface(rng, 0.6), between(rng, 0.3, 0.42)
    h = between(rng, 0.15, 0.27)
    b.ellipsoid((0, 0, 0), (length, between(rng, 0.09, 0.16), h), mat)
    fin = solid(rng)
    tail = [
        (-length * 0.85, 0.02),
        (-length * 1.45, h * 0.9),
        (-length * 1.3, 0),
        (-length * 1.45, -h * 0.9),
        (-length * 0.85, -0.02),
    ]
    b.prism(tail, 0.025, fin, rot=turn(x=90))
    b.prism([(-0.15, h * 0.8), (0.12, h * 0.85), (-0.1, h * 1.4)], 0.022, fin, rot=turn(x=90))
    eyes(b, rng, (length * 0.65, 0, h * 0.25), 0.085, 0.04)
