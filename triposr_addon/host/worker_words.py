# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker says, in a measure that panels can draw: a line of the wire may be a megabyte of one sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

LONGEST_TEXT = 4096
"""Letters; so long may a path be."""
LONGEST: Mapping[str, int] = {"sentence": 1000, "detail": 200, "details": 1 << 16}
"""Letters of fields of that name."""
MOST_ENTRIES = 1000
"""Of a list or a table, such as the pages of a contact sheet."""
MOST_WARNINGS = 20

Message = TypeVar("Message")


def in_measure(message: Message) -> Message:
    """The message, a frozen dataclass, with what is too long cut off."""
    fields = dataclasses.fields(message)  # type: ignore[arg-type]  # every message is one
    changed = {field.name: _cut(getattr(message, field.name), _longest(field.name)) for field in fields}
    if isinstance(changed.get("warnings"), list):
        changed["warnings"] = [warning[: LONGEST["sentence"]] for warning in changed["warnings"][:MOST_WARNINGS]]
    return dataclasses.replace(message, **changed)  # type: ignore[type-var]  # as above


def _longest(name: str) -> int:
    return LONGEST.get(name, LONGEST_TEXT)


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, list):
        return [_cut(entry, LONGEST_TEXT) for entry in value[:MOST_ENTRIES]]
    if isinstance(value, dict):
        return {_cut(name, LONGEST["detail"]): _cut(entry, longest) for name, entry in [*value.items()][:MOST_ENTRIES]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return in_measure(value)
    return value
