# SPDX-License-Identifier: GPL-3.0-or-later
"""A bar chart as SVG, written by hand: bars from left to right, in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP = 880, 190, 90, 46
BAR, GAP, GROUP_GAP = 20, 6, 16
INK, FAINT, PAPER = "#222222", "#777777", "#ffffff"
COLOURS = ("#3b6ea5", "#c0792a", "#4f8a4f", "#8a5a9c")
FONT = "font-family='sans-serif' font-size='14'"


@dataclass(frozen=True)
class Group:
    """Bars of one colour under one name: (label, value), values above 0."""

    name: str
    bars: Sequence[tuple[str, float]]


def bar_chart(title: str, unit: str, groups: Sequence[Group]) -> str:
    """The SVG's text. `unit` follows each value."""
    groups = [group for group in groups if group.bars]
    most = max((value for group in groups for _label, value in group.bars), default=1.0)
    body = "\n".join(_body(groups, unit, (WIDTH - LEFT - RIGHT) / most))
    head = f"<text x='12' y='28' fill='{INK}' font-family='sans-serif' font-size='17'>{escape(title)}</text>"
    height = _height(groups)
    size = f"width='{WIDTH}' height='{height}' viewBox='0 0 {WIDTH} {height}'"
    paper = f"<rect width='{WIDTH}' height='{height}' fill='{PAPER}'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>\n{paper}\n{head}\n{body}\n</svg>\n"


def _body(groups: Sequence[Group], unit: str, scale: float) -> Iterator[str]:
    y = TOP
    for number, group in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        yield f"<text x='12' y='{y + 15}' fill='{FAINT}' {FONT}>{escape(group.name)}</text>"
        y += BAR + GAP
        for label, value in group.bars:
            yield from _bar(label, f"{value:.3g}{unit}", y, value * scale, colour)
            y += BAR + GAP
        y += GROUP_GAP


def _bar(label: str, text: str, y: int, length: float, colour: str) -> Iterator[str]:
    yield f"<text x='{LEFT - 10}' y='{y + 15}' fill='{INK}' text-anchor='end' {FONT}>{escape(label)}</text>"
    yield f"<rect x='{LEFT}' y='{y}' width='{max(length, 1.0):.1f}' height='{BAR}' fill='{colour}'/>"
    yield f"<text x='{LEFT + length + 8:.1f}' y='{y + 15}' fill='{INK}' {FONT}>{escape(text)}</text>"


def _height(groups: Sequence[Group]) -> int:
    return TOP + sum((1 + len(group.bars)) * (BAR + GAP) + GROUP_GAP for group in groups)
