# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns such as `photos/**/front*.png`: where a walk begins, which folders it may enter, which files it takes.

`*`, `?` and `[…]` stand for characters of one name, `**` for any folders, or none. Hidden names match nothing.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

_WILD = re.compile(r"[*?[]")
_ANY_FOLDERS = "**"
States = frozenset[int]
"""How far along the pattern's parts a path can have come: several at once, because of `**`."""


@dataclass(frozen=True)
class Pattern:
    """root: the folder before the first part with a wild card, absolute. parts: from there on."""

    root: Path
    parts: tuple[str, ...]

    def may_enter(self, within: str) -> bool:
        """Whether a file in this folder, or below it, could match; its path within the root, with slashes."""
        return any(state < len(self.parts) for state in _states_in(self.parts, within))

    def matches(self, within: str) -> bool:
        """Whether this file does."""
        folder, _, name = within.rpartition("/")
        return len(self.parts) in _states_after(self.parts, _states_in(self.parts, folder), name)


def is_pattern(source: str) -> bool:
    """Whether there is a wild card in it."""
    return _WILD.search(source) is not None


def pattern_of(source: str) -> Pattern:
    """The pattern that is written like this, from the current folder on where it is not absolute."""
    parts = PurePath(source).parts
    first = next(index for index, part in enumerate(parts) if is_pattern(part))
    return Pattern(Path(*parts[:first]).absolute(), parts[first:])


@lru_cache(maxsize=256)
def _states_in(parts: tuple[str, ...], folder: str) -> States:
    """How far the path of a folder within the root leads; "" is the root."""
    if not folder:
        return _widened(parts, {0})
    above, _, name = folder.rpartition("/")
    return _states_after(parts, _states_in(parts, above), name)


def _states_after(parts: tuple[str, ...], states: States, name: str) -> States:
    """Where one more name leads: on by a part that it matches, or along `**`."""
    inner = [state for state in states if state < len(parts)]
    stays = {state for state in inner if parts[state] == _ANY_FOLDERS}
    return _widened(parts, stays | {state + 1 for state in inner if _matches_name(parts[state], name)})


def _widened(parts: tuple[str, ...], states: set[int]) -> States:
    """With the states behind each `**`, which may stand for no folder at all."""
    found = set(states)
    for state in states:
        while state < len(parts) and parts[state] == _ANY_FOLDERS:
            state += 1
            found.add(state)
    return frozenset(found)


def _matches_name(part: str, name: str) -> bool:
    return _expression(part).match(name) is not None


@lru_cache(maxsize=64)
def _expression(part: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(part), re.IGNORECASE if os.name == "nt" else 0)
