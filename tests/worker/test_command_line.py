# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m triposr_addon`: what it writes, what it says, and its exit code."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import BAD_INPUT, BadInput, good_photo  # noqa: E402 - after the check that torch is there
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.__main__ import main  # noqa: E402
from triposr_addon.worker.field import load_field  # noqa: E402
from triposr_addon.worker.progress_line import ProgressLine  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

QUICK = ["--resolution", "24", "--threshold", "0.39", "--device", "cpu"]
"""The synthetic field is noise around this density."""

PATIENCE_SECONDS = 300.0


@pytest.fixture
def model(tiny_checkpoint: Path) -> list[str]:
    return ["--model", str(tiny_checkpoint), *QUICK]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply", ".npz"])
def test_a_photo_becomes_a_mesh_file(
    suffix: str, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / f"mesh{suffix}"
    assert main([str(good_photo(tmp_path)), "-o", str(output), *model]) == 0
    assert output.stat().st_size > 1000
    out, err = capsys.readouterr()
    assert out == f"{output}\n"
    assert "good.png: reconstruct" in err
    assert names(tmp_path) == sorted(["good.png", output.name])


def test_precision_is_the_users_to_choose(model: list[str], tmp_path: Path) -> None:
    photo = str(good_photo(tmp_path))
    fields = {}
    for precision in ("full", "half", "auto"):
        folder = tmp_path / precision
        folder.mkdir()
        order = [photo, "-o", str(folder / "mesh.ply"), "--save-field", "--precision", precision]
        assert main([*order, *model]) == 0
        fields[precision] = load_field(folder / "mesh.triplane.safetensors", torch.device("cpu")).planes
    assert not torch.equal(fields["full"], fields["half"])
    assert torch.allclose(fields["full"], fields["half"], atol=0.1)
    assert any(torch.equal(fields["auto"], fields[precision]) for precision in ("full", "half"))


def test_several_photos_and_a_folder_go_into_a_folder(model: list[str], tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    good_photo(photos, "mug.png")
    good_photo(photos, "mug.jpg")
    (photos / "notes.txt").write_text("no photo")
    single = good_photo(tmp_path, "cup.png")
    output = tmp_path / "new" / "meshes"
    assert main([str(photos), str(single), "-o", str(output), "--format", "ply", *model]) == 0
    assert names(output) == ["cup.ply", "mug.jpg.ply", "mug.png.ply"]


def test_a_failed_photo_does_not_stop_the_others(
    model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"nothing of the kind")
    photos = [str(tmp_path / "broken.png"), str(good_photo(tmp_path))]
    assert main([*photos, "-o", str(tmp_path / "out"), *model]) == 1
    assert names(tmp_path / "out") == ["good.glb"]
    err = capsys.readouterr().err
    assert "1 of 2 meshes written" in err
    assert "failed: broken.png [PHOTO_UNREADABLE]" in err


def test_a_saved_field_gives_the_same_mesh_again_without_the_model(model: list[str], tmp_path: Path) -> None:
    assert main([str(good_photo(tmp_path)), "-o", str(tmp_path / "a.npz"), "--save-field", *model]) == 0
    field = tmp_path / "a.triplane.safetensors"
    again = ["--from-field", str(field), "-o", str(tmp_path / "b.npz"), "--model", str(tmp_path / "no model"), *QUICK]
    assert main(again) == 0
    with np.load(tmp_path / "a.npz") as first, np.load(tmp_path / "b.npz") as second:
        for name in ("vertices", "triangles", "colours"):
            assert np.array_equal(first[name], second[name])


def test_options_shape_the_surface(tmp_path: Path) -> None:
    """A ball aside becomes one in the middle, and stands on a flat foot."""
    field, mesh = tmp_path / "ball.triplane.safetensors", tmp_path / "mesh.npz"
    ball(0.5, right=0.2).save(field)
    shape = ["--symmetry", "--density-blur", "0.5", "--smallest-part", "0.1", "--smoothing", "2", "--flat-base", "0.2"]
    assert main(["--from-field", str(field), "-o", str(mesh), "--resolution", "65", *shape]) == 0
    with np.load(mesh) as arrays:
        vertices = arrays["vertices"]
    assert np.abs(vertices[:, 0].min() + vertices[:, 0].max()) < 0.01
    assert np.isclose(vertices[:, 2], vertices[:, 2].min()).sum() > 100


@pytest.mark.parametrize("bad", BAD_INPUT, ids=lambda bad: bad.name)
def test_bad_input_is_named_and_leaves_nothing(
    bad: BadInput, tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    photo, model = bad.make(tmp_path / "in", tiny_checkpoint)
    command = [str(photo), "-o", str(tmp_path / "out" / "mesh.glb"), "--model", str(model), *QUICK]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count(f"[{bad.code}]") == 1
    assert "error: " in err
    assert names(tmp_path / "out") == []


def test_a_bad_output_is_named_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = str(good_photo(tmp_path))
    no_model = ["--model", str(tmp_path / "no model")]  # would be the next failure
    assert main([photo, "-o", str(tmp_path / "mesh.fbx"), *no_model]) == 1
    assert "[SETTINGS_INVALID]" in capsys.readouterr().err
    assert main([photo, "-o", str(tmp_path / "nowhere" / "mesh.glb"), *no_model]) == 1
    assert "[OUTPUT_UNWRITABLE]" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty"), "-o", str(tmp_path), *no_model]) == 1
    assert "[PHOTO_MISSING]" in capsys.readouterr().err
    assert names(tmp_path) == ["empty", "good.png"]


@pytest.mark.parametrize(
    ("option", "code"),
    [
        (["--resolution", "5"], "SETTINGS_INVALID"),
        (["--threshold", "-1"], "SETTINGS_INVALID"),
        (["--threshold", "1e5"], "SURFACE_EMPTY"),
        (["--device", "abacus"], "DEVICE_UNAVAILABLE"),
        (["--density-blur", "3"], "SETTINGS_INVALID"),
        (["--smallest-part", "2"], "SETTINGS_INVALID"),
        (["--smoothing", "-1"], "SETTINGS_INVALID"),
        (["--flat-base", "0.5"], "SETTINGS_INVALID"),
    ],
)
def test_bad_settings_are_named(
    option: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    field = tmp_path / "ball.triplane.safetensors"
    ball().save(field)
    assert main(["--from-field", str(field), "-o", str(tmp_path / "mesh.glb"), *option]) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert names(tmp_path) == ["ball.triplane.safetensors"]


@pytest.mark.parametrize("arguments", [[], ["-o", "x.glb"], ["a.png", "-o", "x.glb", "--from-field", "f"], ["a.png"]])
def test_a_command_line_that_makes_no_sense(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "triposr_addon", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_as_a_command(checkout: Path, tmp_path: Path) -> None:
    """The real thing, with a file name of another script; and --help without PyTorch's weight."""
    field = tmp_path / "Кружка.triplane.safetensors"
    ball().save(field)
    done = run(checkout, "--from-field", str(field), "-o", str(tmp_path / "out"), "--resolution", "24")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'out' / 'Кружка.glb'}\n")
    failed = run(checkout, str(tmp_path / "none.png"), "-o", str(tmp_path / "x.glb"), "--model", str(tmp_path))
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "[MODEL_FILE_MISSING]" in failed.stderr
    helped = run(checkout, "--help")
    assert helped.returncode == 0
    assert "examples:" in helped.stdout


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_on_one_line() -> None:
    terminal = Terminal()
    line = ProgressLine(terminal, "mug.png")
    line.tell("extract", 0.0, "")
    line.tell("extract", 0.5, "")  # too soon after the last one
    line.tell("extract", 1.0, "")
    line.finish()
    shown = terminal.getvalue()
    assert "\n" not in shown
    assert "100%" in shown
    assert " 50%" not in shown
    assert shown.endswith("\r\x1b[K")


def test_a_log_gets_a_line_for_each_step() -> None:
    log = io.StringIO()
    line = ProgressLine(log, "mug.png")
    for step in ("extract", "colour"):
        for fraction in (0.0, 0.5, 1.0):
            line.tell(step, fraction, "")
    line.finish()
    assert [text.rsplit(" ", 2)[0] for text in log.getvalue().splitlines()] == ["mug.png: extract", "mug.png: colour"]
