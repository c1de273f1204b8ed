# SPDX-License-Identifier: GPL-3.0-or-later
"""One level of the narrow band: what is known on the lattice of one stride, and cells that the surface leads into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from triposr_addon.worker.bricks import Bricks, Points
from triposr_addon.worker.crossed_cells import OUTSIDE, CrossedCells, faces_crossed

Ask = Callable[[Points], Tensor]
"""Nodes [N] of the finest lattice -> raw density minus raw threshold [N]."""


def lattice_places(resolution: int, stride: int, device: torch.device) -> Tensor:
    """The coordinates [P] of a lattice of that stride on the finest; the last node is always there."""
    places = torch.arange(0, resolution, stride, dtype=torch.int32, device=device)
    if (resolution - 1) % stride == 0:
        return places
    return torch.cat([places, places.new_tensor([resolution - 1])])


def with_outside(places: Tensor, resolution: int) -> Tensor:
    """The places [P] with one before and one behind them [P + 2]: the layer of outside."""
    return torch.cat([places.new_tensor([-1]), places, places.new_tensor([resolution])])


@dataclass(frozen=True)
class Halving:
    """How cells of the lattice above lie in this one: [3, cells] the node at each one's start, middle and end.

    Where the lattice ends within a cell its middle is its end: the second half is then empty.
    """

    nodes: Tensor

    @classmethod
    def between(cls, places: Tensor, finer_places: Tensor) -> Halving:
        """From the places of both lattices, the layer of outside included; the finer ones contain the others."""
        numbers = torch.searchsorted(finer_places, places).int()
        start, end = numbers[:-1], numbers[1:]
        return cls(torch.stack([start, torch.minimum(start + 1, end), end]))

    def along(self, cells: Points) -> Points:
        """The nodes [3, N] of cells [N] along each axis: start, middle and end."""
        return Points(*(self.nodes.index_select(1, axis) for axis in cells.axes))


class BandLevel:
    """Values at nodes of one lattice, by the nodes' numbers along each axis; number 0 and the last are outside."""

    def __init__(self, places: Tensor, ask: Ask) -> None:
        self.places = places
        self._ask = ask
        self._bricks = Bricks(len(places), places.device)
        self._values = torch.full((self._bricks.size,), torch.nan, device=places.device)
        self._entered = torch.zeros(self._bricks.size, dtype=torch.bool, device=places.device)

    def addresses(self, points: Points) -> Tensor:
        """Where the values of `points` are, flattened."""
        return self._bricks.addresses(points)

    def values(self, addresses: Tensor) -> Tensor:
        """The values at addresses [N]; NaN where nothing is known."""
        return self._values.index_select(0, addresses)

    def corner_values(self, cells: Points) -> Tensor:
        """The values [8, N] at the corners of cells [N]."""
        return self.values(self.addresses(cells.corners())).view(8, -1)

    def cover(self, points: Points) -> None:
        """Make room for `points`; those in the layer of outside are known from then on."""
        fresh = self._bricks.cover(points)
        last = len(self.places) - 1
        outside = torch.zeros_like(fresh, dtype=torch.bool)
        for numbers in self._bricks.points(fresh).axes:
            outside |= (numbers == 0) | (numbers >= last)
        unknown = torch.full((len(fresh),), torch.nan, device=fresh.device)
        self._values = torch.cat([self._values, unknown.masked_fill_(outside, OUTSIDE)])
        self._entered = torch.cat([self._entered, torch.zeros_like(outside)])

    def store(self, points: Points, values: Tensor) -> None:
        """Remember `values` of `points`, both flattened."""
        self._values.scatter_(0, self.addresses(points).long(), values.flatten())

    def learn(self, batches: list[Tensor]) -> None:
        """Ask for all those of the addresses whose values are not known yet, each once."""
        unknown = self._marked(batches).logical_and_(self._values.isnan())
        addresses = unknown.nonzero().squeeze(1)
        if len(addresses):
            nodes = self._bricks.points(addresses.int())
            asked = Points(*(self.places.index_select(0, numbers) for numbers in nodes.axes))
            self._values.scatter_(0, addresses, self._ask(asked))

    def enter(self, cells: Points) -> None:
        """Mark cells [N] as part of the band."""
        self._entered.scatter_(0, self.addresses(cells).long(), value=True)

    def followed(self, front: CrossedCells) -> CrossedCells:
        """The crossed cells `front`, which are entered, and all that the surface leads into from them."""
        found = [front]
        while len((front := self._beyond(front)).cells):
            found.append(front)
        return CrossedCells.joined(found)

    def _beyond(self, front: CrossedCells) -> CrossedCells:
        """The cells not entered yet across crossed faces of `front`; they are entered, and their corners known."""
        beyond = Points.joined(list(self._across_crossed_faces(front)))
        if not len(beyond):
            return CrossedCells(beyond, front.values[:, :0])
        self.cover(beyond.corners())
        once = self._marked([self.addresses(beyond)]).nonzero().squeeze(1)
        beyond = self._bricks.points(once.int())
        self.enter(beyond)
        self.learn([self.addresses(beyond.corners())])
        return CrossedCells(beyond, self.corner_values(beyond))

    def _across_crossed_faces(self, front: CrossedCells) -> Iterator[Points]:
        last = len(self.places) - 2
        for face, crossed in enumerate(faces_crossed(front.values)):
            axis, step = face // 2, 2 * (face % 2) - 1
            beside = front.cells.axes[axis] + step
            there = (crossed & (beside >= 0) & (beside <= last)).nonzero().squeeze(1)
            numbers = [beside if axis == other else numbers for other, numbers in enumerate(front.cells.axes)]
            neighbours = Points(*numbers).at(there)
            new = ~self._entered.index_select(0, self.addresses(neighbours))
            yield neighbours.at(new.nonzero().squeeze(1))

    def _marked(self, batches: list[Tensor]) -> Tensor:
        marks = torch.zeros_like(self._entered)
        for addresses in batches:
            marks.scatter_(0, addresses.long(), value=True)
        return marks
