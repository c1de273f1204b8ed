# SPDX-License-Identifier: GPL-3.0-or-later
"""Of several NVIDIA cards PyTorch is shown the planned one, and the host reads which."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from triposr_addon.host.storage import Storage
from vendor_installer.choice import choose
from vendor_installer.chosen_card import card_variables, keep_card
from vendor_installer.computer import Computer

FACTS = json.loads((Path(__file__).parent / "computers" / "facts.json").read_text(encoding="utf-8"))


@pytest.fixture
def two() -> Computer:
    return Computer.from_json(FACTS["old_and_new_card"])


def test_the_planned_card_is_shown_alone(two: Computer) -> None:
    for gpu, number in ((None, "1"), (0, "0"), (1, "1")):
        variables = card_variables(two, choose(two, gpu).card, {})
        assert variables == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": number}


def test_of_two_cards_of_one_kind_the_second_is_the_second(two: Computer) -> None:
    new = two.cards[1]
    twins = replace(two, cards=(new, replace(new)))
    assert card_variables(twins, choose(twins, 1).card, {})["CUDA_VISIBLE_DEVICES"] == "1"


def test_only_nvidias_cards_are_counted_and_one_alone_needs_nothing() -> None:
    laptop = Computer.from_json(FACTS["laptop_intel_and_nvidia"])
    assert card_variables(laptop, choose(laptop).card, {}) == {}
    assert card_variables(laptop, None, {}) == {}


def test_what_somebody_has_set_stays(two: Computer) -> None:
    assert card_variables(two, two.cards[0], {"CUDA_VISIBLE_DEVICES": "3"}) == {}


def test_the_host_reads_it_back_and_nothing_else(
    two: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    storage = Storage(tmp_path)
    assert storage.card_variables() == {}
    storage.environment.mkdir()
    keep_card(storage.environment, card_variables(two, two.cards[0], {}))
    assert storage.card_variables() == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "0"}
    assert Storage(tmp_path, python=Path("own")).card_variables() == {}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2")
    assert storage.card_variables() == {}
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    for text in ('{"LD_PRELOAD": "/x", "CUDA_VISIBLE_DEVICES": 1}', "[]", "broken"):
        (storage.environment / "chosen_card.json").write_text(text, encoding="utf-8")
        assert set(storage.card_variables()) <= {"CUDA_VISIBLE_DEVICES"}
