# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of rows that are refused, from run to run: recorded, told, and forgotten once they are mended."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import QUICK, draw_pictures  # noqa: E402 - after the check that torch is there
from triposr_addon.batch.command import main  # noqa: E402
from triposr_addon.catalogue_file import CATALOGUE_NAME, records_in  # noqa: E402

pytestmark = pytest.mark.torch

BAD = "id,path,resolution\ncup,p/blob0.png,\ncup,p/blob1.png,\nmug,p/blob1.png,7\n,,\n,p/blob9.png,\n"
MENDED = "id,path,resolution\ncup,p/blob0.png,\njug,p/blob1.png,\nmug,p/blob1.png,33\n"


def codes_after(manifest: str, folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code of a run, and the codes in its catalogue by id."""
    (folder / "m.csv").write_text(manifest)
    code = main([str(folder / "m.csv"), "-o", str(folder / "t"), "--lanes", "1", *QUICK])
    with (folder / "t" / CATALOGUE_NAME).open("rb") as file:
        return code, {record.id: record.code for record in records_in(file)}


def test_a_refused_row_is_in_the_catalogue_until_it_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_pictures(tmp_path / "p", 2)
    refused = {"cup (row 3)": "ROW_ID_TWICE", "mug": "ROW_SETTING_INVALID", "p/blob9": "PHOTO_MISSING"}
    assert codes_after(BAD, tmp_path) == (1, {"cup": "", **refused})
    assert "refused: cup (row 3): Row 3 has the id 'cup'" in capsys.readouterr().err
    assert codes_after(BAD, tmp_path) == (1, {"cup": "", **refused})
    code, codes = codes_after(MENDED, tmp_path)
    assert codes == {"cup": "", "jug": "", "mug": "", "p/blob9": "PHOTO_MISSING"}
    assert code == 0, "what the source says no more is no failure of this run"
    assert not any(path.name.startswith("cup_row_3") for path in (tmp_path / "t").rglob("*"))


def test_a_merge_with_its_source_forgets_what_is_mended(tmp_path: Path) -> None:
    draw_pictures(tmp_path / "p", 2)
    (tmp_path / "m.csv").write_text(BAD)
    for shard in ("1/2", "2/2"):
        main([str(tmp_path / "m.csv"), "-o", str(tmp_path / "t"), "--shard", shard, "--lanes", "1", *QUICK])
    (tmp_path / "m.csv").write_text(MENDED)
    assert main(["--merge", str(tmp_path / "t"), str(tmp_path / "m.csv")]) == 1
    with (tmp_path / "t" / CATALOGUE_NAME).open("rb") as file:
        assert [record.id for record in records_in(file)] == ["cup", "p/blob9"]
