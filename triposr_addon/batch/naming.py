# SPDX-License-Identifier: GPL-3.0-or-later
"""Every entry of a source gets an id that no other has, and that depends on nothing but what the source says.

A picture without an id is named after its path within the source, without its ending: `chairs/oak`. Where two agree,
with it: `chairs/oak.png`. Where these agree too, as for one picture that is wanted with several settings, twelve digits
stand behind, made of its path and its settings.

Of two rows with the same id the first one is made. Which was meant nobody knows; but in this way a row that is added at
the end never changes what was made before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence

from triposr_addon.batch.entry import Denied, Entry
from triposr_addon.batch.failures import RowIdTwice
from triposr_addon.batch.folder_names import id_digest
from triposr_addon.batch.id_text import id_of_path, shown_path
from triposr_addon.batch.item import Item, Listing, Refusal

Taken = dict[str, int]
"""The ids that are given away, and the rows that have them; 0 for a file that was found."""


def listing_of(entries: Sequence[Entry], denied: Sequence[Denied] = (), warnings: Sequence[str] = ()) -> Listing:
    """All of them with their ids, in their order. What is asked for twice is made once, with a warning."""
    meant = list(_said_once(entries))
    taken: Taken = {}
    for entry in meant:
        if entry.id:
            taken.setdefault(entry.id, entry.row)
    every: list[Entry | Denied] = [*meant, *denied]
    nameless = [entry for entry in every if not entry.id and entry.within]
    names = iter(_path_names(nameless, taken))
    twice: list[Denied] = []
    items = tuple(_items(meant, names, taken, twice))
    named = [(denial, denial.id or (next(names) if denial.within else "")) for denial in denied]
    refused = sorted([*named, *((denial, denial.id) for denial in twice)], key=lambda pair: pair[0].row)
    refusals = tuple(_refusal(denial, name, taken) for denial, name in refused)
    repeats = len(entries) - len(meant)
    return Listing(items, refusals, (*warnings, *_told_repeats(repeats)))


def _said_once(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Without those that have no id and want the same of the same picture as an earlier one, in whatever words."""
    known: set[str] = set()
    for entry in entries:
        meant = f"{entry.picture}\0{entry.own}" if entry.own else entry.picture
        if entry.id or meant not in known:
            yield entry
        if not entry.id:
            known.add(meant)


def _told_repeats(repeats: int) -> list[str]:
    if not repeats:
        return []
    rows = "1 row asks" if repeats == 1 else f"{repeats} rows ask"
    return [f"{rows} for the same as an earlier one. What is asked for twice is made once."]


def _path_names(nameless: Sequence[Entry | Denied], taken: Taken) -> list[str]:
    """A name for each, after its path: as short as tells it from all others."""
    wholes = [id_of_path(entry.within) for entry in nameless]
    stems = [_without_ending(whole) for whole in wholes]
    names = _where_unique(stems, taken.keys() | set(wholes), lambda place: wholes[place])
    return _where_unique(names, taken, lambda place: f"{names[place]}~{_mark(nameless[place])}")


def _where_unique(names: Sequence[str], taken: Container[str], other: Callable[[int], str]) -> list[str]:
    """Each name that is there once and not taken; for the rest, the other name for that place."""
    counts = Counter(names)
    free = [counts[name] == 1 and name not in taken for name in names]
    return [name if free[place] else other(place) for place, name in enumerate(names)]


def _without_ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and "/" not in ending and stem and not stem.endswith("/") else name


def _mark(entry: Entry | Denied) -> str:
    return id_digest(f"{entry.told}\0{entry.own}")[:12]


def _items(entries: Sequence[Entry], names: Iterator[str], taken: Taken, twice: list[Denied]) -> Iterator[Item]:
    """The items; `twice` gets the entries whose id another one has. names: of those without an id, in their order."""
    for entry in entries:
        name = entry.id or next(names)
        first = taken.setdefault(name, entry.row)
        if first == entry.row:
            yield Item(name, entry.picture, shown_path(entry.told), entry.photo, entry.surface)
        else:
            twice.append(Denied(_id_twice(name, first, entry.row), entry.told, entry.within, name, entry.row))


def _id_twice(name: str, first: int, row: int) -> RowIdTwice:
    return RowIdTwice(
        f"Row {row} has the id {name!r}, as row {first} has, which goes first. Give it another one, or take it out."
    )


def _refusal(denial: Denied, name: str, taken: Taken) -> Refusal:
    """With an id that nothing else has: where its own is taken, its row stands behind."""
    place = f"row {denial.row}" if denial.row else "folder"
    name = name or place
    if name in taken:
        name = f"{name} ({place})"
    while name in taken:
        name += "+"
    taken[name] = denial.row
    return Refusal(name, shown_path(denial.told), denial.failure.report())
