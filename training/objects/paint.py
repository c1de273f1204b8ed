# SPDX-License-Identifier: GPL-3.0-or-later
"""Random but plausible colours and materials."""

import colorsys

import numpy as np

from training.objects import material
from training.objects.material import Colour, Material

Random = np.random.Generator
WOODS: tuple[Colour, ...] = (
    (0.45, 0.28, 0.15),
    (0.6, 0.42, 0.24),
    (0.33, 0.19, 0.11),
    (0.72, 0.55, 0.36),
    (0.25, 0.14, 0.09),
)
METALS: tuple[Colour, ...] = (
    (0.72, 0.73, 0.75),
    (0.5, 0.51, 0.54),
    (0.85, 0.68, 0.3),
    (0.75, 0.47, 0.33),
    (0.3, 0.3, 0.33),
)
PATTERNS = (material.STRIPES, material.CHECKS, material.SPOTS, material.GRADIENT, material.NOISE, material.SECTORS)


def between(rng: Random, low: float, high: float) -> float:
    """A uniform number."""
    return float(rng.uniform(low, high))


def vary(rng: Random, colour: Colour, amount: float = 0.06) -> Colour:
    """The colour, a little different each time."""
    moved = np.clip(np.asarray(colour) * (1 + rng.normal(0, amount)) + rng.normal(0, amount / 2, 3), 0.02, 0.98)
    return (float(moved[0]), float(moved[1]), float(moved[2]))


def any_colour(rng: Random) -> Colour:
    """Any paint: mostly hues, sometimes white, grey or black."""
    pick = rng.random()
    if pick < 0.14:
        return vary(rng, (0.92, 0.91, 0.89), 0.04)
    if pick < 0.22:
        return vary(rng, (0.09, 0.09, 0.1), 0.3)
    if pick < 0.3:
        return vary(rng, (0.5, 0.5, 0.5), 0.3)
    return colorsys.hsv_to_rgb(rng.random(), between(rng, 0.3, 0.95), between(rng, 0.35, 0.95))


def solid(rng: Random, colour: Colour | None = None, gloss: float = -1.0) -> Material:
    """One colour, matt or glossy."""
    chosen = any_colour(rng) if colour is None else vary(rng, colour)
    shine = between(rng, 0.0, 0.8) ** 2 if gloss < 0 else gloss
    mirror = between(rng, 0.0, 0.25) if rng.random() < 0.3 else 0.0
    return Material(chosen, gloss=shine, shininess=between(rng, 8, 90), mirror=mirror)


def wood(rng: Random) -> Material:
    """Grained wood."""
    base = vary(rng, WOODS[rng.integers(len(WOODS))])
    dark = (base[0] * 0.75, base[1] * 0.72, base[2] * 0.7)
    return Material(base, dark, material.NOISE, between(rng, 5, 14), gloss=between(rng, 0, 0.35), phase=rng.random())


def metal(rng: Random) -> Material:
    """Metal with a mirror-like sheen."""
    base = vary(rng, METALS[rng.integers(len(METALS))])
    return Material(base, gloss=between(rng, 0.3, 0.9), shininess=between(rng, 20, 90), mirror=between(rng, 0.2, 0.55))


def patterned(rng: Random, colour: Colour | None = None, scale: float = 1.0) -> Material:
    """Two colours in stripes, checks, spots, a gradient, noise or sectors."""
    first = any_colour(rng) if colour is None else vary(rng, colour)
    second = any_colour(rng)
    pattern = int(PATTERNS[rng.integers(len(PATTERNS))])
    frequency = between(rng, 4, 14) * scale
    if pattern == material.GRADIENT:
        frequency = between(rng, 0.8, 2.5) * scale
    if pattern == material.SECTORS:
        frequency = float(rng.integers(4, 14))
    axis = np.eye(3)[rng.choice(3, p=[0.15, 0.2, 0.65])]
    direction = axis + rng.normal(0, 0.3, 3) * (rng.random() < 0.4)
    direction = direction / np.linalg.norm(direction)
    along: Colour = (float(direction[0]), float(direction[1]), float(direction[2]))
    return Material(
        first,
        second,
        pattern,
        frequency,
        along,
        rng.random(),
        between(rng, 0.3, 0.6),
        between(rng, 0, 0.8) ** 2,
        between(rng, 8, 90),
    )


def stripes(rng: Random, first: Colour, second: Colour, frequency: float, axis: int = 2) -> Material:
    """Regular bands of two colours along one axis."""
    along: Colour = (float(axis == 0), float(axis == 1), float(axis == 2))
    return Material(
        vary(rng, first), vary(rng, second), material.STRIPES, frequency, along, rng.random(), 0.5, between(rng, 0, 0.4)
    )


def noisy(rng: Random, first: Colour, second: Colour, frequency: float = 10.0) -> Material:
    """Two colours in soft patches."""
    return Material(
        vary(rng, first), vary(rng, second), material.NOISE, frequency, phase=rng.random(), gloss=between(rng, 0, 0.3)
    )


def spotted(rng: Random, first: Colour, second: Colour, frequency: float = 10.0, share: float = 0.4) -> Material:
    """Spots of the second colour on the first."""
    return Material(vary(rng, first), vary(rng, second), material.SPOTS, frequency, phase=rng.random(), share=share)


def surface(rng: Random, pattern_chance: float = 0.3, scale: float = 1.0) -> Material:
    """Whatever a designer would take: plain, patterned, wood or metal."""
    pick = rng.random()
    if pick < pattern_chance:
        return patterned(rng, scale=scale)
    if pick < pattern_chance + 0.08:
        return wood(rng)
    if pick < pattern_chance + 0.16:
        return metal(rng)
    return solid(rng)
