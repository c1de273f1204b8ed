# SPDX-License-Identifier: GPL-3.0-or-later
"""The lattice that a surface is found on: a field's own, or what settings make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.density_blur import blurred
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.flat_base import CutLattice, Probe, SparseCutLattice, base_or_none
from triposr_addon.worker.lattice import SparseLattice, WholeLattice
from triposr_addon.worker.narrow_band import coarse_stride
from triposr_addon.worker.plane_maps import PlaneMaps
from triposr_addon.worker.symmetry import SymmetricMaps


@dataclass(frozen=True)
class AskedLattice:
    """whole: the lattice. sparse: the same, where it can be asked node by node. stride: of the coarse lattice to begin
    with; 1 asks the whole lattice. base: the height of the flat base in lattice steps, if there is one.
    """

    whole: WholeLattice
    sparse: SparseLattice | None
    stride: int
    base: float | None = None

    @classmethod
    def of(cls, field: TriplaneField, settings: SurfaceSettings, check: Callable[[], None]) -> AskedLattice:
        """The lattice of `field` as `settings` want it. `check` stops the work by raising. Raises FieldNotFinite."""
        texels, level = max(field.planes.shape[2:]), field.raw_threshold(settings.threshold)
        stride = coarse_stride(settings.resolution, texels)
        if settings.density_blur > 0.0:
            sizes = settings.resolution, texels, settings.density_blur
            whole = blurred(lambda side: _maps(field, side, check), *sizes, level, lambda _done: check())
            return cls(whole, None, stride)._cut(settings, level)
        sparse = _maps(field, settings.resolution, check)
        return cls(sparse, sparse, stride)._cut(settings, level)._exact(settings)

    def _cut(self, settings: SurfaceSettings, level: float) -> AskedLattice:
        if settings.flat_base <= 0.0:
            return self
        probe = Probe.of(self.whole, self.stride)
        base = base_or_none(probe, settings.resolution, level, settings.flat_base, settings.smallest_part)
        if base is None:
            return self
        if self.sparse is None:
            return AskedLattice(CutLattice(self.whole, base, probe), None, self.stride, base)
        cut = SparseCutLattice(self.sparse, base, probe)
        return AskedLattice(cut, cut, self.stride, base)

    def _exact(self, settings: SurfaceSettings) -> AskedLattice:
        return replace(self, stride=1) if settings.exact else self


def _maps(field: TriplaneField, resolution: int, check: Callable[[], None]) -> SparseLattice:
    maps = PlaneMaps(field, resolution, check)
    return SymmetricMaps(maps) if field.symmetric else maps
