# SPDX-License-Identifier: GPL-3.0-or-later
"""What the installer tells of a computer, its models and its findings, read from its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Told:
    """A sentence of the installer's: a stable code, its own English, and what that is filled with."""

    code: str
    sentence: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Card:
    """A graphics card; number: its place, from 0, by which the installer knows it. memory: bytes, 0 where unknown."""

    number: int
    vendor: str
    name: str
    memory: int
    driver: str


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of an installation; `blocks`: it can't start before that is gone."""

    code: str
    told: tuple[Told, ...]
    blocks: bool


@dataclass(frozen=True)
class InstallPlan:
    """What would be installed, where and why. build: "" where nothing can be. card: the one that it is for, None for
    the processor. Sizes in bytes; exact: not an estimate, and each file is known by its hash. reasons: why this build,
    what would be better. others: builds to choose instead. environment: what becomes of the one that is there.
    """

    torch: str
    build: str
    cards: tuple[Card, ...]
    card: Card | None
    reasons: tuple[Told, ...]
    others: tuple[str, ...]
    folder: str
    download: int
    on_disk: int
    exact: bool
    free_disk: int
    obstacles: tuple[Obstacle, ...]
    environment: Told | None = None

    @property
    def can_start(self) -> bool:
        """Whether nothing blocks."""
        return not any(obstacle.blocks for obstacle in self.obstacles)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Of what `plan --json` printed. Raises ValueError, KeyError or TypeError for anything else."""
        told: dict[str, Any] = json.loads(text)
        size = told["size"] or {"download": 0, "on_disk": 0, "known": False}
        cards = tuple(_card(number, card) for number, card in enumerate(told["computer"]["cards"]))
        return cls(
            torch=told["torch"],
            build=told["build"] or "",
            cards=cards,
            card=None if told["card_number"] is None else cards[told["card_number"]],
            reasons=_told(told["told"]),
            others=tuple(told["other_builds"]),
            folder=told["folder"],
            download=size["download"],
            on_disk=size["on_disk"],
            exact=size["known"],
            free_disk=told["computer"]["free_disk"],
            obstacles=tuple(
                Obstacle(obstacle["code"], _told(obstacle["told"]), obstacle["blocks"])
                for obstacle in told["obstacles"]
            ),
            environment=told_from(told["environment"]) if "environment" in told else None,
        )


def _card(number: int, card: Mapping[str, Any]) -> Card:
    driver = ".".join(map(str, card["driver"]))
    return Card(number, card["vendor"], card["name"], card["memory"], driver)


def _told(sentences: Sequence[Mapping[str, Any]]) -> tuple[Told, ...]:
    return tuple(told_from(told) for told in sentences)


def told_from(fields: Mapping[str, Any]) -> Told:
    """A sentence as the installer writes it. Raises KeyError."""
    return Told(fields["code"], fields["sentence"], fields["values"])


@dataclass(frozen=True)
class ModelRow:
    """A model that can be had. kind: triposr or background. state: installed, partly, damaged or absent. In bytes.

    places: its files, from the data folder on.
    """

    name: str
    title: str
    kind: str
    licence: str
    commercial: bool
    size: int
    state: str
    bytes_there: int
    places: tuple[str, ...]


def models_from_text(text: str) -> tuple[ModelRow, ...]:
    """Of what `models list --json` printed. Raises ValueError, KeyError or TypeError for anything else."""
    names = ModelRow.__dataclass_fields__.keys() - {"places"}
    return tuple(
        ModelRow(**{name: row[name] for name in names}, places=tuple(file["place"] for file in row["files"]))
        for row in json.loads(text)
    )


@dataclass(frozen=True)
class Finding:
    """What a check found. state: good, note or bad. repair: the command that mends it, none where only people can."""

    code: str
    state: str
    told: tuple[Told, ...]
    repair: tuple[str, ...]


def findings_from_text(text: str) -> tuple[Finding, ...]:
    """Of what `doctor --json` printed. Raises ValueError, KeyError or TypeError for anything else."""
    return tuple(
        Finding(row["code"], row["state"], _told(row["told"]), tuple(row["repair"]))
        for row in json.loads(text)["findings"]
    )
