# SPDX-License-Identifier: GPL-3.0-or-later
"""Which column of a manifest says what. Capital letters, spaces and hyphens in their names make no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triposr_addon.batch.failures import ColumnMissing, ColumnTwice
from triposr_addon.batch.row_settings import KINDS

PATH_NAMES = ("path", "picture", "image", "photo", "file")
"""The first of them that is there has the paths."""
OTHER_NAMES = {"mask": "mask_path"}
MOST_TOLD = 12


@dataclass(frozen=True)
class Columns:
    """Where in a row things are. id: None for none. settings: places of settings, by their names. unknown: the rest."""

    count: int
    path: int
    id: int | None
    settings: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def needed(self) -> tuple[int, ...]:
        """The places of all columns that say something, in their order."""
        return tuple(sorted({self.path, *([] if self.id is None else [self.id]), *self.settings.values()}))

    def warnings(self, source: str) -> list[str]:
        """One sentence about what is not known, if there is any."""
        if not self.unknown:
            return []
        known = ", ".join(["id", *KINDS])
        return [
            f"Columns of {source} that nobody knows are passed over: {_told(self.unknown)}. Beside {PATH_NAMES[0]}, "
            f"known are {known}."
        ]


def columns_of(header: Sequence[str], source: str) -> Columns:
    """What the columns of this header mean. source: the file's name. Raises ColumnMissing, ColumnTwice."""
    names = [_plain(title) for title in header]
    path_name = next((name for name in PATH_NAMES if name in names), None)
    if path_name is None:
        raise ColumnMissing(
            f"{source} has no column of paths. Call one path; there is {_told([title for title in header if title])}."
        )
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if (name in KINDS or name in (path_name, "id")) and places.setdefault(name, place) != place:
            raise ColumnTwice(f"{source} has two columns called {name}. Rename one of them.")
    settings = {name: place for name, place in places.items() if name in KINDS}
    unknown = tuple(title for title, name in zip(header, names, strict=True) if name and name not in places)
    return Columns(len(names), places[path_name], places.get("id"), settings, unknown)


def _plain(title: str) -> str:
    name = title.strip().lower().replace(" ", "_").replace("-", "_")
    return OTHER_NAMES.get(name, name)


def _told(titles: Sequence[str]) -> str:
    shown = [ascii(title.strip()[:40])[1:-1] if not title.isprintable() else title.strip()[:40] for title in titles]
    if not shown:
        return "none that has a name"
    return ", ".join(shown[:MOST_TOLD]) + (f" and {len(shown) - MOST_TOLD} more" if len(shown) > MOST_TOLD else "")
