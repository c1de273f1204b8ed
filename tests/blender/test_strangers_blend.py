# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend from a stranger: whatever its custom properties say, there is an object, an error, or nothing."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

KEYS = ("placement", "settings", "field", "vertices", "anchors", "anchor_places", "triangles", "balance")
ODD: tuple[Any, ...] = (
    0, -1, 2**31 - 1, 1.5, math.nan, math.inf, -1e308, "", "x" * 10_000, "a\nb\u202e", b"\xff\x00", [1],
    [math.nan] * 16, [1e308] * 48, [0.0] * 16, [2**31 - 1] * 16, list(range(300)), {},
    {"a": {"b": {"c": {"d": {"e": 1}}}}},
)  # fmt: skip
FORGED_FILES = (
    "/etc/passwd", "/dev/zero", "//../../../../etc/passwd", "\\\\server\\share\\x.triplane.safetensors", "C:\\x", "\n",
    "/dev/zero/x.triplane.safetensors", "/proc/self/mem", "x" * 5000, "/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_left(session: Any) -> Iterator[None]:
    """The next test finds no failure of this one."""
    yield
    session.failure, session.notice = None, ""


def forge(thing: Any, key: str, value: Any) -> None:
    """As somebody with a script would."""
    record = thing.data["triposr_living"].to_dict()
    record[key] = value
    thing.data["triposr_living"] = record


def touch_everything(room: Callable[[str], Any], thing: Any) -> None:
    """What panel and sliders ask of an object, again and again."""
    record, carrier = room("blender.living_record"), room("blender.field_carrier")
    provenance, shaping = room("blender.provenance"), room("blender.shaping_recipe")
    if record.record_or_none(thing.data) is not None:
        assert math.isfinite(float(abs(record.placement_now(thing.data)).max()))
        assert record.is_shaped_by_hand(thing.data) in (True, False)
    assert carrier.place_of(thing.data) in carrier.Place
    shaping.surface_settings_or_none(thing)
    provenance.recipe_or_none(thing)
    provenance.mask_was_painted(thing)


@pytest.mark.parametrize("key", KEYS)
def test_a_forged_record_is_none_or_one_that_holds(key: str, living: Any, room: Callable[[str], Any]) -> None:
    sound = living.data["triposr_living"].to_dict()
    for value in ODD:
        living.data["triposr_living"] = sound
        forge(living, key, value)
        touch_everything(room, living)


@pytest.mark.parametrize("value", [7, -1, 2**31 - 1, 1.5, "text", [1, 2, 3], [300] * 5, {"a": 1}, b""])
def test_a_forged_field_is_a_named_failure(value: Any, living: Any, bpy: Any, room: Callable[[str], Any]) -> None:
    """`bytes` of a number would take as many bytes of memory."""
    living.data["triposr_field"]["triposr_field"] = value
    touch_everything(room, living)
    if value != b"":
        with pytest.raises(room("blender.failures").FieldLost):
            room("blender.field_carrier").field_bytes(living.data)


def test_a_field_beyond_all_measure_is_none(living: Any, room: Callable[[str], Any]) -> None:
    carrier = room("blender.field_carrier")
    living.data["triposr_field"]["triposr_field"] = b"x" * (carrier.LARGEST_FIELD_BYTES + 1)
    assert len(living.data["triposr_field"]["triposr_field"]) == carrier.LARGEST_FIELD_BYTES + 1
    with pytest.raises(room("blender.failures").FieldLost):
        carrier.field_bytes(living.data)


@pytest.mark.parametrize("path", FORGED_FILES)
def test_a_forged_path_opens_nothing(path: str, living: Any, bpy: Any, room: Callable[[str], Any]) -> None:
    carrier, failures = room("blender.field_carrier"), room("blender.failures")
    carrier.drop(living.data)
    living.data["triposr_field_file"] = path
    touch_everything(room, living)
    with pytest.raises((failures.FieldFileMissing, failures.FieldLost)):
        carrier.field_bytes(living.data)
    with pytest.raises(RuntimeError, match="field"):
        bpy.ops.triposr.bring_field_in()
    with pytest.raises(RuntimeError, match="field"):
        bpy.ops.triposr.re_extract()


def test_a_pipe_in_a_fields_place_is_not_waited_for(living: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    pipe = tmp_path / "x.triplane.safetensors"
    os.mkfifo(pipe)
    carrier = room("blender.field_carrier")
    carrier.drop(living.data)
    living.data["triposr_field_file"] = str(pipe)
    with pytest.raises(room("blender.failures").FieldFileMissing):
        carrier.field_bytes(living.data)


def test_a_link_in_the_way_is_not_followed(living: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    """Whoever unpacks a stranger's project has the stranger's links beside the .blend."""
    (tmp_path / "own").write_text("the artist's")
    (tmp_path / "project").mkdir()
    for name in ("cup.triplane.safetensors", "cup.triplane.safetensors.partial"):
        (tmp_path / "project" / name).symlink_to(tmp_path / "own")
    path = room("blender.field_carrier").move_out(living.data, tmp_path / "project", "cup")
    assert path.name == "cup-1.triplane.safetensors"
    assert (tmp_path / "own").read_text() == "the artist's"


def test_a_provenance_of_any_kind_orders_nothing_or_fails_by_name(
    living: Any, bpy: Any, room: Callable[[str], Any]
) -> None:
    chance, provenance = random.Random(6), room("blender.provenance")
    for _ in range(60):
        for name in ("recipe", "image", "image_name", "settings", "mask", "surface"):
            living[f"triposr_{name}"] = chance.choice(ODD)
        living["triposr_recipe"] = {
            name: chance.choice(ODD) for name in ("threshold", "height", "model", "resolution", "stand_at", "x")
        }
        touch_everything(room, living)
        room("blender.recipe").settings_from(
            provenance.recipe_or_none(living) or {}, bpy.context.scene.triposr, "/no/picture.png"
        )
        for operator in (bpy.ops.triposr.settings_to_panel, bpy.ops.triposr.make_again):
            try:
                operator()
            except RuntimeError as error:
                assert "Traceback" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", ["threshold", "height", "foreground_ratio", "mask_threshold", "decimate_ratio"])
def test_a_setting_that_is_no_number_is_named(
    name: str, bpy: Any, picture: Callable[[str], Path], box_worker: Any
) -> None:
    picture("cup.png")
    setattr(bpy.context.scene.triposr, name, math.nan)
    with pytest.raises(RuntimeError, match="not a number"):
        bpy.ops.triposr.generate()


@pytest.mark.parametrize(
    "recipe",
    ['{"threshold": NaN}', '{"resolution": 1e999}', "[" * 30_000, "{" * 70_000, '{"resolution": 1' + "0" * 30 + "}"],
)
def test_a_preset_of_any_kind_is_refused_or_told(recipe: str, bpy: Any) -> None:
    before = bpy.context.scene.triposr.threshold, bpy.context.scene.triposr.resolution
    try:
        bpy.ops.triposr.use_recipe(recipe=recipe)
    except RuntimeError as error:
        assert "preset" in str(error)  # noqa: PT017
    assert (bpy.context.scene.triposr.threshold, bpy.context.scene.triposr.resolution) == before


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "../../x"),
        ("a\nb\tc", "a?b?c"),
        ("photo\u202egnp.exe", "photo?gnp.exe"),
        ("\udcff", "?"),
        (" ", "picture"),
        ("Tasse 茶碗 é", "Tasse 茶碗 é"),
    ],
)
def test_a_name_reads_as_it_is_written(name: str, shown: str, bpy: Any, room: Callable[[str], Any]) -> None:
    told = room("blender.file_names").display_name(name)
    assert told == shown
    assert bpy.data.objects.new(told, None).name == shown


@pytest.mark.parametrize(
    "name", ["../../x", "CON", "nul.txt", "com1", "a" * 300, "x.", "..", "", "\n", "C:\\x", "\u202e"]
)
def test_a_files_name_stays_in_its_folder_on_every_system(name: str, room: Callable[[str], Any]) -> None:
    names = room("blender.file_names")
    stem = names.file_stem(name)
    assert stem.replace("-", "_").isidentifier() or stem.replace("_", "").isalnum()
    assert 0 < len(stem) <= names.LONGEST_STEM + 1
    assert not names.RESERVED.fullmatch(stem)
