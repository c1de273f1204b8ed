# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of placed objects by sphere tracing: two lights, sky and ground, occlusion, sheen, soft edges."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from training.objects.builder import SolidObject
from training.objects.distance import distance_and_owner, gradient, group_distance
from training.objects.material import albedo
from training.placement import CAMERA_DISTANCE, HALF_VIEW, RADIUS

Float = NDArray[np.float32]
STEPS = 56
HIT = np.float32(0.0012)

Real = Any
"""A single-precision number inside compiled code, where NumPy's and Python's types are one."""

_compile = njit(fastmath=True, cache=True, error_model="numpy")


@dataclass(frozen=True)
class Light:
    """Two directional lights (unit directions [2, 3], linear colours [2, 3]), sky and ground [3], shadow strength."""

    directions: Float
    colours: Float
    sky: Float
    ground: Float
    shadow: float


def random_light(rng: np.random.Generator) -> Light:
    """Soft studio light: a key light somewhere in front and above, a weaker fill, a bright surrounding."""
    key = np.array([rng.uniform(0.2, 1.0), rng.normal(0, 0.7), rng.uniform(0.2, 1.2)])
    fill = np.array([rng.uniform(0.0, 1.0), -np.sign(key[1]) * rng.uniform(0.3, 1.0), rng.uniform(-0.2, 0.6)])
    directions = np.stack([key / np.linalg.norm(key), fill / np.linalg.norm(fill)])
    tint = 1 + rng.normal(0, 0.03, (2, 3))
    colours = tint * np.array([[rng.uniform(0.35, 0.95)], [rng.uniform(0.0, 0.35)]])
    sky = rng.uniform(0.3, 0.65) * (1 + rng.normal(0, 0.02, 3))
    ground = sky * rng.uniform(0.35, 0.9)
    shadow = rng.uniform(0.2, 0.8) if rng.random() < 0.6 else 0.0
    single = np.float32
    return Light(
        directions.astype(single), colours.astype(single), sky.astype(single), ground.astype(single), float(shadow)
    )


@_compile
def _met_groups(groups: Float, dx: Real, dy: Real, dz: Real, met: NDArray[np.int32]) -> int:
    """Writes the groups whose bounding sphere the ray comes near, and says how many."""
    count = 0
    for g in range(groups.shape[0]):
        cx, cy, cz = groups[g, 2] - CAMERA_DISTANCE, groups[g, 3], groups[g, 4]
        along = cx * dx + cy * dy + cz * dz
        reach = groups[g, 5] + np.float32(0.015)
        if cx * cx + cy * cy + cz * cz - along * along < reach * reach:
            met[count] = g
            count += 1
    return count


@_compile
def _nearest_met(
    primitives: Float, groups: Float, polygons: Float, met: NDArray[np.int32], count: int, x: Real, y: Real, z: Real
) -> Real:
    best = np.float32(1e6)
    for i in range(count):
        g = met[i]
        dx, dy, dz = x - groups[g, 2], y - groups[g, 3], z - groups[g, 4]
        reach = best + groups[g, 5]
        if i > 0 and (reach <= 0 or dx * dx + dy * dy + dz * dz > reach * reach):
            continue
        d, _ = group_distance(primitives, polygons, int(groups[g, 0]), int(groups[g, 1]), x, y, z)
        best = min(best, d)
    return best


@_compile
def _trace(
    primitives: Float,
    groups: Float,
    polygons: Float,
    met: NDArray[np.int32],
    count: int,
    dx: Real,
    dy: Real,
    dz: Real,
    pixel: Real,
) -> tuple[Real, Real]:
    """Distance along the ray and coverage 0..1 (a near miss covers part of the pixel)."""
    t = np.float32((CAMERA_DISTANCE - RADIUS) / -dx)
    end = np.float32((CAMERA_DISTANCE + RADIUS) / -dx)
    nearest, nearest_t = np.float32(1e6), t
    for _ in range(STEPS):
        d = _nearest_met(primitives, groups, polygons, met, count, CAMERA_DISTANCE + t * dx, t * dy, t * dz)
        if d < nearest:
            nearest, nearest_t = d, t
        if d < HIT:
            return t, np.float32(1.0)
        t += d * np.float32(0.97)
        if t > end:
            break
    cover = np.float32(0.75) - nearest / (pixel * nearest_t)
    return nearest_t, min(max(cover, np.float32(0.0)), np.float32(1.0))


@_compile
def _occlusion(primitives: Float, groups: Float, polygons: Float, p: Float, n: Float) -> Real:
    shade, weight = np.float32(1.0), np.float32(1.0)
    for i in range(1, 4):
        h = np.float32(0.04) * i
        d, _ = distance_and_owner(primitives, groups, polygons, p[0] + h * n[0], p[1] + h * n[1], p[2] + h * n[2])
        shade -= weight * max(h - d, np.float32(0.0)) * np.float32(5.0)
        weight *= np.float32(0.6)
    return max(shade, np.float32(0.15))


@_compile
def _lit(primitives: Float, groups: Float, polygons: Float, p: Float, n: Float, light: Float) -> Real:
    """Share of a light that reaches the point, with a soft edge."""
    lit, t = np.float32(1.0), np.float32(0.04)
    for _ in range(12):
        x, y, z = (
            p[0] + n[0] * 0.01 + t * light[0],
            p[1] + n[1] * 0.01 + t * light[1],
            p[2] + n[2] * 0.01 + t * light[2],
        )
        d, _ = distance_and_owner(primitives, groups, polygons, x, y, z)
        lit = min(lit, np.float32(8.0) * d / t)
        if lit <= np.float32(0.0) or t > np.float32(1.2):
            break
        t += max(d, np.float32(0.03))
    return max(lit, np.float32(0.0))


@_compile
def _shade(
    material: Float,
    base: Float,
    n: Float,
    ray: Float,
    occlusion: Real,
    lit: Real,
    directions: Float,
    colours: Float,
    sky: Float,
    ground: Float,
    out: Float,
) -> None:
    up = np.float32(0.5) + np.float32(0.5) * n[2]
    facing = -(n[0] * ray[0] + n[1] * ray[1] + n[2] * ray[2])
    rz = ray[2] + np.float32(2.0) * facing * n[2]
    rx, ry = ray[0] + np.float32(2.0) * facing * n[0], ray[1] + np.float32(2.0) * facing * n[1]
    rim = max(np.float32(1.0) - facing, np.float32(0.0)) ** 3
    mirror = material[15] + np.float32(0.25) * material[13] * rim
    blend = min(max(rz * np.float32(2.0) + np.float32(0.5), np.float32(0.0)), np.float32(1.0))
    for c in range(3):
        diffuse = (ground[c] + (sky[c] - ground[c]) * up) * occlusion
        sheen = np.float32(0.0)
        for i in range(2):
            share = lit if i == 0 else np.float32(1.0)
            cosine = n[0] * directions[i, 0] + n[1] * directions[i, 1] + n[2] * directions[i, 2]
            diffuse += max(cosine, np.float32(0.0)) * colours[i, c] * share
            bounce = max(rx * directions[i, 0] + ry * directions[i, 1] + rz * directions[i, 2], np.float32(0.0))
            sheen += bounce ** material[14] * colours[i, c] * share
        linear = base[c] ** np.float32(2.2)
        around = (ground[c] * np.float32(0.6) * (1 - blend) + np.float32(1.1) * sky[c] * blend) * occlusion
        value = linear * diffuse * (1 - mirror) + mirror * around * (np.float32(0.4) + np.float32(0.6) * linear)
        out[c] = min(max(value + material[13] * sheen, np.float32(0.0)), np.float32(1.0)) ** np.float32(1 / 2.2)


@_compile
def _render(
    primitives: Float,
    groups: Float,
    polygons: Float,
    materials: Float,
    directions: Float,
    colours: Float,
    sky: Float,
    ground: Float,
    shadow: Real,
    size: int,
) -> Float:
    out = np.zeros((size, size, 4), np.float32)
    p, ray, base = np.empty(3, np.float32), np.empty(3, np.float32), np.empty(3, np.float32)
    pixel, met = np.float32(2 * HALF_VIEW / size), np.empty(groups.shape[0], np.int32)
    for row in range(size):
        for column in range(size):
            y = np.float32((2 * (column + 0.5) / size - 1) * HALF_VIEW)
            z = np.float32((1 - 2 * (row + 0.5) / size) * HALF_VIEW)
            scale = np.float32(1.0) / math.sqrt(1 + y * y + z * z)
            ray[0], ray[1], ray[2] = -scale, y * scale, z * scale
            count = _met_groups(groups, ray[0], ray[1], ray[2], met)
            if count == 0:
                continue
            t, cover = _trace(primitives, groups, polygons, met, count, ray[0], ray[1], ray[2], pixel)
            if cover <= 0:
                continue
            p[0], p[1], p[2] = CAMERA_DISTANCE + t * ray[0], t * ray[1], t * ray[2]
            _, owner = distance_and_owner(primitives, groups, polygons, p[0], p[1], p[2])
            primitive = primitives[owner]
            material = materials[int(primitive[22])]
            albedo(material, primitive, p[0], p[1], p[2], base)
            n = gradient(primitives, groups, polygons, p[0], p[1], p[2], np.float32(0.002))
            occlusion = _occlusion(primitives, groups, polygons, p, n)
            lit = np.float32(1.0)
            if shadow > 0:
                lit = 1 - shadow * (1 - _lit(primitives, groups, polygons, p, n, directions[0]))
            _shade(material, base, n, ray, occlusion, lit, directions, colours, sky, ground, out[row, column])
            out[row, column, 3] = cover
    return out


def render(thing: SolidObject, light: Light, size: int) -> NDArray[np.uint8]:
    """RGBA picture [size, size, 4] of a placed object (sRGB, straight alpha), from the model's own camera."""
    picture = _render(
        thing.primitives, thing.groups, thing.polygons, thing.materials,
        light.directions, light.colours, light.sky, light.ground, light.shadow, size,
    )  # fmt: skip
    return np.asarray(np.rint(picture * 255), np.uint8)
