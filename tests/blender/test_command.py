# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a Blender without a window: one picture, several, a folder; into one file or a file each."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.bpy,
    pytest.mark.usefixtures("box_worker"),
    # Blender's own FBX exporter does it.
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(room: Callable[[str], Any]) -> Run:
    """The exit code, and what was said on standard error."""

    def command(*words: object, stream: io.StringIO | None = None) -> tuple[int, str]:
        heard = stream or io.StringIO()
        with contextlib.redirect_stderr(heard):
            code = room("blender.command").run([str(word) for word in words])
        return code, heard.getvalue()

    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures of the same name that can be made, one of another, and one that fails."""
    for name in ("a/good.png", "b/good.png", "c/good.png", "c/reports-failure.png", "answers-late.png"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a picture")
    return tmp_path / "photos"


@pytest.mark.parametrize("ending", [".blend", ".ply", ".obj", ".glb", ".fbx"])
def test_the_mesh_is_written_in_the_asked_for_form(
    bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path, ending: str
) -> None:
    output = tmp_path / "new" / f"out{ending}"
    code, said = run(picture("good.png"), "-o", output, "--height", "2.5", "--resolution", "48")
    assert (code, said.splitlines()[-1]) == (0, "1 of 1 made")
    assert {path.name for path in output.parent.iterdir()} <= {output.name, "out.mtl"}
    assert output.stat().st_size > 300
    assert [item.name for item in bpy.data.objects] == ["good"]
    assert bpy.context.object["triposr_settings"]["resolution"] == 48
    assert max(vertex.co.z for vertex in bpy.context.object.data.vertices) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("ending", "read"), [(".fbx", "import_scene.fbx"), (".glb", "import_scene.gltf"), (".obj", "wm.obj_import")]
)
def test_a_written_mesh_comes_back_upright_as_tall_and_coloured(
    bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path, ending: str, read: str
) -> None:
    output = tmp_path / f"out{ending}"
    run(picture("good.png"), "-o", output, "--height", "2.5", "--decimate-ratio", "1")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    room, operator = read.split(".")
    getattr(getattr(bpy.ops, room), operator)(filepath=str(output))
    thing = next(thing for thing in bpy.data.objects if thing.type == "MESH")
    assert thing.dimensions.z == pytest.approx(2.5, rel=1e-4)
    assert thing.matrix_world.translation.length < 1e-4
    assert tuple(thing.scale) == pytest.approx((1, 1, 1))
    assert thing.data.color_attributes


def test_a_folder_becomes_a_grid_in_a_collection_of_one_file(bpy: Any, run: Run, folder: Path, tmp_path: Path) -> None:
    code, said = run(folder, "--recursive", "-o", tmp_path / "all.blend")
    assert (code, said.splitlines()[-1]) == (1, "4 of 5 made")
    assert "failed: reports-failure.png: PHOTO_UNREADABLE: The file is not a picture. Choose another." in said
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "all.blend"))
    things = list(bpy.data.collections["all"].objects)
    assert sorted(thing.name for thing in things) == ["answers-late", "good", "good.001", "good.002"]
    places = {(round(thing.location.x, 3), round(thing.location.y, 3)) for thing in things}
    assert len(places) == 4
    assert (len({x for x, _ in places}), len({y for _, y in places})) == (3, 2)
    assert not bpy.data.filepath.endswith("triposr")


def test_each_picture_of_a_folder_gets_a_file_of_its_own(bpy: Any, run: Run, folder: Path, tmp_path: Path) -> None:
    code, _said = run(folder, "--recursive", "-o", tmp_path / "out", "--format", "obj")
    assert code == 1
    made = sorted((tmp_path / "out").iterdir())
    assert [re.sub("-[0-9a-f]{8}", "-*", path.name) for path in made] == [
        f"{name}.{kind}" for name in ("answers-late", "good-*", "good-*", "good-*") for kind in ("mtl", "obj")
    ]
    assert f"mtllib {made[-2].name}" in made[-1].read_text()
    assert not bpy.data.objects
    assert not bpy.data.meshes


def test_only_new_goes_on_where_it_stopped(run: Run, folder: Path, tmp_path: Path) -> None:
    words = (folder, "--recursive", "-o", tmp_path / "out", "--format", "ply", "--only-new")
    run(*words)
    first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    one = next(name for name in sorted(first) if name.startswith("good-"))
    (tmp_path / "out" / one).unlink()
    code, said = run(*words)
    assert (code, said.splitlines()[-1]) == (1, "1 of 5 made, 3 there already")
    again = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert {name for name in first if first[name] != again[name]} == {one}


def test_without_a_terminal_each_step_is_a_line(run: Run, picture: Callable[[str], Path], tmp_path: Path) -> None:
    _code, said = run(picture("good.png"), "-o", tmp_path / "a.ply")
    lines = said.splitlines()
    assert len(lines) == len(set(lines)) > 3
    assert [line for line in lines[:-1] if not line.startswith("[1/1] good: ")] == [
        "warning: good.png: The photo is small."
    ]
    left = re.search(r"triangles in [\d.]+ s, ([\d,]+) after Decimate$", lines[-2])
    assert left is not None
    assert f"element face {left[1]}\n".encode() in (tmp_path / "a.ply").read_bytes()[:2000]
    assert "\x1b" not in said


def test_on_a_terminal_one_line_is_drawn_anew(run: Run, picture: Callable[[str], Path], tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    _code, said = run(picture("good.png"), "-o", tmp_path / "a.ply", stream=Terminal())
    assert "\r\x1b[K[1/1] good: " in said
    assert said.count("\n") == 3  # a warning, the mesh, the sum


def test_a_failure_gives_exit_code_1_and_no_file(run: Run, picture: Callable[[str], Path], tmp_path: Path) -> None:
    output = tmp_path / "out.ply"
    code, said = run(picture("reports-failure.png"), "-o", output)
    assert code == 1
    assert "PHOTO_UNREADABLE: The file is not a picture. Choose another." in said
    assert not output.exists()


def test_a_picture_that_is_not_there_and_an_empty_folder_are_named(run: Run, tmp_path: Path) -> None:
    code, said = run(tmp_path / "none.png", "-o", tmp_path / "a.ply")
    assert (code, "failed: none.png: PICTURE_MISSING" in said) == (1, True)
    (tmp_path / "empty").mkdir()
    code, said = run(tmp_path / "empty", "-o", tmp_path / "a.ply")
    assert (code, "failed: empty: FOLDER_WITHOUT_PICTURES" in said) == (1, True)


def test_a_file_that_can_not_be_written_is_named_and_leaves_what_was_there(
    run: Run, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    code, said = run(picture("good.png"), "-o", tmp_path / "file" / "a.ply")
    assert (code, "failed: a.ply: FILE_NOT_WRITTEN" in said) == (1, True)
    assert (tmp_path / "file").read_text() == "not a folder"


class StopsAt(io.StringIO):
    """Presses CTRL-C when it hears a certain word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def write(self, text: str) -> int:
        if self.word in text:
            self.word = "\0"
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(text)


def test_ctrl_c_keeps_what_is_made_and_leaves_nothing_half(
    bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    before = signal.getsignal(signal.SIGINT)
    pictures = [picture(name) for name in ("good.png", "works-until-cancelled.png", "answers-late.png")]
    hand = StopsAt("[2/3] works-until-cancelled: reconstruct")
    code, said = run(*pictures, "-o", tmp_path / "out.blend", stream=hand)
    assert (code, said.splitlines()[-1]) == (1, "1 of 3 made, then stopped")
    assert "failed" not in said
    assert signal.getsignal(signal.SIGINT) is before
    assert not list(tmp_path.glob(".triposr-*"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert [thing.name for thing in bpy.data.objects] == ["good"]


WRONG = {
    "must be a folder or end in": ["-o", "out.stl"],
    "2 is not within 0.5 and 1": ["-o", "out.glb", "--foreground-ratio", "2"],
    "x is not a whole number": ["-o", "out.glb", "--resolution", "x"],
    "invalid choice: 'magic'": ["-o", "out.glb", "--background", "magic"],
    "is no .fbx file": ["-o", "out.glb", "--format", "fbx"],
    "--mask goes with one picture": ["-o", "out.glb", "--mask", "m.png", "other.png"],
    "none.png is not there": ["-o", "out.glb", "--mask", "none.png"],
    "--only-new goes with a folder of files": ["-o", "out.glb", "--only-new"],
    "required": [],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_a_wrong_command_line_is_refused_before_anything_is_done(
    bpy: Any, run: Run, words: list[str], picture: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    heard = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        run(picture("good.png"), *words, stream=heard)
    assert ended.value.code == 2
    assert next(what for what, said in WRONG.items() if said == words) in heard.getvalue()
    assert bpy.context.scene.triposr.image_path  # the open file is untouched


def test_settings_and_shaping_reach_the_job(
    bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path, room: Callable[[str], Any]
) -> None:
    words = "--background flat --foreground-ratio 0.7 --fill-holes --no-largest-part --mask-threshold 0.5 --threshold 9"
    shaping = "--symmetry --density-blur 1 --smallest-part 0.1 --smoothing 4 --flat-base 0.02 --size-by longest"
    code, _said = run(picture("good.png"), "-o", tmp_path / "a.blend", *words.split(), *shaping.split())
    assert code == 0
    surface = room("blender.living_record").record_or_none(bpy.context.object.data).settings
    shaped = {name: getattr(surface, name) for name in ("symmetry", "density_blur", "smallest_part", "smoothing")}
    assert shaped == {"symmetry": True, "density_blur": 1.0, "smallest_part": 0.1, "smoothing": 4}
    assert (surface.flat_base, surface.threshold) == (0.02, 9.0)
    scene = bpy.context.scene.triposr
    assert (scene.background, scene.fill_holes, scene.largest_part, scene.size_by) == ("flat", True, False, "longest")
    assert (scene.foreground_ratio, scene.mask_threshold) == (pytest.approx(0.7), pytest.approx(0.5))


def test_settings_of_a_scene_are_options(room: Callable[[str], Any]) -> None:
    line = room("blender.command_line")
    assert {"background", "height", "resolution", "decimate_ratio"} < set(line.setting_names())
    assert set(room("blender.properties").TRIPOSR_PG_settings.bl_rna.properties.keys()) >= line.NO_OPTIONS


def test_an_artists_own_defaults_stay_out(
    bpy: Any, run: Run, session: Any, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    session.preferences().scene_defaults = '{"resolution": 64}'
    try:
        assert run(picture("good.png"), "-o", tmp_path / "a.blend")[0] == 0
        assert bpy.context.scene.triposr.resolution == 128
    finally:
        session.preferences().scene_defaults = ""


def test_a_network_by_name_is_the_background_method(
    bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    assert run(picture("good.png"), "-o", tmp_path / "a.ply", "--rembg-model", "u2netp")[0] == 0
    assert (bpy.context.scene.triposr.background, bpy.context.scene.triposr.rembg_model) == ("rembg", "u2netp")


def test_a_mask_is_used_as_it_is(bpy: Any, run: Run, picture: Callable[[str], Path], tmp_path: Path) -> None:
    image = bpy.data.images.new("mask", 8, 8)
    image.save(filepath=str(tmp_path / "mask.png"))
    code, _said = run(picture("good.png"), "-o", tmp_path / "a.blend", "--mask", tmp_path / "mask.png")
    assert code == 0
    assert bpy.context.scene.triposr.use_mask


def test_another_model_is_a_folder(run: Run, picture: Callable[[str], Path], tmp_path: Path) -> None:
    code, said = run(picture("good.png"), "-o", tmp_path / "a.ply", "--model", tmp_path / "none")
    assert (code, "none is no installed model (there: PREVIEW) and no folder" in said) == (1, True)


def test_the_cubes_of_the_start_up_file_stay_out_and_the_device_is_given_back(
    bpy: Any, run: Run, session: Any, picture: Callable[[str], Path], tmp_path: Path
) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    assert "Cube" in bpy.data.objects
    assert run(picture("good.png"), "-o", tmp_path / "a.blend", "--device", "cpu")[0] == 0
    assert "Cube" not in bpy.data.objects
    assert session.preferences().device == "auto"
    shutil.rmtree(tmp_path / "data")
