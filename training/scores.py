# SPDX-License-Identifier: GPL-3.0-or-later
"""How near a reconstructed field comes to the true object, without any alignment. Lengths are field units."""

from dataclasses import dataclass

import numpy as np
import torch
import trimesh
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from training.objects.builder import SolidObject
from training.placement import RADIUS
from training.surface import surface_colours, surface_points
from training.validation import grid_points
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.surface import extract_surface

Floats = NDArray[np.float64]
SURFACE_SAMPLES = 10_000
GRID = 64
TRUE_RESOLUTION = 128
FIELD_RESOLUTION = 96
THRESHOLD = 25.0


@dataclass(frozen=True)
class Score:
    """`overlap`: IoU on 64^3 cells of the box. `chamfer`: mean nearest distance, both directions added.
    `fscore_10`, `fscore_05`: F-scores at 0.1 and 0.05. `colour`: mean absolute sRGB error on the true surface."""

    overlap: float
    chamfer: float
    fscore_10: float
    fscore_05: float
    colour: float


def true_mesh(thing: SolidObject, resolution: int = TRUE_RESOLUTION) -> trimesh.Trimesh:
    """The object's own surface as triangles."""
    places = np.linspace(-RADIUS, RADIUS, resolution, dtype=np.float32)
    nodes = np.stack(np.meshgrid(places, places, places, indexing="ij"), axis=-1).reshape(-1, 3)
    values = thing.distances(nodes).reshape(resolution, resolution, resolution)
    vertices, triangles, _, _ = marching_cubes(values, 0.0)  # type: ignore[no-untyped-call]
    return trimesh.Trimesh(vertices * (places[1] - places[0]) - RADIUS, triangles, process=False)


def field_mesh(field: TriplaneField) -> trimesh.Trimesh:
    """The field's surface as the product extracts it. Raises SurfaceEmpty or SurfaceFull."""
    surface = extract_surface(field, SurfaceSettings(FIELD_RESOLUTION, THRESHOLD), lambda _done: None)
    return trimesh.Trimesh(surface.vertices.numpy(), surface.triangles.numpy(), process=False)


def sampled(mesh: trimesh.Trimesh, seed: int) -> Floats:
    """SURFACE_SAMPLES points [N, 3], evenly by area."""
    points, _ = trimesh.sample.sample_surface(mesh, SURFACE_SAMPLES, seed=seed)
    return np.asarray(points, np.float64)


def fscore(to_true: Floats, to_field: Floats, limit: float) -> float:
    """Harmonic mean of the shares of points nearer than `limit` to the other surface."""
    precision, recall = float((to_true < limit).mean()), float((to_field < limit).mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


@dataclass(frozen=True)
class Truth:
    """What a field is held against: `points` [10000, 3] evenly on the true surface, `inside` bool [GRID^3] at the
    cells' centres, and `surface` [2000, 3] with its unlit `colours` in 0..1."""

    points: Floats
    inside: NDArray[np.bool_]
    surface: NDArray[np.float32]
    colours: NDArray[np.float32]


def truth_of(thing: SolidObject, seed: int) -> Truth:
    """The truth about a placed object."""
    inside = thing.distances(grid_points(GRID).numpy()) < 0
    surface = surface_points(thing, 2000, seed)
    return Truth(sampled(true_mesh(thing), seed + 1), inside, surface, surface_colours(thing, surface))


def overlap(field: TriplaneField, truth: Truth) -> float:
    """IoU of the two insides at the centres of GRID^3 cells."""
    inside = field.density(grid_points(GRID)).numpy() > THRESHOLD
    return float((inside & truth.inside).sum() / max((inside | truth.inside).sum(), 1))


def colour_error(field: TriplaneField, truth: Truth) -> float:
    """Mean absolute error of the field's colours, 0..1, on the true surface."""
    return float(np.abs(field.colour(torch.from_numpy(truth.surface)).numpy() - truth.colours).mean())


def score(field: TriplaneField, truth: Truth, seed: int) -> Score:
    """All scores of one field. Raises SurfaceEmpty or SurfaceFull where it has no surface."""
    found = sampled(field_mesh(field), seed)
    to_true, to_field = (np.asarray(cKDTree(b).query(a)[0]) for a, b in ((found, truth.points), (truth.points, found)))
    return Score(
        overlap(field, truth),
        float(to_true.mean() + to_field.mean()),
        fscore(to_true, to_field, 0.1),
        fscore(to_true, to_field, 0.05),
        colour_error(field, truth),
    )
