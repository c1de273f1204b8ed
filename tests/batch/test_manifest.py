# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables with a row for each picture: what their columns mean, and which of their rows are refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.batch.libraries import PHOTO, SURFACE, codes, ids, listing_of, only
from triposr_addon.batch.failures import ColumnMissing, ColumnTwice, SourceEmpty, SourceFailure, SourceUnreadable
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

EVERY_SETTING = {
    "background": ("none", "none"),
    "foreground_ratio": ("0,75", 0.75),
    "rembg_model": ("u2net", "u2net"),
    "mask_threshold": (" .5 ", 0.5),
    "fill_holes": ("WAHR", True),
    "largest_part": ("1", True),
    "mask_path": ("masks/m.png", "{folder}/masks/m.png"),
    "mirror": ("no", False),
    "resolution": ("512.0", 512),
    "threshold": ("2.5e1", 25.0),
    "exact": ("Yes", True),
    "interpolation": ("density", "density"),
    "symmetry": ("true", True),
    "density_blur": ("1", 1.0),
    "smallest_part": ("0.05", 0.05),
    "smoothing": ("10", 10),
    "flat_base": ("0.1", 0.1),
}


def test_a_row_has_the_commands_settings_and_its_own(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "id,path,resolution,symmetry\ncup,a.png,,\nmug,b.png,128,yes\nmug 2,b.png,128,YES\n")
    cup, mug, again = listing.items
    assert (cup.id, cup.told, cup.picture) == ("cup", "a.png", f"{tmp_path}/a.png")
    assert cup.photo is PHOTO
    assert cup.surface is SURFACE
    assert mug.surface == dataclasses.replace(SURFACE, resolution=128, symmetry=True)
    assert (again.surface, again.photo) == (mug.surface, mug.photo)


def test_rows_that_say_the_same_share_their_settings(tmp_path: Path) -> None:
    """A million rows of three resolutions hold three settings."""
    rows = "".join(f"{number}.png,{(128, 256, '')[number % 3]}\n" for number in range(300))
    assert len({id(item.surface) for item in listing_of(tmp_path, "path,resolution\n" + rows).items}) == 3


def test_every_setting_can_be_a_column(tmp_path: Path) -> None:
    header, row = ",".join(EVERY_SETTING), ",".join(f'"{cell}"' for cell, _ in EVERY_SETTING.values())
    item = only(listing_of(tmp_path, f"path,{header}\na.png,{row}\n"))
    said = {**dataclasses.asdict(item.photo), **dataclasses.asdict(item.surface)}
    wanted = {name: value for name, (_, value) in EVERY_SETTING.items()}
    assert said == wanted | {"mask_path": f"{tmp_path}/masks/m.png"}
    assert set(said) == {f.name for kind in (PhotoSettings, SurfaceSettings) for f in dataclasses.fields(kind)}


@pytest.mark.parametrize(
    "content",
    [
        "path,id,resolution\n{row}",
        "\ufeffPATH;Id;Resolution\r\n{row}\r\n",
        "Path\tid\tresolution\n{row}\n\n\n",
        "sep=;\nid;path;resolution\ncup;a,b.png;128\n",
        '\n\n"path","id","resolution"\n{row}\n,,\n;;\n'.replace(";;\n", ""),
        'notes,picture,id,resolution\n"two\nlines, and ""quotes""","a,b.png",cup,128\n',
        'resolution,id,image,file\n128,cup,"a,b.png",other\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_table_of_a_spreadsheet_will_do(content: str, encoding: str, tmp_path: Path) -> None:
    separator = next(letter for letter in ";\t," if letter in content.partition("id")[0] or letter in content[:20])
    row = separator.join(['"a,b.png"' if separator == "," else "a,b.png", "cup", "128"])
    content = content.replace("{row}", row)
    (item,) = listing_of(
        tmp_path, content.removeprefix("\ufeff" if encoding == "utf-16" else "").encode(encoding)
    ).items
    assert (item.id, item.told, item.surface.resolution) == ("cup", "a,b.png", 128)


def test_columns_that_nobody_knows_are_told_once(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "path,price,notes,price\na.png,1,x,2\nb.png,2,y,3\n")
    assert ids(listing) == ["a", "b"]
    assert len(listing.warnings) == 1
    assert listing.warnings[0].startswith("Columns of m.csv that nobody knows are passed over: price, notes, price. ")


def test_ids_are_made_of_paths_where_the_table_gives_none(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "id,path\n,a/cup.png\n  ,a/cup.jpg\na/mug,x.png\n,a/mug.png\n")
    assert ids(listing) == ["a/cup.png", "a/cup.jpg", "a/mug", "a/mug.png"]


def test_one_picture_with_several_settings_is_several_items(tmp_path: Path) -> None:
    table = "path,resolution\ncup.png,128\ncup.png,256\ncup.png,\ncup.png,128.0\n"
    listing = listing_of(tmp_path, table)
    assert [item.surface.resolution for item in listing.items] == [128, 256, 64]
    assert "1 row asks for the same as an earlier one" in listing.warnings[0]
    fewer = listing_of(tmp_path, "path,resolution\ncup.png,256\ncup.png,\n")
    assert ids(fewer) == ids(listing)[1:], "an id does not depend on the row"


def test_of_rows_with_one_id_the_first_is_made(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "id,path\ncup,a.png\nmug,b.png\ncup,c.png\ncup,a.png\nCup,d.png\n")
    assert [(item.id, item.told) for item in listing.items] == [("cup", "a.png"), ("mug", "b.png"), ("Cup", "d.png")]
    assert codes(listing) == {"cup (row 4)": "ROW_ID_TWICE", "cup (row 5)": "ROW_ID_TWICE"}
    assert "row 4" in listing.refusals[0].report.sentence.lower()
    assert "row 2" in listing.refusals[0].report.sentence
    assert listing.refusals[0].told == "c.png"


def test_one_id_in_two_spellings_is_one_id(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, "id,path\nStu\u0308hle,a.png\nSt\u00fchle,b.png\n")
    assert ids(listing) == ["St\u00fchle"]
    assert codes(listing) == {"St\u00fchle (row 3)": "ROW_ID_TWICE"}


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("cup,,,,", "ROW_WITHOUT_PATH", "Row 2 has no path"),
        ("cup,a\0.png,,,", "ROW_PATH_INVALID", "The path in row 2"),
        ("cup,s3://x/a.png,,,", "ROW_PATH_INVALID", "Row 2 names an address"),
        ("cup,a.png,5000,,", "ROW_SETTING_INVALID", "Row 2: The resolution 5000 must lie between 16 and 1024"),
        ("cup,a.png,12.5,,", "ROW_SETTING_INVALID", "Row 2: The resolution '12.5' must be a whole number"),
        ("cup,a.png," + "9" * 5000 + ",,", "ROW_SETTING_INVALID", "Row 2: The resolution '9"),
        ("cup,a.png,,nan,", "ROW_SETTING_INVALID", "Row 2: The threshold 'nan' must be a number"),
        ("cup,a.png,,1e999,", "ROW_SETTING_INVALID", "Row 2: The threshold '1e999' is too large"),
        ("cup,a.png,,-1,", "ROW_SETTING_INVALID", "Row 2: The threshold -1 must lie between 0.000001 and 1000000"),
        ('cup,a.png,,"25,000",', "ROW_SETTING_INVALID", "Row 2: The threshold '25,000' could mean thousands"),
        ("cup,a.png,,,maybe", "ROW_SETTING_INVALID", "Row 2: The symmetry 'maybe' must be yes or no"),
        ("cup,a.png,,,,b.png", "ROW_MALFORMED", "Row 2 has 6 cells, but there are 5 columns"),
        ('cup,"a.png" x,,,', "ROW_MALFORMED", "Row 2 has quotes that do not match"),
        ("c\0up,a.png,,,", "ROW_ID_INVALID", "The id in row 2"),
        ("c\u202eup,a.png,,,", "ROW_ID_INVALID", "The id in row 2"),
        ("c" * 257 + ",a.png,,,", "ROW_ID_INVALID", "The id in row 2"),
        ("c\udcfcp,a.png,,,", "ROW_NOT_UTF8", "The id in row 2 is not UTF-8 text. Save the list as UTF-8."),
        ("cup,\udcfc.png,,,", "ROW_NOT_UTF8", "Row 2 is not UTF-8"),
        ("x" * 1_100_000, "ROW_MALFORMED", "Row 2 is longer than"),
        ("cup," + "x" * 200_000 + ",,,", "ROW_MALFORMED", "far too much in a cell"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_the_rest_goes_on(row: str, code: str, words: str, tmp_path: Path) -> None:
    listing = listing_of(tmp_path, f"id,path,resolution,threshold,symmetry\n{row}\nmug,b.png,128\n")
    assert ids(listing) == ["mug"]
    (refusal,) = listing.refusals
    assert refusal.report.code == code
    assert refusal.report.sentence.startswith(words) or words in refusal.report.sentence
    assert refusal.report.sentence.count(". ") >= 1, "what happened, and what to do"
    assert refusal.id in ("cup", "row 2", "a")
    assert len(refusal.told) < 1100


def test_a_refused_row_is_called_what_it_will_be_once_it_is_mended(tmp_path: Path) -> None:
    table = "path,resolution\na/cup.png,{}\na/mug.png,64\n"
    refused = listing_of(tmp_path, table.format("x"))
    assert codes(refused) == {"a/cup": "ROW_SETTING_INVALID"}
    assert ids(listing_of(tmp_path, table.format(32))) == ["a/cup", *ids(refused)]


def test_a_quote_that_never_ends_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"{number},{number}.png\n" for number in range(3000))
    listing = listing_of(tmp_path, f'id,path\n{rows}x,"x.png\n{rows.replace(",", "b,b")}y,"y.png')
    assert len(listing.items) == 6000
    assert codes(listing) == {"row 3002": "ROW_MALFORMED", "row 6003": "ROW_MALFORMED"}


def test_many_open_quotes_take_no_more_time_than_lines(tmp_path: Path) -> None:
    """Each is read with what may belong to it, which has a limit."""
    listing = listing_of(tmp_path, "path\n" + '"\n"a\n' * 5000)
    assert len(listing.items) + len(listing.refusals) <= 10_000


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("name,price\na.png,1\n", ColumnMissing, "m.csv has no column of paths. Call one path; there is name, price."),
        ("a.png\nb.png\n", ColumnMissing, "there is a.png."),
        ("", ColumnMissing, "there is none that has a name."),
        ("\n\n", ColumnMissing, "none that has a name"),
        (",,,\n", ColumnMissing, "none that has a name"),
        ("x" * 500 + ",\x1b[2J," + ",".join("abcdefghijklmnop") + "\n", ColumnMissing, "x, .x1b.2J, a, .* and 6 more"),
        ("path,id,Path\na,b,c\n", ColumnTwice, "m.csv has two columns called path"),
        ("path,mask,mask_path\na,b,c\n", ColumnTwice, "two columns called mask_path"),
        ("path,id\n", SourceEmpty, "m.csv has a header and no rows"),
        ("path,id\n,\n\n , \n", SourceEmpty, "no rows"),
        ('"path,id\na,b\n', SourceUnreadable, "first line of m.csv can't be read"),
        ("x" * 3_000_000, SourceUnreadable, "first line of m.csv can't be read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ColumnMissing, "no column of paths"),
        (b"PAR1\0\0", ColumnMissing, "no column of paths"),
        (b"\xff\xfe\0", ColumnMissing, "no column of paths"),
    ],
)
def test_a_table_that_is_no_manifest_is_told(
    content: str | bytes, kind: type[SourceFailure], words: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=words):
        listing_of(tmp_path, content)


def test_a_table_without_end_of_line_or_cells_is_read(tmp_path: Path) -> None:
    assert ids(listing_of(tmp_path, "path,id,resolution\na.png\nb.png,mug")) == ["a", "mug"]


def test_two_stray_quotes_do_not_make_one_row_of_many(tmp_path: Path) -> None:
    """Between them lie sound rows: a path has no line ends, so the first row is at fault, and it alone."""
    listing = listing_of(tmp_path, 'id,path\na,"a.png\nb,b.png\nc,c.png\nd,d.png"\ne,e.png\n')
    assert ids(listing) == ["b", "c", "d", "e"]
    assert codes(listing) == {"row 2": "ROW_MALFORMED"}
