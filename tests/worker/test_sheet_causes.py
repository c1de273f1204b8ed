# SPDX-License-Identifier: GPL-3.0-or-later
"""What is likely to blame for a mesh, told from facts; and the score by which a contact sheet is sorted."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from triposr_addon.folder_log import PictureLine
from triposr_addon.worker.cutout_warnings import cutout_warnings
from triposr_addon.worker.sheet_causes import likely_causes, score

GOOD_REVIEW = {
    "overlap_front": 0.95,
    "overlap": 0.95,
    "camera": {"elevation": 2.0, "azimuth": -3.0},
    "missed": 0.02,
    "missed_thin": 0.005,
    "beyond": 0.03,
    "largest_part": 1.0,
    "size": [0.5, 0.4, 1.0],
}
GOOD = PictureLine("cup.png", 1, 1, "", "made", overlap=0.95, parts=1, closed=True, review=GOOD_REVIEW)


def made(parts: int = 1, closed: bool = True, **review: Any) -> PictureLine:
    """A good mesh, but for that."""
    told = {**GOOD_REVIEW, **review}
    return dataclasses.replace(GOOD, parts=parts, closed=closed, overlap=told["overlap_front"], review=told)


def alpha(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """A mask of 600 x 600 with boxes (top, bottom, left, right)."""
    mask = np.zeros((600, 600), np.uint8)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = 255
    return mask


def test_a_good_mesh_is_nobodys_fault() -> None:
    assert likely_causes(GOOD) == []
    assert score(GOOD) == 0.95


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (made(missed=0.08, missed_thin=0.06), "thin parts lost: lower the threshold"),
        (made(missed=0.2, missed_thin=0.0), "smaller than the cut-out: lower the threshold"),
        (made(beyond=0.3), "swells beyond the cut-out: raise the threshold"),
        (made(parts=2), "1 loose speck: drop small parts"),
        (made(parts=5, largest_part=0.95), "4 loose specks: drop small parts"),
        (made(parts=3, largest_part=0.5), "falls apart into 3 parts: lower the threshold, or check the mask"),
        (made(closed=False), "open edges: fill holes before printing"),
        (made(size=[1.0, 0.1, 0.8]), "flat: try another foreground ratio"),
        (made(overlap_front=0.7, overlap=0.9, camera={"elevation": 35.0, "azimuth": 0.0}), "seen from above"),
        (made(overlap_front=0.7, overlap=0.9, camera={"elevation": 0.0, "azimuth": -40.0}), "seen from the side"),
        (made(overlap_front=0.6, overlap=0.6), "unlike the photo: try another foreground ratio"),
    ],
)
def test_each_fact_has_its_words(line: PictureLine, cause: str) -> None:
    causes = likely_causes(line)
    assert len(causes) == 1
    assert causes[0].startswith(cause)


@pytest.mark.parametrize(
    ("mask", "cause"),
    [
        (alpha((300, 600, 100, 500)), "subject touches the bottom border: it may be cut off"),
        (alpha((0, 600, 200, 400)), "subject touches the top and bottom border: it may be cut off"),
        (alpha((100, 190, 100, 160)), "subject tiny: 90 px"),
        (alpha((100, 400, 50, 250), (100, 400, 350, 550)), "several parts (2): the mask may hold more than one object"),
    ],
)
def test_the_cut_outs_own_warnings_are_told_in_short(mask: np.ndarray, cause: str) -> None:
    """By the sentences as they are: a new wording there fails here."""
    warnings = cutout_warnings(mask)
    assert warnings
    causes = likely_causes(dataclasses.replace(GOOD, warnings=warnings))
    assert len(causes) == len(warnings)
    assert causes[0].startswith(cause)


def test_what_the_cut_out_has_in_parts_is_not_the_meshs_fault() -> None:
    warnings = cutout_warnings(alpha((100, 400, 50, 250), (100, 400, 350, 550)))
    line = dataclasses.replace(made(parts=2, largest_part=0.5), warnings=warnings)
    assert likely_causes(line) == ["several parts (2): the mask may hold more than one object"]


def test_what_concerns_the_computer_is_not_the_pictures_fault() -> None:
    assert likely_causes(dataclasses.replace(GOOD, warnings=("Graphics memory was short.",))) == []


def test_a_failure_has_its_own_sentence_and_no_score() -> None:
    line = dataclasses.replace(GOOD, status="failed", sentence="cup.png is not an image.")
    assert likely_causes(line) == ["cup.png is not an image."]
    assert score(line) == 0.0


def test_loose_parts_and_open_edges_cost_a_little() -> None:
    assert score(made(parts=2)) == pytest.approx(0.93)
    assert score(made(parts=40)) == pytest.approx(0.87)
    assert score(made(closed=False)) == pytest.approx(0.85)
    assert score(dataclasses.replace(GOOD, overlap=None)) == 0.5
