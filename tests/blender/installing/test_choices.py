# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing a card and a build before installing, with the recorded facts of computers that we have not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.lock_files import locked_size
from vendor_installer.plan import make_plan

pytestmark = pytest.mark.bpy


@pytest.fixture(scope="module")
def facts(checkout: Path) -> dict[str, Any]:
    path = checkout / "tests/vendor_installer/computers/facts.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def planned(session: Any, room: Callable[[str], Any], facts: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """The plan of a recorded computer, as the preferences choose, as the card reads it."""
    preferences, gpu_or_none = session.preferences(), room("blender.installing.choices").gpu_or_none

    def plan(name: str) -> Any:
        computer = Computer.from_json(facts[name])
        gpu = gpu_or_none(session.installation.plan, preferences.gpu)
        backend = "" if preferences.backend == "auto" else preferences.backend
        made = make_plan(computer, choose(computer, gpu, backend), Path("/data"), locked_size)
        text = json.dumps(made.to_json())
        session.installation.plan = room("host.installer_words").InstallPlan.from_text(text)
        return session.installation.plan

    yield plan
    session.installation.plan = None
    preferences.gpu, preferences.backend = -1, "auto"


@pytest.fixture
def card(bpy: Any, room: Callable[[str], Any], session: Any) -> Callable[[], str]:
    def draw() -> str:
        lines: list[str] = []
        room("blender.installation_drawing").draw_card(StrictLayout(bpy, lines), bpy.context, session)
        return "\n".join(lines)

    return draw


def sentences(card: str) -> str:
    return " ".join(line.removeprefix("label ") for line in card.splitlines())


def test_with_one_card_nobody_is_asked(planned: Any, card: Any) -> None:
    planned("rtx_4090_windows")
    assert "choose_card" not in card()
    assert "RTX 4090" in sentences(card())


def test_of_two_cards_the_artist_chooses_and_the_plan_follows(bpy: Any, session: Any, planned: Any, card: Any) -> None:
    by_itself = planned("old_and_new_card")
    assert card().count("operator triposr.choose_card") == 3
    assert "Choose that card" in sentences(card())
    assert bpy.ops.triposr.choose_card(number=0) == {"FINISHED"}
    assert session.preferences().gpu == 0
    chosen = planned("old_and_new_card")
    assert (by_itself.build, chosen.build) == ("cu130", "cu126")
    assert (by_itself.card.number, chosen.card.number) == (1, 0)
    assert "GTX 1080" in sentences(card())
    with pytest.raises(RuntimeError, match="no such graphics card"):
        bpy.ops.triposr.choose_card(number=2)
    assert bpy.ops.triposr.choose_card() == {"FINISHED"}
    assert session.preferences().gpu == -1


def test_a_card_that_has_gone_does_not_stand_in_the_way(session: Any, planned: Any, card: Any) -> None:
    planned("rtx_4090_windows")
    session.preferences().gpu = 3
    assert planned("rtx_4090_windows").card.number == 0
    assert "RTX 4090" in sentences(card())


@pytest.mark.parametrize(
    ("name", "builds"),
    [
        ("rtx_5090_linux", ("auto", "cu130", "cu126", "rocm7.2", "cpu")),
        ("rtx_4090_windows", ("auto", "cu130", "cu126", "cpu")),
        ("apple_m2", ("auto", "mps", "cpu")),
        ("nothing_arm_linux", ("auto", "cu130", "cpu")),
    ],
)
def test_only_builds_that_exist_for_the_system_are_offered(
    room: Callable[[str], Any], planned: Any, name: str, builds: tuple[str, ...]
) -> None:
    assert room("blender.installing.choices").builds_here(planned(name)) == builds


def test_a_build_that_the_card_cannot_run_is_warned_of(session: Any, planned: Any, card: Any) -> None:
    session.preferences().backend = "cu126"
    planned("rtx_5090_linux")
    assert "no code for NVIDIA GeForce RTX 5090" in sentences(card())
    assert "menu TRIPOSR_MT_build" in card()


def test_every_recorded_computer_gets_a_card_without_words_of_the_shell(
    facts: dict[str, Any], planned: Any, card: Any
) -> None:
    for name in facts:
        planned(name)
        assert "--" not in sentences(card()), name
        assert "Traceback" not in card()
