# SPDX-License-Identifier: GPL-3.0-or-later
"""Things turned on a wheel: teapots, mugs, vases, bottles, lamps, barrels."""

import numpy as np

from training.objects.builder import Builder, turn
from training.objects.material import Material
from training.objects.paint import Random, between, metal, patterned, solid, stripes, surface, wood

Profile = list[tuple[float, float]]


def ceramic(rng: Random) -> Material:
    """Glazed: plain and glossy, or patterned."""
    return solid(rng, gloss=between(rng, 0.2, 0.8)) if rng.random() < 0.65 else patterned(rng)


def walled(outer: Profile, thickness: float, floor: float) -> Profile:
    """The outline of an open vessel: up the outside, over the rim and down the inside to the floor."""
    inner = [(max(r - thickness, 0.02), z) for r, z in reversed(outer) if z > floor]
    return [(0.0, outer[0][1]), *outer, *inner, (0.0, floor)]


def smooth_outline(rng: Random, height: float, low: float, belly: float, neck: float, mouth: float) -> Profile:
    """A vase-like outline from the foot to the mouth, as a cubic spline through four radii."""
    heights = np.array([0, between(rng, 0.25, 0.5), between(rng, 0.65, 0.85), 1.0]) * height
    t = np.linspace(0, height, 14)
    fitted = np.polynomial.Polynomial.fit(heights, [low, belly, neck, mouth], 3)
    return [(max(float(fitted(z)), 0.03), float(z)) for z in t]


def teapot(b: Builder, rng: Random) -> None:
    """Belly, lid with a knob, curved spout in front, handle behind."""
    body, r = ceramic(rng), between(rng, 0.3, 0.4)
    trim = body if rng.random() < 0.7 else solid(rng)
    h = r * between(rng, 0.7, 1.05)
    b.ellipsoid((0, 0, h), (r, r, h), body)
    b.cylinder((0, 0, 0.02), r * between(rng, 0.5, 0.7), 0.03, trim, blend=0.03)
    top, mouth = 2 * h * between(rng, 0.88, 0.95), r * between(rng, 0.45, 0.62)
    b.arc((0, 0, top), mouth, 0.018, trim, blend=0.02)
    lid = h * between(rng, 0.15, 0.4)
    b.ellipsoid((0, 0, top), (mouth, mouth, lid), trim)
    knob = between(rng, 0.03, 0.055)
    b.limb((0, 0, top + lid * 0.8), (0, 0, top + lid + knob), knob * 0.5, trim, blend=0.02)
    b.ellipsoid((0, 0, top + lid + knob * 1.3), (knob * 1.2, knob * 1.2, knob * 0.8), trim, blend=0.02)
    _spout(b, rng, body, r, h)
    _handle(
        b, rng, trim, -r * 0.9, h * between(rng, 0.5, 0.7), h * between(rng, 1.35, 1.6), r * between(rng, 0.55, 0.8)
    )


def _spout(b: Builder, rng: Random, mat: Material, r: float, h: float) -> None:
    reach, tip = r * between(rng, 1.55, 1.9), h * between(rng, 1.4, 2.0)
    path = [(r * 0.75, 0, h * 0.6), (r * 1.3, 0, h * between(rng, 0.5, 0.8)), (r * 1.25, 0, tip * 0.8), (reach, 0, tip)]
    b.tube(path, r * between(rng, 0.22, 0.3), mat, r * between(rng, 0.08, 0.13), 8)


def _handle(b: Builder, rng: Random, mat: Material, x: float, low: float, high: float, out: float) -> None:
    thick = between(rng, 0.025, 0.042)
    path = [(x, 0, low), (x - out * 1.4, 0, low - 0.02), (x - out * 1.4, 0, high + 0.15), (x + 0.08, 0, high)]
    b.tube(path, thick, mat, thick, 10)


def kettle(b: Builder, rng: Random) -> None:
    """A straight-sided kettle with a bow handle over the top."""
    body, r, h = metal(rng) if rng.random() < 0.5 else solid(rng), between(rng, 0.28, 0.36), between(rng, 0.22, 0.32)
    b.cone((0, 0, h), r, r * between(rng, 0.55, 0.85), h, body, rounding=0.03)
    b.ellipsoid((0, 0, 2 * h), (r * 0.5, r * 0.5, 0.05), body)
    dark = solid(rng, (0.1, 0.1, 0.1))
    b.ball((0, 0, 2 * h + 0.07), 0.035, dark)
    b.tube([(r * 0.7, 0, h), (r * 1.2, 0, h * 1.3), (r * 1.4, 0, h * 1.9)], 0.06, body, 0.035, 5)
    b.arc(
        (0, 0, 2 * h),
        r * 0.7,
        0.025,
        dark,
        between(rng, 85, 100),
        rot=turn(x=90) @ turn(y=90) if rng.random() < 0.5 else turn(x=90),
    )


def mug(b: Builder, rng: Random) -> None:
    """A cup with a ring handle, open at the top, sometimes filled."""
    mat, r, h = ceramic(rng), between(rng, 0.24, 0.32), between(rng, 0.5, 0.75)
    outer = [(r * between(rng, 0.7, 1.0), 0.0), (r, h * 0.35), (r * between(rng, 0.95, 1.1), h)]
    b.lathe(walled(outer, 0.04, 0.05), mat)
    b.arc(
        (r * 1.0, 0, h * 0.52),
        h * between(rng, 0.22, 0.3),
        between(rng, 0.025, 0.04),
        mat,
        105,
        rot=turn(z=-90) @ turn(y=90) @ turn(z=0),
    )
    if rng.random() < 0.6:
        b.cylinder((0, 0, h * 0.45), r * 0.9, h * between(rng, 0.3, 0.42), solid(rng, (0.3, 0.17, 0.1)))


def vase(b: Builder, rng: Random) -> None:
    """An open vase with a swelling outline."""
    height = between(rng, 0.7, 1.1)
    outer = smooth_outline(
        rng, height, between(rng, 0.12, 0.22), between(rng, 0.2, 0.36), between(rng, 0.08, 0.2), between(rng, 0.1, 0.24)
    )
    mat = ceramic(rng) if rng.random() < 0.4 else patterned(rng)
    b.lathe(walled(outer, 0.035, height * 0.4), mat)
    if rng.random() < 0.25:
        for side in (-1, 1):
            b.tube(
                [
                    (0, side * 0.15, height * 0.45),
                    (0, side * 0.42, height * 0.5),
                    (0, side * 0.4, height),
                    (0, side * 0.12, height * 0.92),
                ],
                0.022,
                mat,
            )


def bottle(b: Builder, rng: Random) -> None:
    """Bottle with shoulder, neck, cap and label."""
    glass = solid(rng, gloss=between(rng, 0.3, 0.9))
    r, h, neck = between(rng, 0.14, 0.22), between(rng, 0.45, 0.65), between(rng, 0.045, 0.075)
    shoulder = h + between(rng, 0.08, 0.22)
    top = shoulder + between(rng, 0.1, 0.25)
    b.lathe(
        [
            (0, 0),
            (r * 0.95, 0),
            (r, 0.03),
            (r, h),
            (r * 0.7, (h + shoulder) / 2),
            (neck, shoulder),
            (neck, top),
            (0, top),
        ],
        glass,
        rounding=0.01,
    )
    b.cylinder((0, 0, top), neck * 1.25, between(rng, 0.02, 0.06), solid(rng))
    if rng.random() < 0.75:
        b.cylinder((0, 0, h * 0.5), r + 0.004 + 0.008, h * between(rng, 0.18, 0.35), surface(rng, 0.5))


def lamp(b: Builder, rng: Random) -> None:
    """Table or floor lamp: foot, stem, cloth shade."""
    stem, shade = surface(rng, 0.1), solid(rng, gloss=0.0) if rng.random() < 0.6 else patterned(rng)
    height, r = between(rng, 0.6, 1.1), between(rng, 0.2, 0.36)
    b.cylinder((0, 0, 0.025), r * between(rng, 0.5, 0.9), 0.025, stem)
    if rng.random() < 0.5:
        b.ellipsoid((0, 0, height * 0.3), (r * 0.55, r * 0.55, height * 0.27), stem)
    b.cylinder((0, 0, height / 2), between(rng, 0.018, 0.04), height / 2, stem)
    half = between(rng, 0.12, 0.2)
    b.cone((0, 0, height), r, r * between(rng, 0.4, 0.9), half, shade)


def desk_lamp(b: Builder, rng: Random) -> None:
    """A jointed arm with a cone-shaped head."""
    mat, head = solid(rng), solid(rng)
    b.cylinder((0, 0, 0.03), between(rng, 0.16, 0.24), 0.03, mat)
    knee = (-between(rng, 0.1, 0.25), 0, between(rng, 0.35, 0.5))
    tip = (between(rng, 0.1, 0.3), 0, knee[2] + between(rng, 0.2, 0.4))
    b.limb((0, 0, 0.04), knee, 0.022, mat)
    b.ball(knee, 0.04, mat)
    b.limb(knee, tip, 0.022, mat)
    b.cone(
        (tip[0] + 0.06, 0, tip[2] - 0.06), between(rng, 0.15, 0.22), 0.05, 0.11, head, rot=turn(y=-between(rng, 10, 50))
    )


def barrel(b: Builder, rng: Random) -> None:
    """Staves bulging between hoops."""
    h, r = between(rng, 0.32, 0.5), between(rng, 0.26, 0.34)
    mat, hoop = wood(rng) if rng.random() < 0.8 else solid(rng), metal(rng)
    bulge = between(rng, 1.08, 1.25)
    ends = [(r * (1 + (bulge - 1) * (1 - t * t)), h * t) for t in np.linspace(-1, 1, 11)]
    b.lathe([(0, -h), *ends, (0, h)], mat)
    for t in (-0.85, -0.4, 0.4, 0.85):
        b.cylinder((0, 0, h * t), r * (1 + (bulge - 1) * (1 - t * t)) + 0.014, 0.03, hoop)


def can(b: Builder, rng: Random) -> None:
    """A drinks can or a paint tin."""
    r, h = between(rng, 0.2, 0.34), between(rng, 0.25, 0.42)
    b.cylinder((0, 0, 0), r, h, surface(rng, 0.7), rounding=0.03)
    rim = metal(rng)
    for side in (-1, 1):
        b.cylinder((0, 0, side * h * 0.97), r * 0.97, h * 0.06, rim)


def bowl(b: Builder, rng: Random) -> None:
    """A bowl, often with fruit."""
    mat, r = ceramic(rng), between(rng, 0.4, 0.5)
    h = r * between(rng, 0.5, 0.8)
    outer = [(r * 0.4, 0.0), (r * 0.75, h * 0.3), (r * 0.95, h * 0.7), (r, h)]
    b.lathe(walled(outer, 0.035, 0.06), mat)
    for _ in range(int(rng.integers(0, 7))):
        size = between(rng, 0.11, 0.17)
        b.ball((rng.normal(0, r * 0.35), rng.normal(0, r * 0.35), h * between(rng, 0.75, 1.05)), size, solid(rng))


def watering_can(b: Builder, rng: Random) -> None:
    """Tin with a long spout and a rose, a bow handle behind."""
    mat, r, h = solid(rng) if rng.random() < 0.7 else metal(rng), between(rng, 0.22, 0.28), between(rng, 0.2, 0.28)
    b.cone((0, 0, h), r, r * 0.85, h, mat)
    tip = (r * between(rng, 2.3, 2.8), 0.0, 2 * h * between(rng, 0.9, 1.15))
    b.limb((r * 0.8, 0, h * 0.4), tip, 0.05, mat, 0.03)
    b.cone(tip, 0.04, 0.085, 0.04, mat, rot=turn(y=50))
    _handle(b, rng, mat, -r * 0.9, h * 0.6, h * 1.8, r * 0.8)


def goblet(b: Builder, rng: Random) -> None:
    """Cup on a stem and a foot; a trophy where it has ears."""
    mat, r, h = metal(rng) if rng.random() < 0.6 else ceramic(rng), between(rng, 0.22, 0.32), between(rng, 0.35, 0.5)
    outer = [(0.03, 0.0), (r * 0.75, h * 0.25), (r, h * 0.6), (r * between(rng, 0.85, 1.15), h)]
    b.lathe(walled(outer, 0.03, h * 0.5), mat, at=(0, 0, 0.3))
    b.cylinder((0, 0, 0.17), between(rng, 0.025, 0.05), 0.15, mat)
    b.cone((0, 0, 0.02), r * between(rng, 0.6, 0.9), 0.06, 0.03, mat)
    if rng.random() < 0.5:
        b.box((0, 0, -0.06), (r * 0.7, r * 0.7, 0.07), wood(rng))
        for side in (-1, 1):
            b.arc(
                (0, side * r * 0.95, 0.3 + h * 0.6),
                h * 0.25,
                0.025,
                mat,
                100,
                rot=turn(z=0 if side > 0 else 180) @ turn(x=0) @ turn(y=90),
            )


def candle(b: Builder, rng: Random) -> None:
    """Candle on a holder, or a lighthouse-like striped pillar."""
    r, h = between(rng, 0.09, 0.2), between(rng, 0.25, 0.5)
    striped = stripes(rng, (0.9, 0.9, 0.88), (0.75, 0.15, 0.12), between(rng, 3, 8))
    b.cylinder((0, 0, h), r, h, striped if rng.random() < 0.4 else solid(rng))
    b.cylinder((0, 0, 0.02), r * between(rng, 1.5, 2.4), 0.03, metal(rng))
    b.ellipsoid((0, 0, 2 * h + 0.07), (0.035, 0.035, 0.075), solid(rng, (0.98, 0.75, 0.2)))
