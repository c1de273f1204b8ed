# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker says is cut to what a panel can draw; what has its measure is left as it is."""

from __future__ import annotations

from triposr_addon.host.worker_words import in_measure
from triposr_addon.protocol import CutOutMade, ErrorReport, Extracted, Frame, Log, MemoryHeld, Progress

GIGANTIC = "x" * 900_000


def test_what_has_its_measure_stays() -> None:
    seconds, frame = {"cut out": 0.5}, Frame(1, 2, 3, 4, 5)
    made = CutOutMade("c.png", "m.png", "flat", "", ["The photo is small."], seconds, frame, turned=True)
    assert in_measure(made) == made


def test_gigantic_words_are_cut() -> None:
    report = in_measure(ErrorReport("CODE", GIGANTIC, GIGANTIC))
    assert (len(report.sentence), len(report.details)) == (1000, 1 << 16)
    assert len(in_measure(Progress("job", "frame", 0.5, GIGANTIC)).detail) == 200
    assert len(in_measure(Log("info", GIGANTIC)).message) == 4096
    extracted = in_measure(Extracted(GIGANTIC, 1, 1, True, {GIGANTIC: 1.0}, GIGANTIC, [GIGANTIC] * 5000))
    assert len(extracted.warnings) == 20
    assert {len(warning) for warning in extracted.warnings} == {1000}
    assert {len(name) for name in extracted.seconds} == {200}
    assert len(in_measure(MemoryHeld(background_models=["u2net"] * 5000)).background_models) == 1000
