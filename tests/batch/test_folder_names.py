# SPDX-License-Identifier: GPL-3.0-or-later
"""No two ids share a folder, on any system, and every system can have every folder."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from triposr_addon.batch.folder_names import LONGEST_NAME, item_folder

PIECES = (
    "cup", "Cup", "CUP", "con", "NUL", "com1", "aux.txt", ".", "..", "/", "\\", ":", "*", "?", '"', "<", ">", "|", " ",
    "-", "_", "~", "é", "e\u0301", "ß", "SS", "ss", "\u017f", "İ", "\u0131", "\u212a", "k", "木", "椅子",
    "🪑", "\u200d", "\u202e", "\0", "\n", "\t", "\ud800", "\udce9", "0", "1", "a", "-0123456789abcdef", "x" * 40,
)  # fmt: skip
FORBIDDEN = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def nasty_ids() -> list[str]:
    chance = random.Random(8)
    made = {"".join(chance.choices(PIECES, k=chance.randint(0, 6))) for _ in range(6_000)}
    return sorted(made | set(PIECES))


def test_no_two_ids_share_a_folder_where_case_and_spelling_do_not_count() -> None:
    ids = nasty_ids()
    folders = {unicodedata.normalize("NFD", str(item_folder(item_id))).casefold() for item_id in ids}
    assert len(folders) == len(ids) > 4_000


def test_every_system_can_have_every_folder() -> None:
    for item_id in nasty_ids():
        folder = item_folder(item_id)
        assert folder.parts[0] == "items"
        assert re.fullmatch("[0-9a-f]{3}", folder.parts[1])
        assert re.fullmatch("[a-z0-9][a-z0-9._-]*", folder.name)
        assert len(folder.parts) == 3
        assert len(folder.name) <= LONGEST_NAME
        assert not folder.name.endswith(".")
        assert not FORBIDDEN.fullmatch(folder.name)


def test_a_folders_name_can_be_no_other_ids_mark() -> None:
    """An id that looks like the folder of another one is marked itself."""
    for item_id in ("Cup", "a/b", "木"):
        forged = item_folder(item_id).name
        assert item_folder(forged).name != forged


@pytest.mark.parametrize(
    ("item_id", "folder"),
    [
        ("cup", "items/c61/cup"),
        ("oak-chair_2.v1", "items/240/oak-chair_2.v1"),
        ("chairs/Eiche Nr. 2", "items/11f/chairs_eiche_nr_2-ad71715f66472858"),
        ("Stühle", "items/161/stuhle-f5393944028b14e5"),
        ("con", "items/114/con-3da2bc54c495c4be"),
        ("椅子", "items/e57/item-f49ca9c8120c9001"),
        ("cup.", "items/ff9/cup-620a4f1096e30ee1"),
        ("x" * 81, "items/4d1/" + "x" * 60 + "-f7bb876c6aae013f"),
    ],
)
def test_known_ids_have_known_folders(item_id: str, folder: str) -> None:
    """Fixed values: another version that names them otherwise would make everything once more."""
    assert str(item_folder(item_id)) == folder
