# SPDX-License-Identifier: GPL-3.0-or-later
"""Robots and toy people: things with a head, eyes and limbs that stand upright."""

from training.objects.builder import Builder, turn
from training.objects.material import Colour, Material
from training.objects.paint import (
    Random,
    any_colour,
    between,
    metal,
    solid,
    stripes,
    surface,
)

SKINS: tuple[Colour, ...] = (
    (0.93, 0.76, 0.65),
    (0.8, 0.6, 0.45),
    (0.55, 0.38, 0.27),
    (0.35, 0.23, 0.16),
    (0.95, 0.85, 0.4),
)


def eyes(
    b: Builder, rng: Random, at: tuple[float, float, float], apart: float, size: float, style: float | None = None
) -> None:
    """Two eyes at `at`, `apart` to either side: dots, balls with pupils, or goggles, by `style` in 0..1."""
    pick = rng.random() if style is None else style
    for side in (-1, 1):
        spot = (at[0], side * apart, at[2])
        if pick < 0.4:
            b.ball(spot, size * 0.7, solid(rng, (0.05, 0.05, 0.06), 0.6))
        elif pick < 0.75:
            b.ball(spot, size, solid(rng, (0.95, 0.95, 0.95)))
            b.ball((spot[0] + size * 0.55, spot[1], spot[2]), size * 0.6, solid(rng, (0.08, 0.08, 0.1)))
        else:
            b.cylinder(spot, size * 1.25, size * 0.5, solid(rng, (0.12, 0.12, 0.13), 0.5), rot=turn(y=90))
            b.arc((spot[0] + size * 0.4, spot[1], spot[2]), size * 0.85, size * 0.18, solid(rng), rot=turn(y=90))


def robot(b: Builder, rng: Random) -> None:
    """Rounded or boxy robot with a big head, eyes, ear caps, aerials, jointed limbs."""
    shell = (
        solid(rng, (0.93, 0.93, 0.94), 0.6)
        if rng.random() < 0.5
        else (metal(rng) if rng.random() < 0.4 else solid(rng))
    )
    joint, accent = metal(rng), solid(rng)
    head, body = between(rng, 0.2, 0.36), between(rng, 0.12, 0.22)
    height = between(rng, 0.22, 0.36)
    neck = 0.3 + 2 * height
    wide = _robot_head(b, rng, shell, head, neck)
    for side in (-1, 1):
        if rng.random() < 0.7:
            b.cylinder(
                (0, side * wide * 0.97, neck + head * 0.8),
                head * between(rng, 0.25, 0.45),
                0.05,
                joint,
                rot=turn(x=90),
                rounding=0.02,
            )
    _aerials(b, rng, neck + head * 1.55, wide, joint, accent)
    b.cylinder((0, 0, neck), 0.05, 0.07, joint)
    _robot_body(b, rng, shell, joint, accent, body, height)


def _robot_head(b: Builder, rng: Random, shell: Material, head: float, neck: float) -> float:
    """Round, some with a dark visor, or boxy; eyes and mouth. Gives half its width."""
    if rng.random() < 0.55:
        wide = head * between(rng, 0.95, 1.3)
        b.ellipsoid((0, 0, neck + head * 0.85), (head * 0.9, wide, head * 0.85), shell)
        if rng.random() < 0.3:
            b.ellipsoid(
                (head * 0.35, 0, neck + head * 0.85),
                (head * 0.6, wide * 0.8, head * 0.55),
                solid(rng, (0.06, 0.06, 0.08), 0.6),
            )
    else:
        wide = head
        b.box((0, 0, neck + head * 0.8), (head * 0.75, head, head * 0.75), shell, between(rng, 0.02, 0.1))
    eyes(
        b,
        rng,
        (head * 0.82, 0, neck + head * between(rng, 0.75, 1.0)),
        wide * between(rng, 0.35, 0.5),
        head * between(rng, 0.16, 0.27),
    )
    if rng.random() < 0.4:
        b.box((head * 0.85, 0, neck + head * 0.4), (0.03, head * 0.2, 0.015), solid(rng, (0.1, 0.1, 0.1)))
    return wide


def _aerials(b: Builder, rng: Random, top: float, wide: float, stem: Material, tip: Material) -> None:
    pick = rng.random()
    if pick < 0.3:
        b.limb((0, 0, top - 0.1), (0, 0, top + 0.14), 0.016, stem)
        b.ball((0, 0, top + 0.15), 0.04, tip)
    elif pick < 0.55:
        for side in (-1, 1):
            b.limb((0, side * wide * 0.5, top - 0.12), (0, side * wide * 0.85, top + 0.12), 0.014, stem)
            b.ball((0, side * wide * 0.85, top + 0.12), 0.026, tip)


def _robot_body(
    b: Builder, rng: Random, shell: Material, joint: Material, accent: Material, body: float, height: float
) -> None:
    middle = 0.3 + height
    if rng.random() < 0.5:
        b.ellipsoid((0, 0, middle), (body, body * 1.15, height), shell)
    else:
        b.box((0, 0, middle), (body * 0.8, body * 1.15, height * 0.85), shell, between(rng, 0.02, 0.08))
    if rng.random() < 0.6:
        b.cylinder((body * 0.8, 0, middle + height * 0.2), body * 0.35, 0.05, accent, rot=turn(y=90))
    swing = between(rng, -0.05, 0.12)
    for side in (-1, 1):
        shoulder = (0, side * body * 1.2, middle + height * 0.55)
        elbow = (swing, side * (body * 1.2 + between(rng, 0.08, 0.16)), middle)
        hand = (swing * 2 + 0.06, side * (body * 1.2 + between(rng, 0.05, 0.22)), middle - between(rng, 0.1, 0.25))
        b.ball(shoulder, 0.07, joint)
        b.limb(shoulder, elbow, 0.045, shell)
        b.limb(elbow, hand, 0.055, shell)
        b.ball(hand, 0.065, joint)
        hip = (0, side * body * 0.55, 0.34)
        foot = (0.02, side * body * between(rng, 0.6, 0.8), 0.06)
        b.limb(hip, foot, 0.06, joint, 0.05)
        b.ellipsoid((0.05, foot[1], 0.05), (0.13, 0.085, between(rng, 0.06, 0.12)), shell)


def toy_person(b: Builder, rng: Random) -> None:
    """A doll: big head, hair, hat or animal ears, glasses, dress or trousers, arms and legs."""
    skin = solid(rng, SKINS[rng.integers(len(SKINS))], 0.1) if rng.random() < 0.7 else solid(rng)
    cloth = _clothes(rng)
    head, hip = between(rng, 0.16, 0.27), between(rng, 0.22, 0.36)
    chest = hip + between(rng, 0.25, 0.4)
    width = between(rng, 0.13, 0.19)
    if rng.random() < 0.5:
        b.cone(
            (0, 0, (hip + chest) / 2),
            width * between(rng, 1.2, 1.7),
            width * 0.7,
            (chest - hip) / 2 + 0.04,
            cloth,
            rounding=0.03,
        )
    else:
        b.box((0, 0, (hip + chest) / 2), (width * 0.7, width, (chest - hip) / 2 + 0.04), cloth, 0.06)
    _person_limbs(b, rng, skin, cloth, width, hip, chest)
    z = chest + head * 0.95
    b.ellipsoid((0, 0, z), (head * 0.92, head * between(rng, 0.9, 1.1), head), skin)
    eyes(b, rng, (head * 0.84, 0, z + head * 0.1), head * 0.38, head * between(rng, 0.13, 0.24))
    b.ball(
        (head * 0.95, 0, z - head * 0.15),
        head * between(rng, 0.1, 0.2),
        skin if rng.random() < 0.6 else solid(rng, (0.1, 0.1, 0.1)),
    )
    _headgear(b, rng, head, z)


def _clothes(rng: Random) -> Material:
    if rng.random() < 0.45:
        return stripes(rng, any_colour(rng), any_colour(rng), between(rng, 5, 12))
    return surface(rng, 0.2)


def _person_limbs(
    b: Builder, rng: Random, skin: Material, cloth: Material, width: float, hip: float, chest: float
) -> None:
    trousers, shoes = _clothes(rng) if rng.random() < 0.5 else solid(rng), solid(rng)
    spread, swing = between(rng, 0.05, 0.3), between(rng, -0.08, 0.1)
    for side in (-1, 1):
        shoulder = (0, side * width * 0.9, chest - 0.05)
        hand = (swing, side * (width + spread), chest - between(rng, 0.2, 0.34) + spread * 0.7)
        middle = tuple((shoulder[i] + hand[i]) / 2 for i in range(3))
        b.limb(shoulder, middle, 0.06, cloth, 0.055)
        b.limb(middle, hand, 0.052, cloth if rng.random() < 0.5 else skin, 0.04)
        b.ball(hand, 0.058, skin)
        b.limb((0, side * width * 0.5, hip), (0, side * width * 0.55, 0.07), 0.065, trousers, 0.055)
        b.ellipsoid((0.045, side * width * 0.58, 0.045), (0.115, 0.07, 0.055), shoes)


def _headgear(b: Builder, rng: Random, head: float, z: float) -> None:
    pick, mat = rng.random(), solid(rng)
    if pick < 0.3:
        b.ellipsoid((-head * 0.12, 0, z + head * 0.15), (head * 1.02, head * 1.1, head * 1.0), mat)
        b.box((head * 0.9, 0, z - head * 0.3), (head * 0.75, head * 2, head * 0.75), mat, cut=True)
    elif pick < 0.6:
        size = head * between(rng, 0.3, 0.6)
        for side in (-1, 1):
            b.ellipsoid((-0.02, side * head * 0.95, z + head * 0.75), (size * 0.35, size, size), mat)
    elif pick < 0.75:
        b.cylinder((0, 0, z + head * 0.72), head * 1.3, 0.02, mat)
        b.cone((0, 0, z + head * 1.05), head * 0.75, head * between(rng, 0.1, 0.7), head * 0.4, mat)
    if rng.random() < 0.25:
        for side in (-1, 1):
            b.arc(
                (head * 0.98, side * head * 0.42, z + head * 0.1), head * 0.34, head * 0.06, solid(rng), rot=turn(y=90)
            )
