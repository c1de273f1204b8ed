# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's part on graphics cards: what was measured beside the floors, or the floors alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.floors import CARDS, Card, card_or_none, extraction_floor_s, forward_floor_s
from benchmarks.tables import Document, machine_sentence, own_table, rows_of, table, times
from triposr_addon.worker.best_batch import SIZES

MEBIBYTE = 1 << 20


def gpu_section(documents: Mapping[str, Document]) -> str:
    """Rows of extraction_cuda and end_to_end_cuda with their floors; without them, what would be the floors."""
    measured = [documents[name] for name in ("extraction_cuda", "end_to_end_cuda") if name in documents]
    if not measured:
        return _without_card(documents) + _own_tables(documents)
    lines = [_line(row, document["machine"]) for document in measured for row in rows_of(document)]
    columns = ("what", "against textbook", "textbook ms", "ours ms (p90)", "floor ms", "peak MiB, textbook / ours")
    return f"""\
## On a graphics card

Measured on {machine_sentence(measured[0])}, by the card's own events, 3 runs to warm up, 20 timed.

{table(columns, lines)}

{_FLOOR_MEANING} {_PEAK_MEANING}{_own_tables(documents)}"""


def _own_tables(documents: Mapping[str, Document]) -> str:
    """Of the benchmarks that bring one and were run on the card."""
    found = [document for name, document in documents.items() if name.endswith("_cuda") and "columns" in document]
    return "".join(f"\n\n### {document.get('title', '')}\n\n{own_table(document)}" for document in found)


_FLOOR_MEANING = """\
The floor is the time of the matrix products alone at the maker's peak rate: the network's in half precision, the
decoder's in float32."""

_PEAK_MEANING = """\
Peaks are what one run takes beyond what lay on the card before: the weights, the field and the textbook's grid."""


def _line(row: Mapping[str, Any], machine: Mapping[str, Any]) -> tuple[str, ...]:
    what = (
        f"{row['field']} at {row['resolution']}" if "field" in row else f"photo to mesh, surface of {row['surface_of']}"
    )
    peaks = row.get("peak_bytes", {})
    return (
        what,
        f"**{times(row['speedup'])}**",
        f"{1e3 * row['textbook_s']:.1f}",
        f"{1e3 * row['ours_s']:.1f} ({1e3 * row['p90_s']['ours']:.1f})",
        _floor(row, card_or_none(machine.get("gpu") or "")),
        f"{peaks.get('textbook', 0) // MEBIBYTE:,} / {peaks.get('ours', 0) // MEBIBYTE:,}",
    )


def _floor(row: Mapping[str, Any], card: Card | None) -> str:
    if card is None:
        return "-"
    extraction = extraction_floor_s(card, row["queries"], row["colour_queries"]) if "queries" in row else 0.0
    forward = forward_floor_s(card, half=True) if "surface_of" in row else 0.0
    return f"{1e3 * (extraction + forward):.2f}"


def _without_card(documents: Mapping[str, Document]) -> str:
    rows = [row for row in rows_of(documents.get("extraction")) if row["resolution"] == 256]
    lines = [_floors(card, rows) for card in CARDS]
    extractions = (f"extraction of {row['field']} at 256" for row in rows)
    columns = ("floor on", "forward, float32", "forward, half", *extractions)
    return f"""\
## On a graphics card

No graphics card was at hand: these rows are missing. `python -m benchmarks --device cuda` measures them on one.
Counted instead, in milliseconds:

{table(columns, lines)}

{_FLOOR_MEANING}

{_together_without_card()}"""


def _together_without_card() -> str:
    """Pictures that pass the network together: what nobody has measured, and the floor that it would meet."""
    floors = [f"{1.0 / forward_floor_s(card, half=True):.0f}" for card in CARDS]
    lines = [(size, "not run: no card", *floors) for size in SIZES]
    columns = ("pictures together", "pictures a second", *(f"floor of {card.name}" for card in CARDS))
    return f"""\
### Pictures a second, several together through the network

{table(columns, lines)}

The floor counts matrix products alone, so it is the same for any number of pictures.
`python -m benchmarks batch --device cuda` fills in the second column."""


def _floors(card: Card, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    floors = [forward_floor_s(card, half) for half in (False, True)]
    floors += [extraction_floor_s(card, row["queries"], row["colour_queries"]) for row in rows]
    return (card.name, *(f"{1e3 * floor:.2g}" if floor < 0.01 else f"{1e3 * floor:.0f}" for floor in floors))
