# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wished and ordered of fields in this Blender session. No Blender data, and nothing of it goes into a .blend.

Meshes are known by their numbers in this session, which survive undo and renaming.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from ..host.failures import HostFailure
from ..protocol import SurfaceSettings


@dataclass(frozen=True)
class MeshOrder:
    """Another mesh of the same field, to look at or to stay. job: its id. settings: as wished, in full detail.

    nodes: on a side, of a preview. busy_hands: the operators that were at work already when it was ordered, by address.
    """

    job: str
    mesh: int
    name: str
    settings: SurfaceSettings
    nodes: int = 0
    busy_hands: frozenset[int] = frozenset()
    ordered_at: float = field(default_factory=time.monotonic)

    @property
    def jobs(self) -> tuple[str, ...]:
        """All that has to be over before it can be taken in."""
        return (self.job,)


@dataclass(frozen=True)
class ColourTarget:
    """A mesh that gets colours, how many vertices it had when it was asked for them, and the job that asks.

    points: the file that tells the worker where they lie; it goes with the order.
    """

    job: str
    mesh: int
    vertices: int
    points: Path


@dataclass(frozen=True)
class ColourOrder:
    """Colours for some meshes at once. domain: "POINT" or "CORNER". Else as MeshOrder."""

    targets: tuple[ColourTarget, ...]
    name: str
    domain: str
    busy_hands: frozenset[int] = frozenset()
    ordered_at: float = field(default_factory=time.monotonic)

    @property
    def jobs(self) -> tuple[str, ...]:
        """All that has to be over before it can be taken in."""
        return tuple(target.job for target in self.targets)

    def remove_files(self) -> None:
        """Nobody will read them any more."""
        for target in self.targets:
            target.points.unlink(missing_ok=True)


Order = MeshOrder | ColourOrder


@dataclass(frozen=True)
class Shown:
    """What a preview shows: with which wishes it was made, with how many nodes, and how long it took."""

    settings: SurfaceSettings
    nodes: int
    seconds: float


class Shaping:
    """wishes: what the sliders say, by mesh, where it is not what the mesh was made with.

    preview: the one under way. shown: what those on the screen show, by mesh. orders: what is to stay, by its first
    job. failures: why there is no preview, by mesh. finest_took: seconds, the latest of the best previews.
    got_ready: whether the worker was started for what may come.
    """

    def __init__(self) -> None:
        self.wishes: dict[int, SurfaceSettings] = {}
        self.preview: MeshOrder | None = None
        self.finest_took: float | None = None
        self.got_ready = False
        self.shown: dict[int, Shown] = {}
        self.failures: dict[int, HostFailure] = {}
        self.orders: dict[str, Order] = {}

    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self.preview is not None or bool(self.orders)

    def order_for(self, mesh: int) -> MeshOrder | None:
        """The mesh that was ordered to stay in this one's place."""
        orders = (order for order in self.orders.values() if isinstance(order, MeshOrder))
        return next((order for order in orders if order.mesh == mesh), None)

    def colour_orders(self) -> list[ColourOrder]:
        """What is asked of fields for meshes that stay as they are."""
        return [order for order in self.orders.values() if isinstance(order, ColourOrder)]

    def forget_wishes(self, mesh: int) -> None:
        """The sliders show again what the mesh was made with."""
        for kept in (self.wishes, self.shown, self.failures):
            kept.pop(mesh, None)

    def forget_all_wishes(self) -> None:
        """After undo, redo and in another file."""
        for kept in (self.wishes, self.shown, self.failures):
            kept.clear()
