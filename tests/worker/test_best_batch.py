# SPDX-License-Identifier: GPL-3.0-or-later
"""Climbing to the best batch on cards of all kinds, without a card and without a clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from triposr_addon.worker.best_batch import RUNS, BestBatch, BestBatches

Card = Callable[[int], float]
"""Seconds for so many pictures together."""

CARDS: dict[str, tuple[Card, int]] = {
    "as long together as one by one": (lambda pictures: 1.0 * pictures, 1),
    "a little quicker, but not worth the wait": (lambda pictures: 0.2 + 0.8 * pictures, 1),
    "busy from two on": (lambda pictures: max(1.0, 0.65 * pictures), 2),
    "mostly busy with itself": (lambda pictures: 0.8 + 0.2 * pictures, 16),
    "busy from four on": (lambda pictures: 1.0 if pictures <= 4 else pictures / 4, 4),
    "slower beyond eight": (lambda pictures: 0.7 + 0.3 * min(pictures, 8) + 3.0 * max(0, pictures - 8), 8),
}


def hand_over(batch: BestBatch, card: Card, groups: int) -> list[int]:
    """Hands over what it wants, so many times; which sizes those were."""
    sizes = []
    for _ in range(groups):
        sizes.append(batch.wanted)
        batch.learn(sizes[-1], card(sizes[-1]))
    return sizes


@pytest.mark.parametrize("name", CARDS)
def test_it_stays_with_the_largest_that_pays(name: str) -> None:
    card, best = CARDS[name]
    sizes = hand_over(BestBatch(), card, 20)
    assert sizes == hand_over(BestBatch(), card, 20), "the same each time"
    assert sizes[:RUNS] == [1] * RUNS, "the first picture never waits for another"
    assert sizes[-1] == best
    tried = RUNS * len(set(sizes))
    assert sizes[:tried] == sorted(sizes[:tried])
    assert set(sizes[tried:]) == {best}


@pytest.mark.parametrize("name", CARDS)
def test_on_the_mean_no_object_comes_later(name: str) -> None:
    """What the first object of a group waits is no more than the whole group saves."""
    card, best = CARDS[name]
    waits, saves = card(best) - card(1), best * card(1) - card(best)
    assert waits <= saves


def test_a_first_run_that_takes_long_is_no_verdict() -> None:
    """A card loads kernels for a new size, and takes memory."""
    batch, runs = BestBatch(), dict[int, int]()

    def seconds(pictures: int) -> float:
        runs[pictures] = runs.get(pictures, 0) + 1
        return 0.8 + 0.2 * pictures + (20.0 if runs[pictures] == 1 else 0.0)

    assert hand_over(batch, seconds, 11)[-1] == 16


def test_memory_has_the_last_word() -> None:
    batch = BestBatch({1: 1.0, 2: 0.6, 4: 0.4})
    assert batch.wanted == 8
    batch.too_many(8)
    assert batch.wanted == 4
    batch.too_many(2)
    assert batch.wanted == 1
    assert batch.known == {1: 1.0, 2: 0.6, 4: 0.4}


def test_groups_of_other_sizes_teach_nothing() -> None:
    batch = BestBatch()
    for pictures, seconds in ((3, 0.1), (5, 0.1), (32, 0.1), (1, 0.0), (1, -1.0)):
        batch.learn(pictures, seconds)
    assert (batch.wanted, batch.known) == (1, {})


@pytest.mark.parametrize("fixed", [1, 3, 4])
def test_what_is_fixed_is_not_measured(fixed: int) -> None:
    batch = BestBatch(fixed=fixed)
    assert hand_over(batch, CARDS["mostly busy with itself"][0], 9) == [fixed] * 9
    assert batch.known == {}


def test_a_processor_takes_one_at_a_time() -> None:
    assert BestBatches("cpu", "Some processor").of("ab", "float32").wanted == 1
    assert BestBatches("cpu", "Some processor", fixed=4).of("ab", "float32").wanted == 4


def test_what_was_measured_outlasts_the_process(tmp_path: Path) -> None:
    path = tmp_path / "not yet" / "best_batch.json"
    first = BestBatches("cuda", "Card", path)
    hand_over(first.of("model", "bfloat16"), CARDS["busy from four on"][0], 20)
    again = BestBatches("cuda", "Card", path)
    assert again.of("model", "bfloat16").wanted == 4
    assert again.of("model", "bfloat16").known == first.of("model", "bfloat16").known
    for other in (again.of("other model", "bfloat16"), again.of("model", "float16")):
        assert other.known == {}
    assert BestBatches("cuda", "Another card", path).of("model", "bfloat16").known == {}
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 100_000, '{"Card | m | t": 7}', '{"Card | m | t": {"1": "x", "two": 1.0, "2": -1.0}}']
)
def test_a_file_of_nonsense_is_as_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "best_batch.json"
    path.write_text(text)
    batch = BestBatches("cuda", "Card", path).of("m", "t")
    assert batch.known == {}
    hand_over(batch, CARDS["busy from two on"][0], 20)
    assert json.loads(path.read_text())["Card | m | t"]["2"] == pytest.approx(0.65)


def test_a_folder_that_takes_no_file_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    batch = BestBatches("cuda", "Card", tmp_path / "file" / "best_batch.json").of("m", "t")
    hand_over(batch, CARDS["busy from two on"][0], 20)
    assert batch.wanted == 2
