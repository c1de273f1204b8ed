# SPDX-License-Identifier: GPL-3.0-or-later
"""The pins against the facts folder and against the list that the extension shows; and the commands."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, Fault, serving
from triposr_addon.background_models import BACKGROUND_MODELS, model_file
from triposr_addon.host.models import models_in
from triposr_addon.host.storage import Storage
from vendor_installer.known_copies import KnownCopies
from vendor_installer.model_catalogue import CATALOGUE, TRIPOSR_REVISION
from vendor_installer.model_store import ModelStore

CHECKOUT = Path(__file__).resolve().parents[2]
NETWORKS = {model.name: model for model in CATALOGUE if model.kind == "background"}


@pytest.mark.parity
def test_the_released_weights_are_pinned_as_the_facts_say(facts: Path) -> None:
    layout = json.loads((facts / "parity" / "official_layout.json").read_text(encoding="utf-8"))
    pinned = {
        Path(file.place).name: {"bytes": file.remote.size, "sha256": file.remote.sha256} for file in CATALOGUE[0].files
    }
    assert pinned == layout["files"]
    assert TRIPOSR_REVISION in layout["source"]
    assert all(f"/{TRIPOSR_REVISION}/" in file.remote.url for file in CATALOGUE[0].files)


def test_every_pin_is_whole_and_every_network_is_the_extensions_own() -> None:
    listed = {model.name: model for model in BACKGROUND_MODELS if model.size}
    assert set(NETWORKS) == set(listed)
    for name, model in NETWORKS.items():
        assert (model.size, model.licence) == (listed[name].size, listed[name].licence)
        assert model.commercial == listed[name].commercial
    for file in [file for model in CATALOGUE for file in model.files]:
        assert re.fullmatch(r"[0-9a-f]{64}", file.remote.sha256)
        assert file.remote.url.startswith("https://")


def test_every_model_lies_where_the_extension_looks(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    for listed in [model for model in BACKGROUND_MODELS if model.size]:
        assert tmp_path / NETWORKS[listed.name].files[0].place == model_file(storage.rembg, listed)
    for file in CATALOGUE[0].files:
        path = tmp_path / file.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [(model.name, model.complete) for model in models_in(storage.models)] == [("TripoSR", True)]


@pytest.mark.parity
def test_the_config_that_we_have_is_taken_for_what_it_is(facts: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "data", CATALOGUE, KnownCopies(tmp_path, ()))
    model, target = store.add(facts / "parity" / "official_config.yaml")
    assert (model.name, target) == ("triposr", tmp_path / "data/models/TripoSR/config.yaml")


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A mirror whose files have the right sizes and other content."""
    with serving({NETWORKS["u2netp"].files[0].place: bytes(NETWORKS["u2netp"].size)}) as running:
        yield running


def start(server: BadServer, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    variables = {**os.environ, "NO_PROXY": "127.0.0.1", "TRIPOSR_MODEL_SERVER": server.url(""), "HOME": str(folder)}
    argv = [sys.executable, "-m", "vendor_installer", "models", *arguments, "--folder", str(folder / "data")]
    return subprocess.Popen(
        argv, cwd=CHECKOUT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(server: BadServer, folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(server, folder, *arguments)
    out, error = process.communicate(timeout=60)
    return process.returncode, out, error


def test_the_list_shows_licences_sizes_and_states(server: BadServer, tmp_path: Path) -> None:
    code, out, _ = run(server, tmp_path, "list")
    assert code == 0
    assert "triposr                1677.2 MB  -" in out
    assert "CC BY-NC 4.0: not for commercial work" in out
    listed = json.loads(run(server, tmp_path, "list", "--json")[1])
    assert [model["state"] for model in listed] == ["absent"] * len(CATALOGUE)
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_not_the_pinned_one_is_set_aside_by_the_command(server: BadServer, tmp_path: Path) -> None:
    code, out, error = run(server, tmp_path, "get", "u2netp")
    assert code == 37
    assert "Licence: Apache-2.0" in out
    assert error.strip().splitlines()[-1].startswith("FILE_NOT_AS_PINNED: ")
    folder = tmp_path / "data/rembg/models/u2netp"
    assert [path.name for path in folder.iterdir()] == ["u2netp.onnx.refused"]
    assert "u2netp: removed, 4.6 MB" in run(server, tmp_path, "remove", "u2netp")[1]
    assert not folder.exists()


def test_the_command_wants_a_word_for_a_non_commercial_licence_before_it_fetches_anything(
    server: BadServer, tmp_path: Path
) -> None:
    code, _, error = run(server, tmp_path, "get", "u2netp", "bria-rmbg")
    assert (code, server.requests) == (46, [])
    assert "--accept-non-commercial" in error


@pytest.mark.skipif(sys.platform == "win32", reason="a Unix signal")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_stopped_goes_on_later(server: BadServer, tmp_path: Path, end: signal.Signals) -> None:
    server.piece_s = 0.002
    part = tmp_path / "data/rembg/models/u2netp/u2netp.onnx.part"
    process = start(server, tmp_path, "get", "u2netp")
    while not (part.exists() and part.stat().st_size > 200_000):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(end)
    error = process.communicate(timeout=30)[1]
    assert process.returncode == (130 if end == signal.SIGINT else -9)
    assert ("Run the same command again" in error) == (end == signal.SIGINT)
    kept = part.stat().st_size
    server.piece_s = 0
    assert run(server, tmp_path, "get", "u2netp")[0] == 37
    assert server.requests[-2][1] == f"bytes={kept}-"
    refused = part.with_name("u2netp.onnx.refused")
    assert hashlib.sha256(refused.read_bytes()).digest() == hashlib.sha256(bytes(4_574_861)).digest()


def test_a_mirror_that_has_not_the_file_is_named(server: BadServer, tmp_path: Path) -> None:
    server.then = Fault("status", status=404)
    code, _, error = run(server, tmp_path, "get", "u2netp")
    assert code == 34
    assert server.url("rembg/models/u2netp/u2netp.onnx") in error
