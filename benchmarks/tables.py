# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures as tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]

TIMES = "\N{MULTIPLICATION SIGN}"
SHORTEST_S = 5e-4
UNITS = {"_ms": " ms", "_mb": " MB", "_gb": " GB", "_s": " s"}
"""How the keys of figures end."""


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(columns) - 1)]
    lines = [columns, rule, *([_cell(entry) for entry in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rows_of(document: Document | None) -> list[dict[str, Any]]:
    """A document's rows, or the document itself where it is one; nothing for None."""
    if document is None:
        return []
    return list(document.get("rows", [document]))


def own_table(document: Document) -> str:
    """Of a document that says how it wants to be shown, else of its plain figures."""
    if "columns" in document:
        return table(document["columns"], document["rows"])
    return table(("what", "figure"), [(_words(name), _figure(name, value)) for name, value in _figures(document)])


def machine_sentence(document: Document) -> str:
    """Where a document's figures were measured."""
    found = document.get("machine", {})
    threads = found.get("threads")
    parts = [f"{found.get('cores')} cores of {found.get('cpu')}", f"{threads} thread{'' if threads == 1 else 's'}"]
    parts += [f"{found['gpu']}"] if found.get("gpu") else []
    parts += [f"torch {found.get('torch')}", f"Python {found.get('python')}", f"{found.get('system')}"]
    parts += [f"load average {found['load']} at the end"] if found.get("load") is not None else []
    return ", ".join(parts)


def times(ratio: float | None) -> str:
    """A ratio such as 12.3, with the sign for times."""
    return "-" if ratio is None else f"{ratio:.1f}{TIMES}"


def seconds(value: float | None) -> str:
    """Seconds with three figures that count; below SHORTEST_S none."""
    if value is None:
        return "-"
    return "0" if value < SHORTEST_S else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def whole(value: int) -> str:
    """1,234,567."""
    return f"{value:,}"


def _cell(entry: object) -> str:
    if isinstance(entry, float):
        return f"{entry:,.4g}"
    return whole(entry) if isinstance(entry, int) and not isinstance(entry, bool) else str(entry)


def _figures(document: Document) -> list[tuple[str, float]]:
    """Numbers by name, those of inner mappings after them."""
    figures: list[tuple[str, float]] = []
    for name, value in document.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            figures.append((name, value))
        elif isinstance(value, dict) and name != "machine":
            figures += [(f"{name}: {inner}", figure) for inner, figure in _figures(value)]
    return figures


def _words(name: str) -> str:
    for ending in UNITS:
        name = name.removesuffix(ending)
    return name.replace("_", " ")


def _figure(name: str, value: float) -> str:
    unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")
    return f"{_cell(value)}{unit}"
