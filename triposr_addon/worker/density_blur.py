# SPDX-License-Identifier: GPL-3.0-or-later
"""A field whose log-density is blurred: a calmer surface, the same at every resolution.

The log-density is sampled once for each texel of the planes, kept within the range that it runs through beside the
surface, and a Gaussian over these samples gives the value at any node. So sampling and blur are one, and a finer mesh
needs no more samples. Then the level of the surface is moved so that as much is inside as before: a blur alone eats
what sticks out.

The range makes it a blur of the shape: deep inside and far outside the log-density is arbitrary. At a sigma of one
texel, a blur of the raw values took 40 % of the volume of fitted chairs and all of a thing of wires, a blur of the
planes' features as much. What is thinner than the blur, such as those chairs' legs, still goes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from triposr_addon.worker.lattice import Each, WholeLattice, unwatched
from triposr_addon.worker.setting_limits import SMALLEST_SIGMA

RANGE_IN_TEXELS = 0.5
"""Values are kept within what they change by over this way across the surface."""


class BlurredLattice:
    """The blurred field at the nodes of a lattice; it is asked by whole blocks only, and that is cheap."""

    def __init__(self, samples: Tensor, resolution: int, sigma: float, level: float) -> None:
        """samples: [S, S, S] raw densities from face to face of the box, a texel apart. sigma: in texels.

        level: the raw density of the surface.
        """
        self.resolution = resolution
        self.device = samples.device
        self.asked = samples.numel()
        self._samples = within_range(samples - level)
        self._weights = self._weights_of(resolution, sigma)
        self._shift = level + self._shift_that_keeps_the_volume(sigma)

    def lattice(self, places: Tensor, rows: Tensor | None = None, each: Each = unwatched) -> Tensor:
        """Raw density [X, P, P]: y and z among `places` [P], x among `rows` [X] (None: places too)."""
        across = self._weights.index_select(0, places)
        down = across if rows is None else self._weights.index_select(0, rows)
        values = self._blurred(down, across)
        each(values.numel())
        return values.add_(self._shift)

    def _blurred(self, down: Tensor, across: Tensor) -> Tensor:
        values: Tensor = across @ torch.tensordot(down, self._samples, dims=([1], [0])) @ across.T
        return values

    def _shift_that_keeps_the_volume(self, sigma: float) -> float:
        inside, count = int((self._samples > 0).sum()), self._samples.numel()
        if not 0 < inside < count:
            return 0.0
        weights = self._weights_of(len(self._samples), sigma)
        return -float(self._blurred(weights, weights).flatten().kthvalue(count - inside).values)

    def _weights_of(self, nodes: int, sigma: float) -> Tensor:
        return gaussian_weights(nodes, len(self._samples), sigma).to(self.device)


def blurred(
    lattice_of: Callable[[int], WholeLattice], resolution: int, texels: int, sigma: float, level: float, each: Each
) -> BlurredLattice:
    """Sample a field and blur it.

    lattice_of: gives the field's lattice of a resolution. texels: on a side of the planes. sigma: in texels, above 0;
    less than SMALLEST_SIGMA counts as that. level: the raw density of the surface. Raises FieldNotFinite.
    """
    lattice = lattice_of(texels + 1)
    places = torch.arange(texels + 1, dtype=torch.int32, device=lattice.device)
    return BlurredLattice(lattice.lattice(places, each=each), resolution, max(sigma, SMALLEST_SIGMA), level)


def within_range(samples: Tensor) -> Tensor:
    """Samples [S, S, S], 0 at the surface, cut off beyond what they change by over RANGE_IN_TEXELS there."""
    changes, count = samples.new_zeros(()), samples.new_zeros(())
    for axis in range(3):
        lower, upper = samples.narrow(axis, 0, len(samples) - 1), samples.narrow(axis, 1, len(samples) - 1)
        crossed = (lower > 0) != (upper > 0)
        changes += (upper - lower).abs().mul_(crossed).sum()
        count += crossed.sum()
    if not count:
        return samples
    most = float(changes / count) * RANGE_IN_TEXELS
    return samples.clamp(-most, most)


def gaussian_weights(nodes: int, samples: int, sigma: float) -> Tensor:
    """The weight [nodes, samples] of each sample at each node, both evenly from end to end; sigma in samples' steps."""
    at_nodes = torch.linspace(0.0, samples - 1.0, nodes, dtype=torch.float64, device="cpu")
    distances = at_nodes[:, None] - torch.arange(samples, dtype=torch.float64, device="cpu")
    weights = torch.exp(-0.5 * (distances / sigma) ** 2)
    return (weights / weights.sum(dim=1, keepdim=True)).float()
