# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural colours: a material is one flat row, evaluated in a primitive's local coordinates.

A row (float32): 0 pattern, 1..3 first colour, 4..6 second colour (both sRGB 0..1), 7 frequency per unit,
8..10 direction, 11 phase, 12 share of the second colour 0..1, 13 gloss 0..1, 14 shininess exponent, 15 mirror 0..1.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float32]
Colour = tuple[float, float, float]

SOLID, STRIPES, CHECKS, SPOTS, GRADIENT, NOISE, SECTORS = range(7)
MATERIAL_WIDTH = 16

Real = Any
"""A single-precision number inside compiled code, where NumPy's and Python's types are one."""

_compile = njit(fastmath=True, cache=True, error_model="numpy")


@dataclass(frozen=True)
class Material:
    """What a surface looks like. Colours are sRGB in 0..1; frequency is repeats per object unit."""

    colour: Colour
    second: Colour = (1.0, 1.0, 1.0)
    pattern: int = SOLID
    frequency: float = 8.0
    direction: Colour = (0.0, 0.0, 1.0)
    phase: float = 0.0
    share: float = 0.5
    gloss: float = 0.2
    shininess: float = 20.0
    mirror: float = 0.0

    def row(self) -> Float:
        """The flat row that the compiled kernels read [16]."""
        flat = (self.pattern, *self.colour, *self.second, self.frequency, *self.direction)
        return np.asarray((*flat, self.phase, self.share, self.gloss, self.shininess, self.mirror), np.float32)


@_compile
def _hash(i: int, j: int, k: int) -> Real:
    n = (i * 73856093) ^ (j * 19349663) ^ (k * 83492791)
    n = (n ^ (n >> 13)) * 1274126177
    return np.float32((n & 0xFFFF) / 65535.0)


@_compile
def _value_noise(x: Real, y: Real, z: Real) -> Real:
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    u, v, w = u * u * (3 - 2 * u), v * v * (3 - 2 * v), w * w * (3 - 2 * w)
    total = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(2):
                weight = (u if a else 1 - u) * (v if b else 1 - v) * (w if c else 1 - w)
                total += weight * _hash(int(i) + a, int(j) + b, int(k) + c)
    return np.float32(total)


@_compile
def _spots(x: Real, y: Real, z: Real, share: Real) -> Real:
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    radius = np.float32(0.2) + np.float32(0.3) * share
    u = x - i - np.float32(0.5) - np.float32(0.3) * (_hash(i, j, k) - np.float32(0.5))
    v = y - j - np.float32(0.5) - np.float32(0.3) * (_hash(j, k, i) - np.float32(0.5))
    w = z - k - np.float32(0.5) - np.float32(0.3) * (_hash(k, i, j) - np.float32(0.5))
    edge = (radius - math.sqrt(u * u + v * v + w * w)) * np.float32(12.0)
    return min(max(edge + np.float32(0.5), np.float32(0.0)), np.float32(1.0))


@_compile
def _square_wave(t: Real, share: Real, sharpness: Real) -> Real:
    t = t - math.floor(t)
    edge = (share * np.float32(0.5) - abs(t - np.float32(0.5))) * sharpness + np.float32(0.5)
    return min(max(edge, np.float32(0.0)), np.float32(1.0))


@_compile
def second_share(row: Float, x: Real, y: Real, z: Real) -> Real:
    """How much of the second colour shows (0..1) at a local point."""
    pattern = int(row[0])
    if pattern == SOLID:
        return np.float32(0.0)
    f, phase, share = row[7], row[11], row[12]
    along = row[8] * x + row[9] * y + row[10] * z
    if pattern == STRIPES:
        return _square_wave(along * f + phase, share, np.float32(16.0))
    if pattern == CHECKS:
        odd = math.floor(x * f + phase) + math.floor(y * f + phase) + math.floor(z * f + phase)
        return np.float32(int(odd) & 1)
    if pattern == SPOTS:
        return _spots(x * f + phase, y * f + phase, z * f + phase, share)
    if pattern == GRADIENT:
        return min(max(along * f + np.float32(0.5), np.float32(0.0)), np.float32(1.0))
    if pattern == NOISE:
        n = _value_noise(x * f + phase * 7, y * f, z * f) * np.float32(0.65)
        n += _value_noise(x * f * 2.7, y * f * 2.7 + phase * 5, z * f * 2.7) * np.float32(0.35)
        return min(max((n - np.float32(0.5)) * np.float32(3.0) + share, np.float32(0.0)), np.float32(1.0))
    turn = math.atan2(y, x) / np.float32(2 * math.pi)
    return _square_wave(turn * math.floor(f) + phase, share, np.float32(8.0))


@_compile
def albedo(row: Float, primitive: Float, px: Real, py: Real, pz: Real, out: Float) -> None:
    """Writes the unlit sRGB colour [3] of a primitive's surface at an object-space point."""
    dx, dy, dz = px - primitive[12], py - primitive[13], pz - primitive[14]
    x = primitive[3] * dx + primitive[4] * dy + primitive[5] * dz
    y = primitive[6] * dx + primitive[7] * dy + primitive[8] * dz
    z = primitive[9] * dx + primitive[10] * dy + primitive[11] * dz
    t = second_share(row, x, y, z)
    for c in range(3):
        out[c] = row[1 + c] * (np.float32(1.0) - t) + row[4 + c] * t
