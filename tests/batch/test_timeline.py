# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of who did what when."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from triposr_addon.batch.spans import Span
from triposr_addon.batch.timeline import MOST_SECONDS, MOST_SPANS, Timeline, drawn

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [entry.text or "" for entry in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_each_lane_has_a_row_and_steps_lie_where_they_were() -> None:
    spans = [
        Span("reconstruct", ("a",), 100.0, 102.0, "lane 2"),
        Span("extract", ("a", "b"), 102.0, 110.0, "lane 10"),
        Span("reconstruct", ("c",), 105.0, 106.0, "network"),
    ]
    svg = drawn(spans)
    assert texts(svg)[0] == "3 pictures in 10 s"
    assert [text for text in texts(svg) if text.startswith(("lane", "network"))] == ["network", "lane 2", "lane 10"]
    assert 'd="M96.0 112h208.0v30h-208.0z"' in svg  # lane 2: the first fifth of 1040 pixels
    assert [text for text in texts(svg) if text.endswith("%")] == ["10%", "20%", "80%"]


def test_a_library_of_any_size_gives_a_small_file(tmp_path: Path) -> None:
    timeline = Timeline()
    for number in range(3 * MOST_SPANS):
        timeline.hear(Span("write", (str(number),), number * 0.01, number * 0.01 + 0.005, f"lane {number % 16}"))
    timeline.draw(tmp_path / "timeline.svg")
    assert (tmp_path / "timeline.svg").stat().st_size < 200_000


def test_what_comes_late_is_not_drawn() -> None:
    late = Span("write", ("late",), MOST_SECONDS, MOST_SECONDS + 1.0)
    assert texts(drawn([Span("write", ("early",), 0.0, 1.0), late]))[0] == "1 picture in 1 s"


def test_nothing_at_all_can_be_drawn() -> None:
    assert texts(drawn([]))[0] == "0 pictures in 1 s"


def test_a_lane_of_any_name_stays_text() -> None:
    assert "<b>&" in texts(drawn([Span("write", ("a",), 0.0, 1.0, "<b>&")]))
