# SPDX-License-Identifier: GPL-3.0-or-later
"""Models fetched from a server on loopback, taken over from other programs' folders, and removed."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, Fault, serving
from vendor_installer.download import RemoteFile
from vendor_installer.failures import InstallerFailure
from vendor_installer.half_copy import HalfCopy
from vendor_installer.known_copies import KnownCopies
from vendor_installer.model_catalogue import Model, ModelFile
from vendor_installer.model_store import ModelStore

WEIGHTS = random.Random(9).randbytes(250_000)
CONFIG = b"a: 1\n"
NETWORK = random.Random(10).randbytes(100_000)


def file(server: BadServer, place: str, content: bytes, cached: str = "", rembg: str = "") -> ModelFile:
    server.files[place] = content
    remote = RemoteFile(server.url(place), len(content), hashlib.sha256(content).hexdigest())
    return ModelFile(place, remote, cached, rembg)


HALF = ("models/Big/model.half.safetensors", "models/Big/model.half.safetensors.json")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({}) as running:
        yield running


@pytest.fixture
def store(server: BadServer, tmp_path: Path) -> ModelStore:
    big = (
        file(server, "models/Big/config.yaml", CONFIG, cached="models--x--Big/snapshots/1/config.yaml"),
        file(server, "models/Big/model.ckpt", WEIGHTS, cached="models--x--Big/snapshots/1/model.ckpt"),
    )
    network = (file(server, "rembg/models/cut/cut.onnx", NETWORK, rembg="cut"),)
    catalogue = (
        Model("big", "Big", "triposr", "MIT", "here", big, made_later=HALF),
        Model("cut", "Cut", "background", "CC BY-NC 4.0", "here", network, commercial=False),
    )
    home = tmp_path / "home"
    return ModelStore(tmp_path / "data", catalogue, KnownCopies.of_user({}, home))


def get(store: ModelStore, name: str, accept: bool = False) -> list[str]:
    return store.get(store.model(name), lambda fraction, detail: None, accept_non_commercial=accept)


def state(store: ModelStore, name: str) -> str:
    return store.state(store.model(name)).state


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_is_fetched_to_where_the_extension_looks_and_only_once(server: BadServer, store: ModelStore) -> None:
    told: list[float] = []
    assert state(store, "big") == "absent"
    store.get(store.model("big"), lambda fraction, detail: told.append(fraction))
    assert (store.root / "models/Big/model.ckpt").read_bytes() == WEIGHTS
    assert files_below(store.root) == ["models/Big/config.yaml", "models/Big/model.ckpt"]
    assert (state(store, "big"), told == sorted(told), told[-1]) == ("installed", True, 1.0)
    asked = len(server.requests)
    assert all(line.endswith("already there") for line in get(store, "big"))
    assert len(server.requests) == asked


def test_a_model_with_a_licence_that_forbids_work_wants_a_word(server: BadServer, store: ModelStore) -> None:
    with pytest.raises(InstallerFailure) as failure:
        get(store, "cut")
    assert (failure.value.code, server.requests) == ("LICENCE_NOT_ACCEPTED", [])
    get(store, "cut", accept=True)
    assert (store.root / "rembg/models/cut/cut.onnx").read_bytes() == NETWORK


def test_a_copy_in_another_programs_folder_is_taken_over_without_the_network(
    server: BadServer, store: ModelStore, tmp_path: Path
) -> None:
    """The Hub's snapshots are links into its blobs; an older rembg keeps its networks side by side."""
    blobs, snapshot = tmp_path / "home/.cache/huggingface/hub/models--x--Big/blobs", "snapshots/1"
    blobs.mkdir(parents=True)
    (blobs.parent / snapshot).mkdir(parents=True)
    for name, content in (("config.yaml", CONFIG), ("model.ckpt", WEIGHTS)):
        (blobs / name).write_bytes(content)
        (blobs.parent / snapshot / name).symlink_to(blobs / name)
    (tmp_path / "home/.u2net").mkdir()
    (tmp_path / "home/.u2net/cut.onnx").write_bytes(NETWORK)
    lines = [*get(store, "big"), *get(store, "cut", accept=True)]
    assert all("taken over from" in line for line in lines)
    assert server.requests == []
    assert not (store.root / "models/Big/model.ckpt").is_symlink()
    store.remove(store.model("big"))
    assert (blobs / "model.ckpt").read_bytes() == WEIGHTS


def test_aspoilt_copy_is_passed_over(server: BadServer, store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "home/.u2net").mkdir(parents=True)
    (tmp_path / "home/.u2net/cut.onnx").write_bytes(bytes(len(NETWORK)))
    assert "downloaded" in get(store, "cut", accept=True)[0]
    assert (store.root / "rembg/models/cut/cut.onnx").read_bytes() == NETWORK


def test_a_file_that_the_artist_has_is_recognised_by_its_content(store: ModelStore, tmp_path: Path) -> None:
    own = tmp_path / "from a friend.bin"
    own.write_bytes(WEIGHTS)
    model, target = store.add(own)
    assert (model.name, target) == ("big", store.root / "models/Big/model.ckpt")
    assert (target.read_bytes(), own.read_bytes()) == (WEIGHTS, WEIGHTS)
    assert state(store, "big") == "partly"
    assert not target.samefile(own)
    assert store.add(target) == (model, target)


def test_a_whole_part_that_is_given_as_a_file_is_not_lost(store: ModelStore) -> None:
    part = store.root / "models/Big/model.ckpt.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(WEIGHTS)
    assert store.add(part)[1].read_bytes() == WEIGHTS


@pytest.mark.parametrize("content", [bytes(len(WEIGHTS)), bytes(len(CONFIG))])
def test_a_file_of_the_right_size_and_other_content_is_refused_and_left_alone(
    store: ModelStore, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "own").write_bytes(content)
    with pytest.raises(InstallerFailure) as failure:
        store.add(tmp_path / "own")
    assert failure.value.code == "FILE_NOT_AS_PINNED"
    assert (tmp_path / "own").read_bytes() == content
    assert not store.root.exists()


def test_a_file_of_another_size_or_none_at_all_is_no_model_of_ours(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "own").write_bytes(b"something else")
    for path in (tmp_path / "own", tmp_path / "none", tmp_path):
        with pytest.raises(InstallerFailure) as failure:
            store.add(path)
        assert failure.value.code == "NOT_A_KNOWN_MODEL"


def test_a_model_that_was_stopped_half_way_is_shown_so_and_goes_on(server: BadServer, store: ModelStore) -> None:
    server.faults = [Fault("none"), Fault("close", 100_000), Fault("status", status=403)]
    with pytest.raises(InstallerFailure):
        get(store, "big")
    found = store.state(store.model("big"))
    assert (found.state, found.bytes_there) == ("partly", len(CONFIG) + 100_000)
    get(store, "big")
    assert state(store, "big") == "installed"
    assert server.requests[-1][1] == "bytes=100000-"


def test_a_damaged_file_is_seen_and_made_good_and_kept_aside(store: ModelStore) -> None:
    get(store, "big")
    (store.root / "models/Big/model.ckpt").write_bytes(WEIGHTS[:-1])
    assert state(store, "big") == "damaged"
    get(store, "big")
    assert state(store, "big") == "installed"
    assert (store.root / "models/Big/model.ckpt.own1").read_bytes() == WEIGHTS[:-1]


def test_removing_takes_what_was_made_of_it_and_leaves_what_is_not_ours(server: BadServer, store: ModelStore) -> None:
    get(store, "big")
    folder = store.root / "models/Big"
    (folder / "model.half.safetensors").write_bytes(bytes(1000))
    assert store.half_or_none(store.model("big")) is None
    record = json.dumps({"sha256": "a" * 64, "size": 1000, "source_sha256": "b" * 64})
    (folder / "model.half.safetensors.json").write_text(record)
    assert store.half_or_none(store.model("big")) == HalfCopy("a" * 64, 1000, "b" * 64)
    (folder / "model.ckpt.refused").write_bytes(bytes(10))
    (folder / "notes.txt").write_text("mine")
    assert store.remove(store.model("big")) == len(CONFIG) + len(WEIGHTS) + 1010 + len(record)
    assert files_below(store.root) == ["models/Big/notes.txt"]
    (folder / "notes.txt").unlink()
    assert store.remove(store.model("big")) == 0
    assert not folder.exists()


def test_a_pack_gives_its_models_without_the_network_and_no_others(
    server: BadServer, store: ModelStore, tmp_path: Path
) -> None:
    get(store, "big")
    asked = len(server.requests)
    copies = replace(store.known_copies, pack=store.root)
    away = replace(store, root=tmp_path / "away", known_copies=copies, offline=True)
    get(away, "big")
    assert state(away, "big") == "installed"
    with pytest.raises(InstallerFailure) as failure:
        get(away, "cut", accept=True)
    assert (failure.value.code, str(store.root) in failure.value.sentence) == ("NOT_IN_PACK", True)
    assert len(server.requests) == asked
    store.remove(store.model("big"))
    assert (away.root / "models/Big/model.ckpt").read_bytes() == WEIGHTS
    spoilt = store.root / "models/Big/model.ckpt"
    spoilt.parent.mkdir(parents=True, exist_ok=True)
    spoilt.write_bytes(WEIGHTS[::-1])
    spoilt.with_name("config.yaml").write_bytes(CONFIG)
    with pytest.raises(InstallerFailure) as failure:
        get(replace(away, root=tmp_path / "third"), "big")
    assert (failure.value.code, str(spoilt) in failure.value.sentence) == ("PACK_UNREADABLE", True)


def test_a_name_that_nobody_knows_lists_those_that_are_known(store: ModelStore) -> None:
    with pytest.raises(InstallerFailure) as failure:
        store.model("withoutbg")
    assert failure.value.code == "MODEL_UNKNOWN"
    assert "big, cut" in failure.value.sentence
