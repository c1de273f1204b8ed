# SPDX-License-Identifier: GPL-3.0-or-later
"""The installer's sentences in an artist's words: all of them, filled, without options of the shell, and in German."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.blender.shown_words import ROOM
from vendor_installer import failures
from vendor_installer.sentences import TEXTS

pytestmark = pytest.mark.bpy

OF_THE_SHELL = {"BLENDER_FAILED", "BUILD_FAILED", "DEMO_FAILED", "FACTS_UNREADABLE", "LOCK_NOT_MADE", "NOT_CONFIRMED"}
"""Codes of commands that no button runs."""


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.fixture
def sentences(room: Callable[[str], Any]) -> Any:
    return room("blender.installing.sentences")


def all_failures(kind: type[failures.InstallerFailure]) -> Iterator[type[failures.InstallerFailure]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from all_failures(narrower)


def test_every_code_of_the_installer_has_an_artists_sentence_with_its_values(sentences: Any) -> None:
    assert sentences.TEXTS.keys() == TEXTS.keys()
    asked_for_more = [code for code in TEXTS if names_in(sentences.TEXTS[code]) - names_in(TEXTS[code])]
    assert asked_for_more == []


def test_every_failure_that_a_button_meets_has_an_artists_sentence(room: Callable[[str], Any]) -> None:
    import vendor_installer.download_failures
    import vendor_installer.model_failures  # noqa: F401  # their classes are looked up below

    codes = {kind.code for kind in all_failures(failures.InstallerFailure)} - OF_THE_SHELL
    assert codes - room("blender.installation_words").SENTENCES.keys() == set()


def test_none_speaks_of_the_shell(room: Callable[[str], Any], sentences: Any) -> None:
    shown = [*sentences.TEXTS.values(), *room("blender.installation_words").SENTENCES.values()]
    assert [text for text in shown if "--" in text or "vendor_installer" in text or "`" in text] == []


def test_german_has_all_of_them(sentences: Any) -> None:
    german = json.loads((ROOM / "languages" / "de_DE.json").read_text(encoding="utf-8"))
    shown = {*sentences.TEXTS.values(), *(template for _, template in sentences.DETAILS)}
    assert shown - german.keys() == set()


def test_a_sentence_is_filled_and_a_folder_at_home_is_short(room: Callable[[str], Any], sentences: Any) -> None:
    told = room("host.installer_words").Told
    folder = str(Path.home() / "TripoSR")
    assert sentences.tell(told("DISK", "", {"free": "2 GB", "folder": folder})).startswith("2 GB are free where ~")
    assert sentences.tell(told("ENVIRONMENT", "", {"build": "the processor", "device": "cpu"})).endswith("Processor.")
    assert sentences.tell(told("A_NEWER_CODE", "As the installer says it.", {})) == "As the installer says it."


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl, 12.0 of 196.1 MB, 3 min left", "Getting torch"),
        ("downloading torch-2.13.0-cp311.whl, 3 of 4 MB", "Getting torch"),
        ("model.ckpt, 1.0 of 1677.2 MB", "Getting model.ckpt"),
        ("found numpy", "Looking for numpy"),
        ("unpacked 12 of 19 packages", "Unpacking; this takes a while"),
        ("proving that it works", "Trying it with a small mesh"),
        ("a word of a later version", "a word of a later version"),
    ],
)
def test_what_the_installer_is_at_is_told_in_a_few_words(sentences: Any, detail: str, shown: str) -> None:
    class Run:
        pass

    run = Run()
    run.detail = detail  # type: ignore[attr-defined]  # all that is asked of a run here
    assert sentences.detail_of(run) == shown


def test_no_detail_of_the_engine_is_without_words(checkout: Path, sentences: Any) -> None:
    """Whatever a step of an installation reports as a fixed text."""
    engine = checkout / "vendor_installer"
    told = [
        text
        for name in ("environment.py", "download.py", "model_store.py")
        for text in re.findall(r'report\([\d.]+, "([^"]+)"\)', (engine / name).read_text(encoding="utf-8"))
    ]
    assert len(told) > 4
    for text in told:
        assert any(pattern.fullmatch(text) for pattern, _ in sentences.DETAILS), text
