# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text that the extension shows can be shown in another language, and German is whole."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.blender.shown_words import ROOM, blender_texts, code_texts, composed_texts

pytestmark = pytest.mark.bpy

GERMAN = ROOM / "languages" / "de_DE.json"


@pytest.fixture(scope="module")
def german() -> dict[str, str]:
    words: dict[str, str] = json.loads(GERMAN.read_text(encoding="utf-8"))
    return words


def test_no_text_is_put_together_before_it_is_looked_up() -> None:
    assert composed_texts() == []


def test_german_has_every_text(bpy: Any, room: Callable[[str], Any], german: dict[str, str]) -> None:
    shown = code_texts() | blender_texts(bpy, room("blender.registration").CLASSES)
    assert len(shown) > 100
    assert sorted(shown - set(german)) == []


def names_in(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name)


def test_german_has_the_same_braces_and_no_full_stop_more_or_less(german: dict[str, str]) -> None:
    assert [english for english, other in german.items() if names_in(english) != names_in(other)] == []
    assert [english for english, other in german.items() if english.endswith(".") != other.endswith(".")] == []
    assert [english for english, other in german.items() if not other.strip()] == []


def test_blender_gets_the_words_for_labels_and_for_operators(
    room: Callable[[str], Any], german: dict[str, str]
) -> None:
    words = room("blender.translations").words_of(GERMAN)
    assert words["*", "Image to Mesh"] == words["Operator", "Image to Mesh"] == german["Image to Mesh"]
    assert len(words) == 2 * len(german)


def test_a_template_is_filled_after_it_was_looked_up(room: Callable[[str], Any]) -> None:
    words = room("blender.words")
    assert words.ui("{count} jobs to do", count=3) == "3 jobs to do"
    assert words.told("a {brace} of somebody's") == "a {brace} of somebody's"


def test_every_language_file_is_named_after_a_language(tmp_path: Path) -> None:
    files = list((ROOM / "languages").glob("*"))
    assert files == [GERMAN]


def test_german_has_what_the_installer_may_tell(room: Callable[[str], Any], german: dict[str, str]) -> None:
    titles = {"Installing", "Getting the model", "Checking the file", "Removing the model", "Repairing", "Removing"}
    shown = {
        *room("blender.installation_words").SENTENCES.values(),
        *titles,
        room("blender.installation_operators").OFFLINE,
    }
    labels = {text for _, label, about in room("blender.installation_words").BACKENDS for text in (label, about)}
    assert (shown | labels) - german.keys() == set()
