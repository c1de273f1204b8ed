# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of who did what when: a row for each lane, a colour for each kind of step, and how much it was at work.

SVG, for light and dark pages.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from triposr_addon.batch.progress import counted_pictures
from triposr_addon.batch.spans import Span
from triposr_addon.worker.result_file import written_aside

MOST_SPANS = 4000
MOST_SECONDS = 60.0
"""From the first span on; later ones are not drawn, so the file stays small."""

WIDTH, LEFT, RIGHT, TOP, ROW, GAP = 1200, 96, 64, 74, 30, 8
TICKS = 10
"""About so many along the time."""


@dataclass(frozen=True)
class Kind:
    """Steps that are drawn alike, and in which colour."""

    name: str
    colour: str
    steps: tuple[str, ...]


KINDS = (
    Kind("load, cut out, frame", "#56b4e9", ("load photo", "cut out", "frame")),
    Kind("reconstruct", "#d55e00", ("reconstruct",)),
    Kind("extract, colour", "#009e73", ("extract", "colour", "orient")),
    Kind("review, draw", "#cc79a7", ("review", "draw")),
    Kind("write", "#e6b800", ("write",)),
)
"""In colours that people with any colour vision tell apart (Okabe and Ito's)."""

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #333; } .title { font-size: 16px; font-weight: 600; }
.ground { fill: #fff; } .lane { fill: #f1f1f1; } .tick { stroke: #ccc; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; } .ground { fill: #1e1e1e; } .lane { fill: #2b2b2b; } .tick { stroke: #4a4a4a; }
}
""".strip()


class Timeline:
    """Hears spans, from any thread, and draws the first of them."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._lock = threading.Lock()

    def hear(self, span: Span) -> None:
        """Take a span, while there is room."""
        with self._lock:
            if len(self._spans) < MOST_SPANS:
                self._spans.append(span)

    def draw(self, path: Path) -> None:
        """Write the picture. Raises OutputUnwritable."""
        with written_aside(path) as aside:
            aside.write_text(drawn(self._spans), encoding="utf-8")


def drawn(spans: Sequence[Span]) -> str:
    """The SVG of some spans."""
    start = min((span.began for span in spans), default=0.0)
    shown = [span for span in spans if span.ended - start <= MOST_SECONDS]
    seconds = max((span.ended - start for span in shown), default=1.0)
    lanes = sorted({span.lane for span in shown}, key=_lane_order)
    scale = (WIDTH - LEFT - RIGHT) / seconds
    height = TOP + len(lanes) * (ROW + GAP) + 34
    pictures = counted_pictures(len({item for span in shown for item in span.items}))
    parts = [_head(height, f"{pictures} in {seconds:.0f} s"), *_legend(), *_ticks(seconds, scale, height)]
    for number, lane in enumerate(lanes):
        own, y = [span for span in shown if span.lane == lane], TOP + number * (ROW + GAP)
        parts += [*_row(lane, own, start, scale, y), _share(own, seconds, y)]
    return "\n".join([*parts, "</svg>", ""])


def _lane_order(name: str) -> tuple[bool, int, str]:
    """Lanes by their numbers; what is no lane (network, extraction) first."""
    number = name.rpartition(" ")[2]
    return number.isdecimal(), int(number) if number.isdecimal() else 0, name


def _head(height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n'
        f"<title>Timeline: {title}</title>\n<style>{STYLE}</style>\n"
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>\n'
        f'<text class="title" x="{LEFT}" y="28">{title}</text>'
    )


def _legend() -> list[str]:
    parts, x = [], LEFT
    for kind in KINDS:
        parts.append(f'<rect x="{x}" y="42" width="14" height="14" rx="2" fill="{kind.colour}"/>')
        parts.append(f'<text x="{x + 20}" y="54">{kind.name}</text>')
        x += 44 + 7 * len(kind.name)
    return parts


def _ticks(seconds: float, scale: float, height: int) -> list[str]:
    wide = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if seconds / step <= TICKS)
    parts = []
    for number in range(int(seconds / wide) + 1):
        x = LEFT + number * wide * scale
        parts.append(f'<path class="tick" d="M{x:.1f} {TOP - 6}V{height - 30}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle">{number * wide:g} s</text>')
    return parts


def _row(lane: str, spans: Sequence[Span], start: float, scale: float, y: int) -> list[str]:
    """A lane's name, its ground, and a shape for each kind of step that it did."""
    end = WIDTH - RIGHT
    parts = [
        f'<text x="{LEFT - 10}" y="{y + ROW / 2 + 5:g}" text-anchor="end">{escape(lane or "process")}</text>',
        f'<rect class="lane" x="{LEFT}" y="{y}" width="{end - LEFT}" height="{ROW}" rx="3"/>',
    ]
    shapes: defaultdict[str, list[str]] = defaultdict(list)
    for span in spans:
        x, wide = LEFT + (span.began - start) * scale, max((span.ended - span.began) * scale, 0.3)
        shapes[_colour(span.step)].append(f"M{x:.1f} {y}h{wide:.1f}v{ROW}h-{wide:.1f}z")
    parts += [f'<path fill="{colour}" d="{"".join(shape)}"/>' for colour, shape in shapes.items()]
    return parts


def _share(spans: Sequence[Span], seconds: float, y: int) -> str:
    """How much of the time the lane was at work."""
    busy = min(sum(span.ended - span.began for span in spans) / seconds, 1.0)
    return f'<text x="{WIDTH - RIGHT + 10}" y="{y + ROW / 2 + 5:g}">{busy:.0%}</text>'


def _colour(step: str) -> str:
    return next((kind.colour for kind in KINDS if step in kind.steps), "#999999")
