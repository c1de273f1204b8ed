# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools, toys and ornaments."""

import math

from training.objects.builder import Builder, turn
from training.objects.paint import Random, between, metal, noisy, patterned, solid, surface, wood


def sword(b: Builder, rng: Random) -> None:
    """Blade, guard, grip, pommel; upright."""
    w, length = between(rng, 0.05, 0.09), between(rng, 0.55, 0.75)
    b.prism(
        [(-w, 0), (w, 0), (w * 0.8, length * 0.8), (0, length), (-w * 0.8, length * 0.8)],
        between(rng, 0.018, 0.03),
        metal(rng),
        rot=turn(z=90) @ turn(x=90),
    )
    guard = metal(rng)
    b.limb((0, -w * between(rng, 2, 3.5), 0), (0, w * 3, 0), 0.035, guard)
    b.limb((0, 0, 0), (0, 0, -0.2), 0.033, surface(rng, 0.4))
    b.ball((0, 0, -0.23), 0.055, guard)


def hammer(b: Builder, rng: Random) -> None:
    """Hammer or axe: a handle and a head."""
    b.limb((0, 0, -0.45), (0, 0, 0.35), 0.04, wood(rng), 0.032)
    steel = metal(rng)
    if rng.random() < 0.6:
        b.box((0, 0, 0.36), (0.075, between(rng, 0.14, 0.24), 0.075), steel, 0.02)
    else:
        b.prism(
            [(-0.06, -0.08), (0.1, -0.07), (0.3, -0.2), (0.34, 0.0), (0.3, 0.2), (0.1, 0.07), (-0.06, 0.08)],
            0.03,
            steel,
            at=(0, 0, 0.3),
            rot=turn(z=90) @ turn(x=90),
        )


def key(b: Builder, rng: Random) -> None:
    """Ring, shaft, bit."""
    mat = metal(rng)
    b.arc((0, 0, 0.3), between(rng, 0.12, 0.18), between(rng, 0.03, 0.045), mat, rot=turn(y=90))
    b.limb((0, 0, 0.16), (0, 0, -0.5), 0.04, mat)
    for z in (-0.45, -0.35):
        b.box((0, 0.09, z), (0.03, 0.08, 0.03), mat)


def gear(b: Builder, rng: Random) -> None:
    """Toothed wheel with a hole."""
    teeth, r, half = int(rng.integers(8, 15)), between(rng, 0.32, 0.4), between(rng, 0.06, 0.14)
    outline = []
    for i in range(teeth):
        for part, size in ((0.0, 1.0), (0.3, 1.0), (0.5, 1.22), (0.8, 1.22)):
            a = (i + part) * 2 * math.pi / teeth
            outline.append((r * size * math.cos(a), r * size * math.sin(a)))
    face, mat = turn(y=90), metal(rng) if rng.random() < 0.7 else solid(rng)
    b.prism(outline, half, mat, rot=face)
    b.cylinder((0, 0, 0), r * between(rng, 0.25, 0.5), 0.3, mat, rot=face, cut=True)


def star(b: Builder, rng: Random) -> None:
    """A star or heart on a small stand."""
    points = int(rng.integers(4, 8))
    inner = between(rng, 0.4, 0.6)
    outline = []
    for i in range(2 * points):
        r, a = (0.42 if i % 2 == 0 else 0.42 * inner), math.pi / 2 + i * math.pi / points
        outline.append((r * math.cos(a), r * math.sin(a)))
    b.prism(outline, between(rng, 0.05, 0.13), surface(rng, 0.3), rot=turn(z=90) @ turn(x=90), rounding=0.03)
    if rng.random() < 0.5:
        b.cylinder((0, 0, -0.4), 0.035, 0.12, metal(rng))
        b.cylinder((0, 0, -0.5), 0.2, 0.035, surface(rng, 0.2))


def bust(b: Builder, rng: Random) -> None:
    """Head and shoulders on a plinth, as stone, bronze or painted."""
    pick = rng.random()
    stone = (
        noisy(rng, (0.85, 0.83, 0.78), (0.7, 0.68, 0.64), 6)
        if pick < 0.5
        else (metal(rng) if pick < 0.75 else solid(rng))
    )
    b.box((0, 0, 0.07), (0.16, 0.16, 0.07), surface(rng, 0.1))
    b.cylinder((0, 0, 0.17), 0.09, 0.06, stone)
    b.ellipsoid((0, 0, 0.33), (0.14, between(rng, 0.25, 0.33), 0.14), stone)
    b.limb((0, 0, 0.35), (0.03, 0, 0.58), 0.085, stone, 0.075, blend=0.05)
    z = between(rng, 0.68, 0.74)
    b.ellipsoid((0.02, 0, z), (0.155, 0.125, 0.18), stone, blend=0.03)
    b.limb((0.15, 0, z + 0.03), (0.2, 0, z - 0.04), 0.018, stone, 0.03, blend=0.03)
    b.ellipsoid((0.1, 0, z - 0.13), (0.07, 0.06, 0.05), stone, blend=0.03)
    for side in (-1, 1):
        b.ellipsoid((0.155, side * 0.052, z + 0.035), (0.02, 0.026, 0.015), stone, blend=0.01)
        b.ellipsoid((0, side * 0.125, z), (0.03, 0.015, 0.04), stone, blend=0.01)
    if rng.random() < 0.6:
        hair = stone if rng.random() < 0.6 else solid(rng)
        b.ellipsoid((-0.03, 0, z + 0.06), (0.16, 0.145, 0.16), hair, blend=0.02)


def ball_stack(b: Builder, rng: Random) -> None:
    """A ball, or a ring-stacking toy."""
    if rng.random() < 0.35:
        b.ball((0, 0, 0), 0.4, patterned(rng))
        return
    z, r = 0.03, between(rng, 0.3, 0.38)
    b.cylinder((0, 0, 0), r, 0.03, wood(rng))
    for _ in range(int(rng.integers(3, 6))):
        tube = between(rng, 0.06, 0.09)
        b.arc((0, 0, z + tube), max(r - tube, 0.02), tube, solid(rng))
        z, r = z + 1.9 * tube, r * between(rng, 0.78, 0.92)
    b.cylinder((0, 0, z / 2), 0.05, z / 2, wood(rng))
    b.ball((0, 0, z + 0.05), 0.08, solid(rng))


def blocks(b: Builder, rng: Random) -> None:
    """A few building blocks put together."""
    z = 0.0
    x = y = 0.0
    for _ in range(int(rng.integers(2, 6))):
        half = [between(rng, 0.09, 0.26) for _ in range(3)]
        rot = turn(z=between(rng, -30, 30))
        if rng.random() < 0.65:
            b.box((x, y, z + half[2]), half, surface(rng, 0.3), between(rng, 0.005, 0.04), rot=rot)
        else:
            b.cylinder((x, y, z + half[2]), half[0], half[2], surface(rng, 0.3))
        z += 2 * half[2]
        x, y = x + rng.normal(0, 0.06), y + rng.normal(0, 0.06)


def camera(b: Builder, rng: Random) -> None:
    """Photo camera with a lens."""
    w, h = between(rng, 0.34, 0.44), between(rng, 0.2, 0.28)
    body, dark = surface(rng, 0.1), solid(rng, (0.1, 0.1, 0.11))
    b.box((0, 0, 0), (0.12, w, h), body, 0.04)
    b.box((0, 0, -0.02), (0.125, w * 0.99, h * 0.55), dark)
    r = h * between(rng, 0.6, 0.85)
    face, out = turn(y=90), between(rng, 0.08, 0.2)
    b.cylinder((0.1 + out, 0, -0.02), r, out, dark, rot=face)
    b.cylinder((0.11 + 2 * out, 0, -0.02), r * 0.75, 0.01, solid(rng, (0.25, 0.3, 0.45), 0.8), rot=face)
    b.box((0, between(rng, -0.1, 0.1), h + 0.04), (0.09, 0.1, 0.06), body, 0.02)
    b.cylinder((0, w * 0.7, h + 0.02), 0.05, 0.03, metal(rng))


def guitar(b: Builder, rng: Random) -> None:
    """Body of two lobes, neck, head."""
    mat, half = wood(rng) if rng.random() < 0.6 else solid(rng, gloss=0.6), between(rng, 0.045, 0.075)
    face = turn(y=90)
    b.cylinder((0, 0, -0.28), between(rng, 0.23, 0.28), half, mat, rot=face)
    b.cylinder((0, 0, 0.02), between(rng, 0.17, 0.21), half, mat, rot=face, blend=0.08)
    b.cylinder((half, 0, -0.1), 0.075, 0.015, solid(rng, (0.08, 0.07, 0.06)), rot=face)
    dark = wood(rng)
    b.box((half, 0, 0.4), (0.025, 0.035, 0.4), dark)
    b.box((half, 0, 0.82), (0.025, 0.06, 0.08), dark)
    b.box((half, 0, -0.33), (0.025, 0.09, 0.018), dark)


def shoe(b: Builder, rng: Random) -> None:
    """Boot or trainer."""
    mat, sole = surface(rng, 0.15), solid(rng)
    tall = between(rng, 0.1, 0.4)
    b.ellipsoid((0.22, 0, 0.1), (0.25, 0.14, 0.13), mat)
    b.ellipsoid((-0.14, 0, 0.12), (0.18, 0.13, 0.16), mat, blend=0.08)
    b.limb((-0.13, 0, 0.15), (-0.15, 0, 0.16 + tall), 0.125, mat, blend=0.06)
    b.box((0.06, 0, -0.03), (0.4, 0.14, 0.035), sole, 0.03)
    for i in range(3):
        b.limb((0.05 + 0.07 * i, -0.07, 0.24 - 0.035 * i), (0.05 + 0.07 * i, 0.07, 0.24 - 0.035 * i), 0.02, solid(rng))


def rocket(b: Builder, rng: Random) -> None:
    """Body, nose, fins, window."""
    r, h = between(rng, 0.13, 0.2), between(rng, 0.28, 0.4)
    accent = solid(rng)
    b.ellipsoid((0, 0, h), (r, r, h * 1.25), surface(rng, 0.3))
    b.cone((0, 0, 2 * h), r * 0.72, 0.01, h * 0.35, accent)
    b.cylinder((r * 0.8, 0, h * 1.3), r * 0.45, 0.06, solid(rng, (0.3, 0.6, 0.8), 0.6), rot=turn(y=90))
    fins = int(rng.integers(3, 5))
    for i in range(fins):
        a = i * 360 / fins + 20
        b.prism(
            [(r * 0.6, 0.3), (r * 0.6, 0.0), (r * 1.9, -0.15), (r * 1.8, 0.08)],
            0.028,
            accent,
            rot=turn(z=a) @ turn(x=90),
        )
    b.cone((0, 0, -0.07), r * 0.6, r * 0.4, 0.06, metal(rng))


def umbrella(b: Builder, rng: Random) -> None:
    """Open canopy on a stick with a hook."""
    r = between(rng, 0.42, 0.5)
    cloth = surface(rng, 0.7)
    b.ellipsoid((0, 0, 0.35), (r, r, r * 0.6), cloth)
    b.ellipsoid((0, 0, 0.3), (r * 0.97, r * 0.97, r * 0.57), cloth, cut=True)
    b.box((0, 0, -0.15), (1, 1, 0.5), cloth, cut=True)
    stick = wood(rng)
    b.limb((0, 0, -0.4), (0, 0, 0.68), 0.022, stick)
    b.tube([(0, 0, -0.4), (0, 0, -0.53), (0, 0.12, -0.53), (0, 0.12, -0.42)], 0.025, stick, 0.025, 5)


def headphones(b: Builder, rng: Random) -> None:
    """Bow and two ear cups."""
    mat, cup, r = solid(rng), surface(rng, 0.1), between(rng, 0.3, 0.36)
    b.arc((0, 0, 0), r, between(rng, 0.03, 0.05), mat, between(rng, 85, 100), rot=turn(z=90) @ turn(x=90))
    for side in (-1, 1):
        b.cylinder((0, side * r, -0.1), between(rng, 0.13, 0.18), 0.06, cup, rot=turn(x=90), rounding=0.03)
        b.cylinder(
            (0, side * (r - 0.07), -0.1), 0.12, 0.035, solid(rng, (0.1, 0.1, 0.1)), rot=turn(x=90), rounding=0.02
        )


def dumbbell(b: Builder, rng: Random) -> None:
    """Bar with discs."""
    mat, r = metal(rng) if rng.random() < 0.6 else solid(rng), between(rng, 0.15, 0.24)
    b.limb((0, -0.42, 0), (0, 0.42, 0), 0.04, metal(rng))
    for side in (-1, 1):
        b.cylinder((0, side * 0.28, 0), r, 0.06, mat, rot=turn(x=90), rounding=0.02)
        b.cylinder((0, side * 0.4, 0), r * between(rng, 0.6, 0.9), 0.045, mat, rot=turn(x=90), rounding=0.02)
