# SPDX-License-Identifier: GPL-3.0-or-later
"""The languages that the extension speaks, given to Blender: a file each, our English to the other language's words."""

from __future__ import annotations

import json
from pathlib import Path

import bpy

LANGUAGES = Path(__file__).parent / "languages"
CONTEXTS = ("*", "Operator")
"""Blender looks buttons of operators up in a context of their own."""

Words = dict[tuple[str, str], str]


def words_of(file: Path) -> Words:
    """One language, as Blender wants it: by context and English text."""
    translated: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return {(context, english): other for english, other in translated.items() for context in CONTEXTS}


def add() -> None:
    """Every file is named after Blender's name of the language, such as de_DE.json."""
    languages = {file.stem: words_of(file) for file in sorted(LANGUAGES.glob("*.json"))}
    bpy.app.translations.register(__package__, languages)  # type: ignore[arg-type]  # the stubs know one level less


def remove() -> None:
    """Take them back."""
    bpy.app.translations.unregister(__package__)
