# SPDX-License-Identifier: GPL-3.0-or-later
"""All stages in one press: clean, budget, levels of detail, texture, colliders, export; for one object or many."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import bpy

from ...host.failures import HostFailure
from ..colour_targets import Target, has_field
from ..session import Session
from ..words import told
from .asset_collection import levels_in, make_active, source_of
from .budget import Budget, keep_budget
from .cleaning import Cleaning
from .colliders import Colliding, make_colliders
from .export_parts import parts_of
from .exporting import Export, export_assets
from .geometry import clean_object
from .levels import Levels, make_levels
from .replacement import Replacement
from .stage import Stage, within
from .texturing import Texturing, texture_objects


@dataclass(frozen=True)
class Making:
    """The settings of all stages; None leaves a stage out."""

    cleaning: Cleaning | None
    budget: Budget
    levels: Levels
    texture: Texturing | None
    colliding: Colliding
    export: Export | None


@dataclass(frozen=True)
class AssetMade:
    """An asset, what each stage said of it, and how long each took, in seconds."""

    name: str
    words: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """For the artist."""
        return told("{name}: {words}", name=self.name, words="; ".join(self.words))

    @property
    def brief(self) -> str:
        """For the panel and the status bar, where all of it would be cut off: the stages' panels tell the rest."""
        done = told("{name} is made in {seconds:.1f} s", name=self.name, seconds=sum(self.seconds.values()))
        return f"{done}. {self.words[-1]}" if "export" in self.seconds else done


@dataclass(frozen=True)
class AssetsMade:
    """All that were made, and why others were not, by their names."""

    made: tuple[AssetMade, ...]
    failed: tuple[tuple[str, HostFailure], ...]

    @property
    def words(self) -> str:
        """For the artist."""
        if len(self.made) == 1 and not self.failed:
            return told("{line} ({seconds:.1f} s)", line=self.made[0].line, seconds=sum(self.made[0].seconds.values()))
        failures = "".join(f". {name}: {failure.sentence}" for name, failure in self.failed)
        counts = told("{made} of {all} assets made", made=len(self.made), all=len(self.made) + len(self.failed))
        return counts + failures

    @property
    def brief(self) -> str:
        """For the panel and the status bar."""
        return self.made[0].brief if len(self.made) == 1 and not self.failed else self.words


def make_assets(
    running: Session, context: bpy.types.Context, things: Sequence[bpy.types.Object], wished: Making
) -> Stage[AssetsMade]:
    """Make an asset of each object; the objects themselves stay, hidden. Where one of several fails the others go on.

    Cancelled, all is as before, but for files that are written already. Raises what the stages raise for one alone.
    """
    sources = list(dict.fromkeys(source_of(thing) for thing in things))
    begun: list[Replacement] = []
    made: list[AssetMade] = []
    failed: list[tuple[str, HostFailure]] = []
    try:
        for number, source in enumerate(sources):
            begun.append(Replacement(context, source))
            stage = _make(running, context, begun[-1], wished)
            try:
                made.append((yield from within(stage, number / len(sources), (number + 1) / len(sources))))
            except HostFailure as failure:
                if len(sources) == 1:
                    raise
                begun.pop().undo()
                failed.append((source.name, failure))
    except BaseException:
        for replacement in reversed(begun):
            replacement.undo()
        raise
    for replacement in begun:
        replacement.keep()
    return AssetsMade(tuple(made), tuple(failed))


def _make(running: Session, context: bpy.types.Context, replacement: Replacement, wished: Making) -> Stage[AssetMade]:
    assert context.scene is not None
    finest, words, clock = replacement.begin(), list[str](), _Clock()
    if wished.cleaning is not None:
        # Its colours would be asked for many vertices that go right away.
        cleaned = yield from within(
            clean_object(running, finest, context.scene, wished.cleaning, recolour=False), 0.0, 0.15
        )
        words.append(cleaned.words)
        clock.took("clean")
    budget = replace(wished.budget, live=False)
    words.append((yield from within(keep_budget(running, context, finest, budget), 0.15, 0.35)).words)
    clock.took("budget")
    words.append((yield from within(make_levels(running, context, finest, wished.levels), 0.35, 0.45)).words)
    clock.took("levels")
    levels = levels_in(replacement.collection)
    if wished.texture is not None and has_field(None, finest):
        targets = [Target(level, level) for level in levels]
        words.append((yield from within(texture_objects(running, context, targets, wished.texture), 0.45, 0.85)).words)
        clock.took("texture")
    words.append((yield from within(make_colliders(running, context, finest, wished.colliding), 0.85, 0.9)).words)
    clock.took("colliders")
    if wished.export is not None:
        parts, engine = [parts_of(finest)], wished.colliding.engine
        words.append((yield from within(export_assets(context, parts, wished.export, engine), 0.9, 1.0)).words)
        clock.took("export")
    make_active(context, finest)
    return AssetMade(replacement.collection.name, tuple(words), clock.seconds)


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def took(self, step: str) -> None:
        """Since the one before."""
        now = time.monotonic()
        self.seconds[step], self._since = now - self._since, now
