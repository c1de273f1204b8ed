# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts an object together from primitives. Object space: Z up, the object's own front towards +X, Y to the side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.objects import distance
from training.objects.material import Material

Float = NDArray[np.float32]
Point = Sequence[float]
UPRIGHT = np.eye(3)


@dataclass(frozen=True)
class SolidObject:
    """One finished object: flat tables for the compiled kernels (see `distance` and `material`)."""

    name: str
    primitives: Float
    groups: Float
    polygons: Float
    materials: Float

    def distances(self, points: Float) -> Float:
        """Signed distances [N], in object units, of object-space points [N, 3]."""
        return distance.distances(self.primitives, self.groups, self.polygons, np.ascontiguousarray(points, np.float32))


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> NDArray[np.float64]:
    """Rotation [3, 3] by degrees about x, then y, then z."""
    a, b, c = math.radians(x), math.radians(y), math.radians(z)
    rx = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    ry = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    rz = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return np.asarray(rz @ ry @ rx)


def towards(direction: Point) -> NDArray[np.float64]:
    """Rotation [3, 3] that takes +Z to the given direction."""
    z = np.asarray(direction, float)
    z = z / max(float(np.linalg.norm(z)), 1e-9)
    other = np.array([1.0, 0, 0]) if abs(z[0]) < 0.9 else np.array([0.0, 1, 0])
    x = np.cross(other, z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def curve(points: Sequence[Point], count: int) -> NDArray[np.float64]:
    """Points [count, 3] along the Bézier curve of the given control points."""
    control = np.asarray(points, float)
    t = np.linspace(0, 1, count)[:, None]
    n = len(control) - 1
    out = np.zeros((count, control.shape[1]))
    for i, point in enumerate(control):
        out += math.comb(n, i) * t**i * (1 - t) ** (n - i) * point
    return out


@dataclass
class Builder:
    """Collects primitives. `blend` joins a primitive to the one before it, smoothly over that many units (0: a new
    part); `cut` subtracts it from the part before it."""

    primitives: list[Float] = field(default_factory=list)
    groups: list[list[float]] = field(default_factory=list)
    polygons: list[tuple[float, float]] = field(default_factory=list)
    materials: list[Float] = field(default_factory=list)

    def _add(
        self,
        kind: int,
        at: Point,
        shape: Sequence[float],
        reach: float,
        mat: Material,
        *,
        rot: NDArray[np.float64] = UPRIGHT,
        rounding: float = 0.0,
        blend: float = 0.0,
        cut: bool = False,
    ) -> None:
        joined = (blend > 0 or cut) and bool(self.groups)
        numbers = np.zeros(6)
        numbers[: len(shape)] = shape
        head = [kind, distance.CUT if cut else distance.UNION, blend]
        row = [*head, *rot.T.ravel(), *at, *numbers, rounding, len(self.materials)]
        self.materials.append(mat.row())
        self.primitives.append(np.asarray(row, np.float32))
        if not joined:
            first = len(self.primitives) - 1
            self.groups.append([first, first + 1, *at, reach])
            return
        group = self.groups[-1]
        group[1] = len(self.primitives)
        if not cut:
            self._grow(group, np.asarray(at, float), reach + blend)

    @staticmethod
    def _grow(group: list[float], centre: NDArray[np.float64], reach: float) -> None:
        old, radius = np.asarray(group[2:5]), group[5]
        gap = float(np.linalg.norm(centre - old))
        if gap + reach <= radius:
            return
        if gap + radius <= reach:
            group[2:6] = [*centre, reach]
            return
        larger = (gap + radius + reach) / 2
        group[2:6] = [*(old + (centre - old) * ((larger - radius) / max(gap, 1e-9))), larger]

    def ellipsoid(self, at: Point, radii: Point, mat: Material, **how: object) -> None:
        """Ellipsoid with three radii."""
        self._add(distance.ELLIPSOID, at, radii, max(radii), mat, **how)  # type: ignore[arg-type]

    def ball(self, at: Point, radius: float, mat: Material, **how: object) -> None:
        """Sphere."""
        self.ellipsoid(at, (radius, radius, radius), mat, **how)

    def box(self, at: Point, half: Point, mat: Material, rounding: float = 0.01, **how: object) -> None:
        """Box with outer half sizes and rounded edges."""
        rounding = min(rounding, 0.9 * min(half))
        inner = [h - rounding for h in half]
        self._add(distance.BOX, at, inner, math.dist(half, (0, 0, 0)), mat, rounding=rounding, **how)  # type: ignore[arg-type]

    def cylinder(
        self, at: Point, radius: float, half: float, mat: Material, rounding: float = 0.008, **how: object
    ) -> None:
        """Cylinder about local Z with a radius and a half height."""
        rounding = min(rounding, 0.9 * radius, 0.9 * half)
        shape = (radius - rounding, half - rounding)
        self._add(distance.CYLINDER, at, shape, math.hypot(radius, half), mat, rounding=rounding, **how)  # type: ignore[arg-type]

    def cone(
        self, at: Point, low: float, high: float, half: float, mat: Material, rounding: float = 0.005, **how: object
    ) -> None:
        """Cut cone about local Z: radius `low` at the bottom, `high` at the top."""
        reach = math.hypot(max(low, high), half) + rounding
        self._add(distance.CONE, at, (max(low, 1e-3), max(high, 1e-3), half), reach, mat, rounding=rounding, **how)  # type: ignore[arg-type]

    def arc(self, at: Point, ring: float, tube: float, mat: Material, half_angle: float = 180.0, **how: object) -> None:
        """Torus about local Z, or an arc of one, `half_angle` degrees to either side of local +Y."""
        a = math.radians(half_angle)
        self._add(distance.ARC, at, (ring, tube, math.sin(a), math.cos(a)), ring + tube, mat, **how)  # type: ignore[arg-type]

    def limb(self, start: Point, end: Point, low: float, mat: Material, high: float = -1.0, **how: object) -> None:
        """Round cone from one point to another (a capsule if both radii are the same)."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        length = max(float(np.linalg.norm(b - a)), 1e-3)
        high = low if high < 0 else high
        if abs(low - high) >= 0.95 * length:
            length = abs(low - high) / 0.95
        shape, reach = (low, high, length), length + max(low, high)
        self._add(distance.LIMB, a, shape, reach, mat, rot=towards(b - a), **how)  # type: ignore[arg-type]

    def tube(
        self, points: Sequence[Point], low: float, mat: Material, high: float = -1.0, count: int = 7, blend: float = 0.0
    ) -> None:
        """A bent tube along a Bézier curve, its radius going from `low` to `high`."""
        high = low if high < 0 else high
        path, radii = curve(points, count), np.linspace(low, high, count)
        for i in range(count - 1):
            join = blend if i == 0 else 0.004
            self.limb(path[i], path[i + 1], radii[i], mat, radii[i + 1], blend=join)

    def _polygon(self, points: Sequence[Point]) -> tuple[int, int]:
        first = len(self.polygons)
        self.polygons.extend((float(x), float(y)) for x, y in points)
        return first, len(self.polygons)

    def lathe(
        self, profile: Sequence[Point], mat: Material, at: Point = (0, 0, 0), rounding: float = 0.004, **how: object
    ) -> None:
        """The closed polygon `profile` of (radius, height) turned about local Z."""
        reach = max(math.hypot(r, z) for r, z in profile) + rounding
        self._add(distance.LATHE, at, self._polygon(profile), reach, mat, rounding=rounding, **how)  # type: ignore[arg-type]

    def prism(
        self,
        outline: Sequence[Point],
        half: float,
        mat: Material,
        at: Point = (0, 0, 0),
        rounding: float = 0.005,
        **how: object,
    ) -> None:
        """The closed polygon `outline` in local X, Y, extruded along local Z by `half` to either side."""
        reach = math.hypot(max(math.hypot(x, y) for x, y in outline), half) + rounding
        shape = (*self._polygon(outline), max(half - rounding, 1e-3))
        self._add(distance.PRISM, at, shape, reach, mat, rounding=rounding, **how)  # type: ignore[arg-type]

    def finish(self, name: str) -> SolidObject:
        """The finished object."""
        polygons = np.asarray(self.polygons or [(0.0, 0.0)], np.float32)
        rows = np.asarray(self.groups, np.float32)
        return SolidObject(name, np.stack(self.primitives), rows, polygons, np.stack(self.materials))
