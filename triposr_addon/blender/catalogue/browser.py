# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows of a library are shown, in which order and on which page, and which of them are chosen.

Nothing here is in the .blend or in Blender's own lists: those get only the rows of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .library import Library, Row

ROWS_PER_PAGE, TILES_PER_PAGE = 100, 12

Numbers = NDArray[np.int64]
SHOWS: dict[str, Callable[[Row], bool]] = {
    "MADE": lambda row: row.made,
    "WARNED": lambda row: row.made and row.warned,
    "FAILED": lambda row: not row.made,
}
"""What is shown, where that is not all or only what is chosen."""


@dataclass(frozen=True)
class Wish:
    """search: words that are all in the id, in whatever case. show: "ALL", "CHOSEN" or one of SHOWS.

    sort_by: "ORDER" of the catalogue, "NAME", "SCORE" or "TRIANGLES". least_score: 0..1; with more than 0 rows without
    a score are not shown.
    """

    search: str = ""
    show: str = "ALL"
    sort_by: str = "ORDER"
    descending: bool = False
    least_score: float = 0.0


class Browser:
    """One library, looked through. Rows go by their number in the library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.page, self.page_size = 0, ROWS_PER_PAGE
        self._chosen: set[int] = set()
        self._wish = Wish()
        self._shown: Numbers = np.arange(len(library.rows))
        self._names = [row.id.casefold() for row in library.rows]
        self._scores = np.array([row.overlap for row in library.rows])
        self._triangles = np.array([row.triangles for row in library.rows])
        self._orders: dict[str, Numbers] = {}

    @property
    def shown(self) -> Numbers:
        """The numbers of all rows that are shown, in their order."""
        return self._shown

    @property
    def pages(self) -> int:
        """At least one."""
        return max(-(-len(self._shown) // self.page_size), 1)

    def on_page(self) -> list[int]:
        """The numbers of the page's rows."""
        first = self.page * self.page_size
        return [int(number) for number in self._shown[first : first + self.page_size]]

    def turn_to(self, page: int) -> None:
        """Or to the nearest that there is."""
        self.page = min(max(page, 0), self.pages - 1)

    def use_pages_of(self, size: int) -> None:
        """Another number of rows on a page; the first one that is in sight stays so."""
        first = self.page * self.page_size
        self.page_size = size
        self.turn_to(first // size)

    def look(self, wish: Wish) -> None:
        """Show what is wished; a wish that has not changed costs nothing."""
        if wish == self._wish and wish.show != "CHOSEN":
            return
        if wish != self._wish:
            self.page = 0
        self._wish = wish
        order = self._order(wish.sort_by, wish.descending)
        self._shown = order[self._wanted(wish)[order]]
        self.turn_to(self.page)

    # --- chosen rows -------------------------------------------------------------------------------------------------

    def chosen(self) -> list[int]:
        """In the catalogue's order."""
        return sorted(self._chosen)

    @property
    def count_chosen(self) -> int:
        """Without sorting them."""
        return len(self._chosen)

    def is_chosen(self, number: int) -> bool:
        """Whether its box is ticked."""
        return number in self._chosen

    def choose(self, numbers: Iterable[int], chosen: bool = True) -> None:
        """Tick their boxes, or take the ticks away."""
        if chosen:
            self._chosen.update(numbers)
        else:
            self._chosen.difference_update(numbers)

    def choose_shown(self) -> None:
        """All that are shown, on whatever page, beside those that are chosen already."""
        self._chosen.update(self._shown.tolist())

    def invert_shown(self) -> None:
        """Of those that are shown."""
        self._chosen.symmetric_difference_update(self._shown.tolist())

    def numbers_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Where they are; those that the library does not have are left out."""
        wanted = set(ids)
        found = {row.id: number for number, row in enumerate(self.library.rows) if row.id in wanted}
        return {name: found[name] for name in ids if name in found}

    # --- what a wish means -------------------------------------------------------------------------------------------

    def _wanted(self, wish: Wish) -> NDArray[np.bool_]:
        """For each row whether it is to be shown."""
        wanted = np.ones(len(self._names), bool)
        for word in wish.search.casefold().split():
            wanted &= np.fromiter((word in name for name in self._names), bool, len(self._names))
        if wish.show in SHOWS:
            wanted &= np.fromiter(map(SHOWS[wish.show], self.library.rows), bool, len(self._names))
        elif wish.show == "CHOSEN":
            ticked = np.zeros(len(self._names), bool)
            ticked[list(self._chosen)] = True
            wanted &= ticked
        if wish.least_score > 0.0:
            wanted &= self._scores >= wish.least_score
        return wanted

    def _order(self, sort_by: str, descending: bool) -> Numbers:
        """All numbers, sorted; what has no score or no mesh comes last in either direction."""
        if sort_by not in self._orders:
            self._orders[sort_by] = self._sorted(sort_by)
        ascending = self._orders[sort_by]
        if not descending:
            return ascending
        known = self._known(sort_by)[ascending]
        return np.concatenate([ascending[known][::-1], ascending[~known]])

    def _sorted(self, sort_by: str) -> Numbers:
        count = len(self._names)
        if sort_by == "NAME":
            return np.array(sorted(range(count), key=self._names.__getitem__), np.int64)
        if sort_by == "ORDER":
            return np.arange(count)
        key = self._scores if sort_by == "SCORE" else self._triangles
        return np.lexsort((key, ~self._known(sort_by)))

    def _known(self, sort_by: str) -> NDArray[np.bool_]:
        if sort_by == "SCORE":
            return self._scores >= 0.0
        if sort_by == "TRIANGLES":
            return self._triangles > 0
        return np.ones(len(self._names), bool)
