# SPDX-License-Identifier: GPL-3.0-or-later
"""Several items of a library as objects that are in no scene yet: what breaks is named, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import bpy

from ...catalogue_file import Record
from ...host.failures import HostFailure
from ..asset.stage import Progress, Stage
from ..field_carrier import FIELD
from ..order import Order
from .failures import NothingCame
from .item import Taken, take
from .library import Library

Refusal = tuple[str, HostFailure]
Naming = Callable[[Record], str]


@dataclass
class Gathered:
    """refusals: ids, and what they failed of. A mesh that came without its field is among both."""

    taken: list[Taken] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def throw_away(self) -> None:
        """The objects and all that was made with them; they must be in no scene."""
        blocks: set[bpy.types.ID] = set()
        for each in self.taken:
            thing = each.made.thing
            mesh = thing.data
            assert isinstance(mesh, bpy.types.Mesh), "it was made of triangles"
            text = mesh.get(FIELD)
            blocks |= {thing, mesh, *(material for material in mesh.materials if material is not None)}
            blocks |= {text} if isinstance(text, bpy.types.ID) else set()
        bpy.data.batch_remove(blocks)
        self.taken.clear()


def plain_name(record: Record) -> str:
    """What the artist calls the object: the last part of the id."""
    return PurePosixPath(record.id).name or record.id


def gather(
    library: Library, numbers: Sequence[int], manner: Order, step: str, naming: Naming, gathered: Gathered
) -> Stage[None]:
    """Fill `gathered`, an item between two looks at the clock; whoever handed it in throws it away or uses it.

    Raises the item's own failure where only one was wanted, NothingCame where each of several has failed.
    """
    for place, number in enumerate(numbers):
        yield Progress(step, place / len(numbers))
        item = library.rows[number].id
        try:
            record = library.record(number)
            taken = take(library, record, naming(record), manner)
        except HostFailure as failure:
            if len(numbers) == 1:
                raise
            gathered.refusals.append((item, failure))
            continue
        gathered.taken.append(taken)
        gathered.refusals += [(item, taken.shortcoming)] if taken.shortcoming is not None else []
    if not gathered.taken:
        first, reason = gathered.refusals[0]
        raise NothingCame(len(numbers), first, reason.sentence)
