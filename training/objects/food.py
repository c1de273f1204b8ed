# SPDX-License-Identifier: GPL-3.0-or-later
"""Things to eat: hamburgers, cakes, fruit, ice cream."""

import math

from training.objects.builder import Builder, turn
from training.objects.material import Colour
from training.objects.paint import Random, between, noisy, patterned, solid, spotted, stripes, surface, wood

FILLINGS: tuple[Colour, ...] = (
    (0.35, 0.62, 0.16),
    (0.85, 0.15, 0.1),
    (0.96, 0.7, 0.15),
    (0.8, 0.45, 0.6),
    (0.95, 0.9, 0.7),
)


def hamburger(b: Builder, rng: Random) -> None:
    """Bun, fillings, patty, seeded bun; often on a plate."""
    r, z = between(rng, 0.3, 0.42), 0.0
    bread: Colour = (0.82, 0.55, 0.26)
    bun = noisy(rng, bread, (0.7, 0.4, 0.16), 6)
    if rng.random() < 0.5:
        _plate(b, rng, r * between(rng, 1.35, 2.0))
    low = between(rng, 0.05, 0.09)
    b.cylinder((0, 0, z + low), r, low, bun, rounding=0.04)
    z += 2 * low
    for layer in range(int(rng.integers(2, 7))):
        z = _patty(b, rng, r, z) if layer == 1 else _filling(b, rng, r, z)
    dome = between(rng, 0.18, 0.3)
    b.ellipsoid(
        (0, 0, z),
        (r * 1.02, r * 1.02, dome),
        spotted(rng, bread, (0.96, 0.88, 0.68), 17, 0.1) if rng.random() < 0.7 else bun,
    )
    b.box((0, 0, z - 0.25), (1, 1, 0.25), bun, cut=True)


def _patty(b: Builder, rng: Random, r: float, z: float) -> float:
    thick = between(rng, 0.03, 0.06)
    b.cylinder(
        (0, 0, z + thick),
        r * between(rng, 0.95, 1.06),
        thick,
        noisy(rng, (0.3, 0.16, 0.09), (0.45, 0.27, 0.16), 20),
        rounding=0.03,
    )
    return z + 2 * thick


def _filling(b: Builder, rng: Random, r: float, z: float) -> float:
    colour = FILLINGS[rng.integers(len(FILLINGS))]
    thick, wide = between(rng, 0.012, 0.028), r * between(rng, 0.95, 1.12)
    if rng.random() < 0.3:
        b.box((0, 0, z + thick), (wide * 0.85, wide * 0.85, thick), solid(rng, colour), rot=turn(z=between(rng, 0, 90)))
        return z + 2 * thick
    b.cylinder((0, 0, z + thick), wide, thick, solid(rng, colour))
    if rng.random() < 0.5:
        for i in range(9):
            a = i * 0.7 + between(rng, -0.2, 0.2)
            b.ellipsoid(
                (wide * math.cos(a), wide * math.sin(a), z + thick), (0.07, 0.07, 0.025), solid(rng, colour), blend=0.03
            )
    return z + 2 * thick


def _plate(b: Builder, rng: Random, r: float) -> None:
    mat = (
        solid(rng, (0.15, 0.15, 0.16) if rng.random() < 0.4 else (0.92, 0.92, 0.92))
        if rng.random() < 0.7
        else wood(rng)
    )
    b.cone((0, 0, -0.03), r * 0.75, r, 0.03, mat)


def cake(b: Builder, rng: Random) -> None:
    """One to three tiers with trimming, sometimes a slice missing, candles or a cherry."""
    r, z = between(rng, 0.35, 0.48), 0.0
    _plate(b, rng, r * 1.2)
    for _ in range(int(rng.integers(1, 4))):
        h = between(rng, 0.09, 0.17)
        b.cylinder((0, 0, z + h), r, h, surface(rng, 0.4), rounding=0.02)
        if rng.random() < 0.6:
            b.arc((0, 0, z + 2 * h), r * 0.95, 0.03, solid(rng))
        z, r = z + 2 * h, r * between(rng, 0.6, 0.8)
    for i in range(int(rng.integers(0, 6))):
        a = i * 1.3
        b.cylinder((r * math.cos(a), r * math.sin(a), z + 0.08), 0.016, 0.09, solid(rng))
    if rng.random() < 0.4:
        b.ball((0, 0, z + 0.05), 0.06, solid(rng, (0.8, 0.05, 0.1)))


def ice_cream(b: Builder, rng: Random) -> None:
    """Cone with one to three scoops."""
    r = between(rng, 0.17, 0.24)
    cone = patterned(rng, (0.83, 0.6, 0.33), 2.0) if rng.random() < 0.4 else solid(rng, (0.83, 0.6, 0.33))
    b.cone((0, 0, 0), 0.02, r, between(rng, 0.25, 0.36), cone)
    z = 0.33
    for _ in range(int(rng.integers(1, 4))):
        b.ball(
            (rng.normal(0, 0.02), rng.normal(0, 0.02), z),
            r * between(rng, 0.95, 1.15),
            noisy(rng, solid(rng).colour, (1, 1, 1), 9) if rng.random() < 0.4 else solid(rng),
        )
        z += r * between(rng, 0.9, 1.3)
    if rng.random() < 0.5:
        b.ball((0, 0, z), 0.05, solid(rng, (0.8, 0.05, 0.1)))


def fruit(b: Builder, rng: Random) -> None:
    """Apple, pear, orange or pumpkin, by proportions and colour, with stalk and leaf."""
    colour: Colour = ((0.8, 0.12, 0.1), (0.5, 0.7, 0.15), (0.95, 0.55, 0.1), (0.85, 0.75, 0.2))[rng.integers(4)]
    skin = (
        noisy(rng, colour, (colour[0] * 0.8, colour[1] * 1.1, colour[2]), 5)
        if rng.random() < 0.5
        else solid(rng, colour)
    )
    r = between(rng, 0.32, 0.42)
    top = r * between(rng, 0.75, 1.05)
    if rng.random() < 0.3:
        for i in range(9):
            a = i * 2 * math.pi / 9
            b.ellipsoid(
                (0.45 * r * math.cos(a), 0.45 * r * math.sin(a), 0),
                (r * 0.6, r * 0.6, top),
                skin,
                blend=0.03 if i else 0.0,
            )
    else:
        b.ellipsoid((0, 0, 0), (r, r, top), skin)
        if rng.random() < 0.5:
            b.ellipsoid((0, 0, top * between(rng, 0.7, 1.1)), (r * 0.6, r * 0.6, r * 0.6), skin, blend=0.15)
            top *= 1.5
    b.tube(
        [(0, 0, top * 0.8), (0.02, 0, top + 0.05), (between(rng, -0.1, 0.1), 0, top + 0.16)],
        0.025,
        solid(rng, (0.35, 0.22, 0.1)),
        0.018,
        4,
    )
    if rng.random() < 0.6:
        b.ellipsoid(
            (0.02, 0.1, top + 0.06), (0.05, 0.13, 0.02), solid(rng, (0.25, 0.55, 0.15)), rot=turn(x=between(rng, 0, 35))
        )


def doughnut(b: Builder, rng: Random) -> None:
    """Ring with icing, flat or standing."""
    ring, tube = between(rng, 0.28, 0.36), between(rng, 0.13, 0.18)
    tilt = turn(y=90) if rng.random() < 0.4 else turn(y=between(rng, 0, 40))
    b.arc((0, 0, 0), ring, tube, solid(rng, (0.8, 0.58, 0.3)), rot=tilt)
    icing = spotted(rng, solid(rng).colour, (0.98, 0.95, 0.6), 18, 0.2)
    b.arc(tuple(tilt @ (0, 0, tube * 0.25)), ring, tube * 0.93, icing, rot=tilt)


def cupcake(b: Builder, rng: Random) -> None:
    """Paper case, swirled icing, a cherry."""
    r, z = between(rng, 0.25, 0.32), 0.2
    b.cone(
        (0, 0, 0),
        r * 0.75,
        r,
        0.2,
        stripes(rng, (0.9, 0.9, 0.9), solid(rng).colour, 12, 1) if rng.random() < 0.4 else surface(rng, 0.3),
    )
    icing, size = solid(rng), r * 1.12
    for i in range(int(rng.integers(2, 5))):
        b.ellipsoid((0, 0, z), (size, size, 0.11), icing, blend=0.02 if i else 0.0)
        z, size = z + 0.11, size * 0.7
    if rng.random() < 0.6:
        b.ball((0, 0, z + 0.02), 0.07, solid(rng, (0.8, 0.05, 0.1)))


def hot_dog(b: Builder, rng: Random) -> None:
    """Sausage in a split bun with a line of mustard."""
    length, r = between(rng, 0.35, 0.5), between(rng, 0.1, 0.14)
    bun = noisy(rng, (0.82, 0.57, 0.28), (0.72, 0.45, 0.2), 6)
    for side in (-1, 1):
        b.limb((0, -length, 0), (0, length, 0), r, bun) if side < 0 else b.limb(
            (0.17, -length, 0), (0.17, length, 0), r, bun, blend=0.05
        )
    b.limb(
        (0.085, -length * 1.08, r * 0.8), (0.085, length * 1.08, r * 0.8), r * 0.75, solid(rng, (0.62, 0.24, 0.14), 0.4)
    )
    b.tube(
        [(0.085, -length, r * 1.6), (0.2, -0.1, r * 1.6), (-0.05, 0.1, r * 1.6), (0.085, length, r * 1.6)],
        0.022,
        solid(rng, (0.95, 0.75, 0.1)),
    )
