# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that cut out: which one is taken, what it finds, and how it fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from PIL import Image

from tests.worker.mug_photos import MASK, photo_of
from tests.worker.tiny_network import brightness_network
from triposr_addon.background_models import BACKGROUND_MODELS, best_installed_or_none, model_file
from triposr_addon.worker import failures
from triposr_addon.worker.background import cut_out, needs_background_model
from triposr_addon.worker.rembg_model import NETWORKS, close_models, open_model, rembg_alpha

pytestmark = pytest.mark.torch


def place_model(home: Path, name: str, data: bytes) -> Path:
    model = next(model for model in BACKGROUND_MODELS if model.name == name)
    path = model_file(home, model)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def test_rembg_without_a_model_file_is_named_and_downloads_nothing(tmp_path: Path) -> None:
    for home in (None, tmp_path, tmp_path / "not there"):
        with pytest.raises(failures.RembgModelMissing):
            cut_out(photo_of((1, 1, 1)), "rembg", home)
    assert not list(tmp_path.iterdir())


def test_the_best_installed_model_is_taken(tmp_path: Path) -> None:
    assert best_installed_or_none(tmp_path) is None
    for name in ("u2netp", "birefnet-general-lite"):
        place_model(tmp_path, name, b"")
        found = best_installed_or_none(tmp_path)
        assert found
        assert found.name == name


def test_a_non_commercial_model_is_taken_only_by_name(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "bria-rmbg", brightness_network(1024))
    photo = photo_of((0.1, 0.15, 0.1), (0.9, 0.8, 0.7))
    assert best_installed_or_none(tmp_path) is None
    assert cut_out(photo, "auto", tmp_path).method == "flat"
    with pytest.raises(failures.RembgModelMissing):
        cut_out(photo, "rembg", tmp_path)
    assert cut_out(photo, "rembg", tmp_path, "bria-rmbg").model == "bria-rmbg"


def test_every_model_of_the_catalogue_has_a_network() -> None:
    assert {model.name for model in BACKGROUND_MODELS} == set(NETWORKS)


def test_a_model_that_is_asked_for_by_name_is_the_one(tmp_path: Path) -> None:
    """Also by "auto": another one in its place would be a surprise."""
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2net", brightness_network(320))
    place_model(tmp_path, "u2netp", brightness_network(320))
    photo = photo_of((0.1, 0.15, 0.1), (0.9, 0.8, 0.7))
    assert cut_out(photo, "rembg", tmp_path).model == "u2net"
    assert cut_out(photo, "auto", tmp_path, "u2netp").model == "u2netp"
    with pytest.raises(failures.RembgModelMissing, match="Silueta"):
        cut_out(photo, "auto", tmp_path, "silueta")


def test_a_model_that_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.SettingsInvalid, match="magic"):
        cut_out(photo_of((1, 1, 1)), "rembg", tmp_path, "magic")


def test_the_same_photo_does_not_ask_the_network_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mask is remembered: where onnxruntime has gone meanwhile, only another photo misses it."""
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", brightness_network(320))
    rgb = photo_of((0.1, 0.15, 0.1), (0.9, 0.8, 0.7))[..., :3]
    first = rembg_alpha(rgb, tmp_path)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert np.array_equal(rembg_alpha(rgb, tmp_path), first)
    with pytest.raises((failures.RembgMissing, failures.RembgFailed)):
        rembg_alpha(255 - rgb, tmp_path)


def test_threads_that_cut_out_at_the_same_time_each_get_their_own_mask(tmp_path: Path) -> None:
    """The last mask is kept, and one thread's must not be another's, nor gone when it is asked for."""
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", brightness_network(320))
    photos = [np.full((24, 24, 3), 20, np.uint8) for _ in range(8)]
    for number, photo in enumerate(photos):
        photo[:, : 2 + 2 * number] = 230
    alone = [rembg_alpha(photo, tmp_path) for photo in photos]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda photo: rembg_alpha(photo, tmp_path), photos * 8))
    for number, found in enumerate(together):
        assert np.array_equal(found, alone[number % len(photos)])


def test_a_damaged_model_file_is_named(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", b"this is not a network")
    with pytest.raises(failures.RembgFailed):
        cut_out(photo_of((1, 1, 1)), "rembg", tmp_path)


def test_a_network_of_another_kind_is_named(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", brightness_network(64))
    with pytest.raises(failures.RembgFailed):
        cut_out(photo_of((1, 1, 1)), "rembg", tmp_path)


def test_a_missing_onnxruntime_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None in sys.modules makes an import fail."""
    close_models()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    place_model(tmp_path, "u2netp", b"whatever")
    with pytest.raises(failures.RembgMissing):
        cut_out(photo_of((1, 1, 1)), "rembg", tmp_path)


@pytest.mark.parametrize(("name", "side"), [("dis_custom", 1024), ("u2netp", 320)])
def test_a_network_finds_what_it_finds_in_the_package_rembg(tmp_path: Path, name: str, side: int) -> None:
    """The network takes what is bright for the subject; the package makes the same mask of it but for rounding."""
    rembg = pytest.importorskip("rembg")
    path = place_model(tmp_path, name, brightness_network(side))
    photo = photo_of((0.1, 0.15, 0.1), (0.9, 0.8, 0.7), noise=0.02)
    alpha = rembg_alpha(photo[..., :3], tmp_path)
    assert np.mean(alpha[MASK > 0.99]) > 200
    assert np.mean(alpha[MASK < 0.01]) < 50
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REMBG_HOME", str(tmp_path))
        session = rembg.new_session(name, model_path=str(path), providers=["CPUExecutionProvider"])
    theirs = np.asarray(session.predict(Image.fromarray(photo[..., :3]))[0].convert("L"))
    assert np.abs(alpha.astype(int) - theirs).max() <= 1


def test_where_a_network_sees_nothing_there_is_no_subject(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", brightness_network(320))
    assert not rembg_alpha(np.full((40, 50, 3), 90, np.uint8), tmp_path).any()


@pytest.mark.parametrize("name", ["birefnet-general", "birefnet-general-lite"])
def test_logits_become_shares(tmp_path: Path, name: str) -> None:
    """A sigmoid bends the ramp: dark quarters stay dark, bright ones bright, and the middle is steepest."""
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, name, brightness_network(1024))
    ramp = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    row = rembg_alpha(ramp, tmp_path)[32].astype(int)
    assert row[0] <= 2
    assert row[-1] >= 253
    assert row[16] < 0.25 * 255 - 5
    assert row[48] > 0.75 * 255 + 5


@pytest.fixture
def open_sessions(tmp_path: Path) -> Iterator[None]:
    close_models()
    yield
    close_models()


@pytest.mark.usefixtures("open_sessions")
def test_a_session_stays_open_until_its_file_changes_or_it_is_closed(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    path = place_model(tmp_path, "u2netp", brightness_network(320))
    first = open_model(tmp_path)[1]
    assert open_model(tmp_path)[1] is first
    path.write_bytes(brightness_network(32))
    second = open_model(tmp_path)[1]
    assert second is not first
    close_models()
    assert open_model(tmp_path)[1] is not second
    place_model(tmp_path, "u2net", brightness_network(320))
    assert open_model(tmp_path)[0].name == "u2net"


def test_a_process_that_is_to_take_one_thread_takes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    place_model(tmp_path, "u2netp", brightness_network(320))
    for asked, threads in (("1", 1), ("many", 0), ("", 0)):
        close_models()
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert open_model(tmp_path)[1].get_session_options().intra_op_num_threads == threads


def test_a_model_is_needed_only_where_the_photo_and_the_method_ask_for_it(tmp_path: Path) -> None:
    opaque, cut = tmp_path / "opaque.png", tmp_path / "cut.png"
    Image.new("RGBA", (64, 64), (200, 30, 30, 255)).save(opaque)
    Image.new("RGBA", (64, 64), (200, 30, 30, 0)).save(cut)
    home = tmp_path / "rembg"
    assert not needs_background_model(str(opaque), "auto", home)
    place_model(home, "u2netp", b"a network")
    assert needs_background_model(str(opaque), "auto", home)
    assert not needs_background_model(str(cut), "auto", home)
    assert not needs_background_model("", "auto", home)
    assert needs_background_model("", "rembg", home)
    assert not needs_background_model(str(opaque), "flat", home)
