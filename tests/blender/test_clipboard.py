# SPDX-License-Identifier: GPL-3.0-or-later
"""Paste Picture, as far as a clipboard can be had without a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def pasted(room: Callable[[str], Any], tmp_path: Path) -> Callable[..., Path]:
    """What is taken when the clipboard holds this text and a desktop's program offers that."""
    storage = room("host.storage").Storage(tmp_path / "data")

    def paste(text: str = "", picture: Any = None, files: tuple[Path, ...] = ()) -> Path:
        context = SimpleNamespace(window_manager=SimpleNamespace(clipboard=text))
        reader = SimpleNamespace(files=lambda: list(files), picture_or_none=lambda: picture)
        path: Path = room("blender.clipboard").pasted(context, storage, reader)
        return path

    return paste


@pytest.fixture
def cup(tmp_path: Path) -> Path:
    path = tmp_path / "cup.png"
    path.write_bytes(b"a picture")
    return path


def test_a_path_that_was_copied_is_chosen_as_it_is(pasted: Callable[..., Path], cup: Path) -> None:
    assert pasted(text=f'"{cup}"') == cup


def test_so_is_a_file_of_a_file_manager(pasted: Callable[..., Path], cup: Path) -> None:
    assert pasted(files=(cup.with_name("gone.png"), cup)) == cup


def test_a_picture_is_kept_as_a_file(pasted: Callable[..., Path], room: Callable[[str], Any]) -> None:
    picture = room("host.clipboard").ClipboardPicture(b"jpeg", ".jpg")
    kept = pasted(text="some words", picture=picture)
    assert (kept.name, kept.read_bytes()) == ("Clipboard.jpg", b"jpeg")
    assert pasted(picture=picture) == kept, "the same is kept once"
    assert len(list(kept.parent.iterdir())) == 1


def test_what_is_no_picture_is_told(pasted: Callable[..., Path], room: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(room("blender.failures").ClipboardWithoutPicture):
        pasted(text=str(tmp_path / "notes.txt"))


def test_the_operator_tells_the_artist(bpy: Any, session: Any) -> None:
    with pytest.raises(RuntimeError, match=r"clipboard"):
        bpy.ops.triposr.paste_picture()
    assert session.failure.code.startswith("CLIPBOARD_")
    session.failure = None
    assert bpy.context.scene.triposr.image_path == ""


def test_a_name_that_no_system_takes_is_no_file(bpy: Any, session: Any, room: Callable[[str], Any]) -> None:
    clipboard, found = room("blender.clipboard"), room("host.clipboard").files_in(f"/{'a' * 300}.png")
    reader = SimpleNamespace(files=lambda: found, picture_or_none=lambda: None)
    with pytest.raises(room("blender.failures").ClipboardWithoutPicture):
        clipboard.pasted(bpy.context, session.storage(), reader)
