# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiled signed distance of one object: a flat table of primitives in groups with bounding spheres.

Lengths are in object units (about 1 for a whole object); distances are negative inside. The formulas are the
well-known closed forms for each primitive; the ellipsoid's is the usual first-order bound.

A primitive's row (float32): 0 kind, 1 operation, 2 blend radius, 3..11 rotation to local axes (row-major),
12..14 position, 15..20 shape numbers, 21 rounding, 22 material row.
A group's row: 0 first primitive, 1 one past the last, 2..4 bounding centre, 5 bounding radius.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float32]

ELLIPSOID, BOX, CYLINDER, CONE, ARC, LIMB, LATHE, PRISM = range(8)
UNION, CUT = 0, 1
PRIMITIVE_WIDTH = 23
GROUP_WIDTH = 6
FAR = np.float32(1e6)

Real = Any
"""A single-precision number inside compiled code, where NumPy's and Python's types are one."""

_compile = njit(fastmath=True, cache=True, error_model="numpy")


@_compile
def _length3(x: Real, y: Real, z: Real) -> Real:
    return math.sqrt(x * x + y * y + z * z)


@_compile
def _ellipsoid(x: Real, y: Real, z: Real, a: Real, b: Real, c: Real) -> Real:
    k0 = _length3(x / a, y / b, z / c)
    k1 = _length3(x / (a * a), y / (b * b), z / (c * c))
    if k1 < np.float32(1e-6):
        return -min(a, min(b, c))
    return k0 * (k0 - np.float32(1.0)) / k1


@_compile
def _box(x: Real, y: Real, z: Real, a: Real, b: Real, c: Real) -> Real:
    qx, qy, qz = abs(x) - a, abs(y) - b, abs(z) - c
    zero = np.float32(0.0)
    outside = _length3(max(qx, zero), max(qy, zero), max(qz, zero))
    return outside + min(max(qx, max(qy, qz)), zero)


@_compile
def _cylinder(radial: Real, z: Real, radius: Real, half: Real) -> Real:
    qx, qz = radial - radius, abs(z) - half
    zero = np.float32(0.0)
    outer_x, outer_z = max(qx, zero), max(qz, zero)
    return min(max(qx, qz), zero) + math.sqrt(outer_x * outer_x + outer_z * outer_z)


@_compile
def _cone(radial: Real, z: Real, low: Real, high: Real, half: Real) -> Real:
    k2x, k2y = high - low, np.float32(2.0) * half
    edge = low if z < np.float32(0.0) else high
    cax, cay = radial - min(radial, edge), abs(z) - half
    along = ((high - radial) * k2x + (half - z) * k2y) / (k2x * k2x + k2y * k2y)
    along = min(max(along, np.float32(0.0)), np.float32(1.0))
    cbx, cby = radial - high + k2x * along, z - half + k2y * along
    sign = np.float32(-1.0) if (cbx < 0 and cay < 0) else np.float32(1.0)
    return sign * math.sqrt(min(cax * cax + cay * cay, cbx * cbx + cby * cby))


@_compile
def _arc(x: Real, y: Real, z: Real, ring: Real, tube: Real, sine: Real, cosine: Real) -> Real:
    x = abs(x)
    inside = math.sqrt(x * x + y * y) if cosine * x <= sine * y else x * sine + y * cosine
    square = x * x + y * y + z * z + ring * ring - np.float32(2.0) * ring * inside
    return math.sqrt(max(square, np.float32(0.0))) - tube


@_compile
def _limb(radial: Real, z: Real, low: Real, high: Real, length: Real) -> Real:
    slope = (low - high) / length
    side = math.sqrt(max(np.float32(1.0) - slope * slope, np.float32(0.0)))
    along = -slope * radial + side * z
    if along < np.float32(0.0):
        return math.sqrt(radial * radial + z * z) - low
    if along > side * length:
        return math.sqrt(radial * radial + (z - length) * (z - length)) - high
    return radial * side + z * slope - low


@_compile
def _polygon(x: Real, y: Real, points: Float, first: int, last: int) -> Real:
    best = (x - points[first, 0]) ** 2 + (y - points[first, 1]) ** 2
    sign = np.float32(1.0)
    j = last - 1
    for i in range(first, last):
        ex, ey = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
        wx, wy = x - points[i, 0], y - points[i, 1]
        along = (wx * ex + wy * ey) / (ex * ex + ey * ey + np.float32(1e-12))
        along = min(max(along, np.float32(0.0)), np.float32(1.0))
        bx, by = wx - ex * along, wy - ey * along
        best = min(best, bx * bx + by * by)
        above, below, left = y >= points[i, 1], y < points[j, 1], ex * wy > ey * wx
        if (above and below and left) or (not above and not below and not left):
            sign = -sign
        j = i
    return sign * math.sqrt(best)


@_compile
def primitive_distance(row: Float, polygons: Float, px: Real, py: Real, pz: Real) -> Real:
    """Signed distance of one primitive at an object-space point."""
    dx, dy, dz = px - row[12], py - row[13], pz - row[14]
    x = row[3] * dx + row[4] * dy + row[5] * dz
    y = row[6] * dx + row[7] * dy + row[8] * dz
    z = row[9] * dx + row[10] * dy + row[11] * dz
    kind = int(row[0])
    a, b, c, rounding = row[15], row[16], row[17], row[21]
    if kind == ELLIPSOID:
        return _ellipsoid(x, y, z, a, b, c)
    if kind == BOX:
        return _box(x, y, z, a, b, c) - rounding
    if kind == ARC:
        return _arc(x, y, z, a, b, c, row[18])
    if kind == PRISM:
        flat = _polygon(x, y, polygons, int(a), int(b))
        depth = abs(z) - c
        zero = np.float32(0.0)
        over, above = max(flat, zero), max(depth, zero)
        return min(max(flat, depth), zero) + math.sqrt(over * over + above * above) - rounding
    radial = math.sqrt(x * x + y * y)
    if kind == CYLINDER:
        return _cylinder(radial, z, a, b) - rounding
    if kind == CONE:
        return _cone(radial, z, a, b, c) - rounding
    if kind == LIMB:
        return _limb(radial, z, a, b, c)
    return _polygon(radial, z, polygons, int(a), int(b)) - rounding


@_compile
def group_distance(
    primitives: Float, polygons: Float, first: int, last: int, px: Real, py: Real, pz: Real
) -> tuple[Real, int]:
    """Signed distance of one group and the primitive that owns the nearest surface."""
    distance, owner = primitive_distance(primitives[first], polygons, px, py, pz), first
    for i in range(first + 1, last):
        other = primitive_distance(primitives[i], polygons, px, py, pz)
        blend = primitives[i, 2]
        if primitives[i, 1] == CUT:
            if -other > distance:
                distance, owner = -other, i
        else:
            if other < distance:
                owner = i
            near = max(blend - abs(distance - other), np.float32(0.0))
            distance = min(distance, other)
            if blend > 0:
                distance -= near * near * np.float32(0.25) / blend
    return distance, owner


@_compile
def distance_and_owner(
    primitives: Float, groups: Float, polygons: Float, px: Real, py: Real, pz: Real
) -> tuple[Real, int]:
    """Signed distance of the whole object and the primitive that owns the nearest surface."""
    best, owner = FAR, 0
    for g in range(groups.shape[0]):
        dx, dy, dz = px - groups[g, 2], py - groups[g, 3], pz - groups[g, 4]
        reach = best + groups[g, 5]
        if best < FAR and (reach <= 0 or dx * dx + dy * dy + dz * dz > reach * reach):
            continue
        distance, index = group_distance(primitives, polygons, int(groups[g, 0]), int(groups[g, 1]), px, py, pz)
        if distance < best:
            best, owner = distance, index
    return best, owner


@_compile
def distances(primitives: Float, groups: Float, polygons: Float, points: Float) -> Float:
    """Signed distances [N] of object-space points [N, 3]."""
    out = np.empty(points.shape[0], np.float32)
    for i in range(points.shape[0]):
        out[i], _ = distance_and_owner(primitives, groups, polygons, points[i, 0], points[i, 1], points[i, 2])
    return out


@_compile
def gradient(primitives: Float, groups: Float, polygons: Float, px: Real, py: Real, pz: Real, step: Real) -> Float:
    """Unit gradient of the distance by four tetrahedral samples: the surface normal [3]."""
    a, _ = distance_and_owner(primitives, groups, polygons, px + step, py - step, pz - step)
    b, _ = distance_and_owner(primitives, groups, polygons, px - step, py - step, pz + step)
    c, _ = distance_and_owner(primitives, groups, polygons, px - step, py + step, pz - step)
    d, _ = distance_and_owner(primitives, groups, polygons, px + step, py + step, pz + step)
    x, y, z = a - b - c + d, -a - b + c + d, -a + b - c + d
    scale = np.float32(1.0) / max(_length3(x, y, z), np.float32(1e-9))
    out = np.empty(3, np.float32)
    out[0], out[1], out[2] = x * scale, y * scale, z * scale
    return out
