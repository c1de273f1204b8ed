# SPDX-License-Identifier: GPL-3.0-or-later
"""Vehicles, buildings, plants."""

import math

from training.objects.builder import Builder, turn
from training.objects.material import Colour, Material
from training.objects.paint import Random, between, metal, noisy, patterned, solid, spotted, stripes, surface, wood

GREENS: tuple[Colour, ...] = (
    (0.2, 0.45, 0.12),
    (0.35, 0.6, 0.2),
    (0.15, 0.35, 0.15),
    (0.55, 0.6, 0.2),
    (0.8, 0.45, 0.15),
)


def _wheel(b: Builder, at: tuple[float, float, float], r: float, wide: float, tyre: Material, hub: Material) -> None:
    b.cylinder(at, r, wide, tyre, rot=turn(x=90), rounding=0.015)
    b.cylinder(at, r * 0.55, wide + 0.012, hub, rot=turn(x=90))


def car(b: Builder, rng: Random) -> None:
    """Saloon, van or pick-up with windows, wheels, lamps."""
    paint, glass = solid(rng, gloss=between(rng, 0.2, 0.8)), solid(rng, (0.12, 0.15, 0.2), 0.6)
    length, w, h = between(rng, 0.42, 0.55), between(rng, 0.2, 0.26), between(rng, 0.09, 0.13)
    wheel = between(rng, 0.09, 0.13)
    z = wheel + h * 0.8
    b.box((0, 0, z), (length, w, h), paint, between(rng, 0.02, 0.07))
    cabin, back = length * between(rng, 0.4, 0.7), between(rng, -0.12, 0.05)
    tall = between(rng, 0.09, 0.17)
    side = [
        (back - cabin, 0),
        (back + cabin, 0),
        (back + cabin * between(rng, 0.45, 0.85), 2 * tall),
        (back - cabin * between(rng, 0.6, 0.95), 2 * tall),
    ]
    b.prism(side, w * 0.9, paint, at=(0, 0, z + h * 0.8), rot=turn(x=90), rounding=0.02)
    inner = [(back + (x - back) * 0.86, 0.03 + y * 0.8) for x, y in side]
    b.prism(inner, w * 0.92 + 0.012, glass, at=(0, 0, z + h * 0.8), rot=turn(x=90))
    front = [(back + (x - back) * 1.03, 0.04 + y * 0.75) for x, y in side]
    b.prism(front, w * 0.72, glass, at=(0, 0, z + h * 0.8), rot=turn(x=90))
    tyre, hub = solid(rng, (0.08, 0.08, 0.09), 0.1), metal(rng)
    for x in (-length * 0.62, length * 0.62):
        for y in (-1, 1):
            _wheel(b, (x, y * w * 0.97, wheel), wheel, 0.045, tyre, hub)
    for y in (-1, 1):
        b.ball((length * 0.98, y * w * 0.7, z), 0.035, solid(rng, (0.97, 0.95, 0.8)))
        b.ball((-length * 0.98, y * w * 0.7, z), 0.03, solid(rng, (0.8, 0.1, 0.1)))


def truck(b: Builder, rng: Random) -> None:
    """Cab and load: box, tank or open bed; six wheels."""
    cab, load = solid(rng), surface(rng, 0.4)
    w, wheel = between(rng, 0.17, 0.23), 0.09
    b.box((0, 0, wheel + 0.03), (0.55, w * 0.8, 0.03), solid(rng, (0.15, 0.15, 0.15)))
    tall = between(rng, 0.15, 0.2)
    b.box((0.42, 0, wheel + tall), (0.13, w, tall), cab, 0.03)
    b.box((0.5, 0, wheel + tall * 1.35), (0.06, w * 0.85, tall * 0.42), solid(rng, (0.12, 0.15, 0.2), 0.6))
    high = between(rng, 0.1, 0.26)
    if rng.random() < 0.7:
        b.box((-0.15, 0, wheel + 0.05 + high), (0.4, w, high), load, 0.015)
    else:
        b.cylinder((-0.15, 0, wheel + 0.05 + w), w, 0.4, load, rot=turn(y=90), rounding=0.04)
    tyre, hub = solid(rng, (0.08, 0.08, 0.09), 0.1), metal(rng)
    for x in (0.4, -0.2, -0.42):
        for y in (-1, 1):
            _wheel(b, (x, y * w * 0.95, wheel), wheel, 0.045, tyre, hub)


def train(b: Builder, rng: Random) -> None:
    """Toy locomotive: boiler, cab, chimney, wheels."""
    boiler, cab, r = solid(rng), solid(rng), between(rng, 0.13, 0.19)
    b.box((0, 0, 0.16), (0.45, r * 1.05, 0.045), solid(rng, (0.15, 0.15, 0.16)))
    b.cylinder((0.12, 0, 0.2 + r), r, 0.32, boiler, rot=turn(y=90), rounding=0.02)
    b.box((-0.3, 0, 0.42), (0.14, r * 1.15, 0.24), cab, 0.015)
    b.box((-0.3, 0, 0.67), (0.19, r * 1.3, 0.025), solid(rng))
    b.box((-0.3, 0, 0.52), (0.08, r * 1.18, 0.07), solid(rng, (0.12, 0.15, 0.2)))
    b.cone((0.3, 0, 0.28 + 2 * r), 0.05, 0.08, 0.1, metal(rng))
    b.ball((0.08, 0, 0.22 + 2 * r), 0.06, metal(rng))
    tyre, hub = solid(rng), metal(rng)
    for x in (-0.3, 0.0, 0.3):
        for y in (-1, 1):
            _wheel(b, (x, y * r * 1.1, 0.1), 0.1, 0.03, tyre, hub)


def aeroplane(b: Builder, rng: Random) -> None:
    """Fuselage, wings, tail, propeller or jets."""
    mat, wing = solid(rng), solid(rng)
    r, length = between(rng, 0.07, 0.12), between(rng, 0.42, 0.52)
    b.limb((-length, 0, 0.03), (length * 0.85, 0, 0), r * 0.5, mat, r)
    b.ellipsoid((length * 0.35, 0, r * 0.8), (0.12, r * 0.7, r * 0.6), solid(rng, (0.12, 0.16, 0.22), 0.6))
    span, sweep = between(rng, 0.4, 0.55), between(rng, 0, 0.3)
    outline = [
        (0.16, 0),
        (-sweep + 0.08, span),
        (-sweep - 0.06, span),
        (-0.12, 0),
        (-sweep - 0.06, -span),
        (-sweep + 0.08, -span),
    ]
    b.prism(outline, 0.022, wing, at=(0.05, 0, between(rng, -0.05, 0.06)))
    b.prism(
        [(0.1, 0), (-0.03, 0.2), (-0.1, 0.2), (-0.06, 0), (-0.1, -0.2), (-0.03, -0.2)],
        0.018,
        wing,
        at=(-length, 0, 0.05),
    )
    b.prism([(0.12, 0), (-0.02, 0.22), (-0.1, 0.22), (-0.08, 0)], 0.018, wing, at=(-length, 0, 0.04), rot=turn(x=90))
    if rng.random() < 0.5:
        b.box(
            (length * 0.87 + r, 0, 0),
            (0.012, 0.025, 0.2),
            solid(rng, (0.2, 0.15, 0.1)),
            rot=turn(x=between(rng, 0, 90)),
        )
    else:
        for y in (-1, 1):
            b.cylinder((0.05, y * span * 0.45, -0.07), 0.05, 0.1, metal(rng), rot=turn(y=90))


def boat(b: Builder, rng: Random) -> None:
    """Hull with cabin and funnel, or mast and sails."""
    hull, length, w = surface(rng, 0.3), between(rng, 0.42, 0.52), between(rng, 0.15, 0.2)
    b.prism(
        [(-length, -w), (length * 0.4, -w), (length, 0), (length * 0.4, w), (-length, w)],
        between(rng, 0.08, 0.12),
        hull,
        rounding=0.03,
    )
    b.box((-0.05, 0, 0.1), (length * 0.85, w * 0.8, 0.02), wood(rng))
    if rng.random() < 0.5:
        b.limb((0, 0, 0.1), (0, 0, 0.9), 0.022, wood(rng))
        sail = solid(rng, (0.94, 0.93, 0.9), 0.0) if rng.random() < 0.6 else patterned(rng, scale=0.5)
        b.prism([(-0.03, 0.16), (-0.03, 0.86), (-0.42, 0.18)], 0.02, sail, rot=turn(x=90))
        b.prism([(0.04, 0.16), (0.04, 0.75), (0.36, 0.16)], 0.02, sail, rot=turn(x=90))
    else:
        b.box((-0.1, 0, 0.2), (0.2, w * 0.7, 0.12), solid(rng), 0.02)
        b.box((-0.05, 0, 0.36), (0.1, w * 0.55, 0.06), solid(rng), 0.02)
        b.cylinder((-0.2, 0, 0.42), 0.05, 0.13, stripes(rng, (0.8, 0.2, 0.15), (0.95, 0.95, 0.95), 6))


def house(b: Builder, rng: Random) -> None:
    """Walls, pitched roof, door, windows, chimney."""
    wall, roof = surface(rng, 0.25), solid(rng, (0.6, 0.25, 0.18)) if rng.random() < 0.5 else surface(rng, 0.4)
    d, w, h = between(rng, 0.22, 0.36), between(rng, 0.26, 0.42), between(rng, 0.16, 0.32)
    b.box((0, 0, h), (d, w, h), wall, 0.006)
    over, rise = between(rng, 1.05, 1.25), between(rng, 0.18, 0.38)
    along = rng.random() < 0.5
    half, run = (d if along else w) * over, (w if along else d) * over
    b.prism(
        [(-half, 0), (half, 0), (0, rise)],
        run,
        roof,
        at=(0, 0, 2 * h),
        rot=turn(z=90 if along else 0) @ turn(z=0 if along else 90) @ turn(x=90) if along else turn(z=90) @ turn(x=90),
    )
    glass, door = solid(rng, (0.35, 0.5, 0.6), 0.5), solid(rng)
    b.box((d, 0, h * 0.5), (0.014, w * 0.17, h * 0.5), door)
    for y in (-0.6, 0.6):
        b.box((d, y * w, h * 1.2), (0.012, w * 0.19, h * 0.28), glass)
        b.box((0, 0, h * 1.2), (d * 0.25, w + 0.012, h * 0.28), glass)
    if rng.random() < 0.6:
        b.box((-d * 0.4, w * 0.4, 2 * h + rise * 0.7), (0.05, 0.05, rise * 0.6), solid(rng))


def tower(b: Builder, rng: Random) -> None:
    """Castle tower or lighthouse with a pointed roof or battlements."""
    r, h = between(rng, 0.17, 0.25), between(rng, 0.35, 0.5)
    wall = (
        stripes(rng, (0.92, 0.9, 0.88), (0.75, 0.2, 0.15), between(rng, 2, 5))
        if rng.random() < 0.3
        else surface(rng, 0.4)
    )
    b.cone((0, 0, h), r * between(rng, 1.0, 1.3), r, h, wall)
    if rng.random() < 0.55:
        b.cone((0, 0, 2 * h + 0.17), r * 1.35, 0.01, between(rng, 0.14, 0.22), solid(rng))
    else:
        b.cylinder((0, 0, 2 * h), r * 1.2, 0.06, wall)
        for i in range(8):
            a = i * math.pi / 4
            b.box(
                (r * 1.05 * math.cos(a), r * 1.05 * math.sin(a), 2 * h + 0.1),
                (0.045, 0.045, 0.06),
                wall,
                rot=turn(z=math.degrees(a)),
            )
    b.box((r, 0, 0.14), (0.12, 0.07, 0.15), solid(rng, (0.3, 0.2, 0.12)))
    for z in (0.9, 1.4):
        b.box((r * 0.95, 0, h * z), (0.08, 0.04, 0.07), solid(rng, (0.1, 0.1, 0.12)))


def tree(b: Builder, rng: Random) -> None:
    """Broadleaf, fir or palm."""
    bark = noisy(rng, (0.4, 0.27, 0.16), (0.28, 0.18, 0.1), 12)
    green = GREENS[rng.integers(len(GREENS))]
    leaf = noisy(rng, green, (green[0] * 0.7, green[1] * 0.75, green[2] * 0.7), 9)
    h, pick = between(rng, 0.2, 0.45), rng.random()
    b.cone((0, 0, h / 2), between(rng, 0.06, 0.1), 0.05, h / 2 + 0.05, bark)
    if pick < 0.45:
        for i in range(int(rng.integers(1, 7))):
            spot = (
                (0, 0, h + 0.2) if i == 0 else (rng.normal(0, 0.14), rng.normal(0, 0.14), h + 0.2 + rng.normal(0, 0.1))
            )
            b.ball(spot, between(rng, 0.16, 0.28), leaf, blend=0.04 if i else 0.0)
    elif pick < 0.85:
        z, r = h, between(rng, 0.26, 0.36)
        for _ in range(int(rng.integers(2, 5))):
            b.cone((0, 0, z + 0.14), r, 0.02, 0.18, leaf)
            z, r = z + 0.19, r * 0.76
    else:
        b.limb((0, 0, 0), (0.06, 0, 0.75), 0.06, bark, 0.04)
        for i in range(7):
            a = i * 0.9
            b.ellipsoid(
                (0.06 + 0.2 * math.cos(a), 0.2 * math.sin(a), 0.75),
                (0.24, 0.06, 0.03),
                leaf,
                rot=turn(z=math.degrees(a)) @ turn(y=25),
            )


def mushroom(b: Builder, rng: Random) -> None:
    """Stalk and cap, often spotted."""
    r, h = between(rng, 0.28, 0.42), between(rng, 0.25, 0.5)
    b.cone(
        (0, 0, h / 2),
        between(rng, 0.08, 0.16),
        between(rng, 0.07, 0.12),
        h / 2,
        solid(rng, (0.93, 0.88, 0.78)),
        rounding=0.02,
    )
    cap = (
        spotted(rng, (0.8, 0.12, 0.1), (0.96, 0.95, 0.9), between(rng, 5, 9), 0.5)
        if rng.random() < 0.6
        else surface(rng, 0.4)
    )
    b.ellipsoid((0, 0, h), (r, r, r * between(rng, 0.5, 1.0)), cap)
    b.box((0, 0, h - 0.5), (1, 1, 0.5), cap, cut=True)


def cactus(b: Builder, rng: Random) -> None:
    """Pot plant: cactus with arms, or a bush of leaves in a pot."""
    r = between(rng, 0.16, 0.24)
    b.cone((0, 0, 0.14), r * 0.75, r, 0.14, surface(rng, 0.4))
    b.cylinder((0, 0, 0.28), r * 1.08, 0.03, solid(rng))
    green = (
        stripes(rng, (0.2, 0.5, 0.2), (0.3, 0.62, 0.28), 10, 1)
        if rng.random() < 0.5
        else solid(rng, (0.25, 0.52, 0.22))
    )
    if rng.random() < 0.55:
        top, thick = between(rng, 0.6, 0.9), between(rng, 0.08, 0.13)
        b.limb((0, 0, 0.3), (0, 0, top), thick, green)
        for side in (-1, 1):
            if rng.random() < 0.75:
                z = between(rng, 0.42, 0.6)
                b.tube(
                    [
                        (0, side * thick * 0.7, z),
                        (0, side * 0.3, z - 0.03),
                        (0, side * 0.26, z + between(rng, 0.15, 0.3)),
                    ],
                    0.055,
                    green,
                    0.05,
                    5,
                )
    else:
        for i in range(int(rng.integers(7, 13))):
            a, up = i * 2.4, between(rng, 0.15, 0.9)
            reach = between(rng, 0.2, 0.34)
            b.limb((0, 0, 0.3), (reach * math.cos(a), reach * math.sin(a), 0.32 + reach * up * 1.6), 0.025, green, 0.06)


def flower(b: Builder, rng: Random) -> None:
    """Stem, leaves, petals round a disc."""
    h, green = between(rng, 0.5, 0.75), solid(rng, (0.25, 0.55, 0.2))
    b.limb((0, 0, 0), (0, 0, h), 0.025, green)
    for side in (-1, 1):
        b.ellipsoid((0, side * 0.13, h * 0.4), (0.05, 0.15, 0.025), green, rot=turn(x=side * 30))
    face, petal = turn(y=between(rng, 20, 90)), solid(rng)
    count, r = int(rng.integers(5, 10)), between(rng, 0.14, 0.2)
    for i in range(count):
        a = i * 2 * math.pi / count
        at = face @ (r * math.cos(a), r * math.sin(a), 0)
        b.ellipsoid((at[0], at[1], at[2] + h), (r * 0.75, r * 0.4, 0.035), petal, rot=face @ turn(z=math.degrees(a)))
    b.ellipsoid((0.0, 0, h), (r * 0.5, r * 0.5, 0.06), solid(rng, (0.9, 0.7, 0.15)), rot=face)
