# SPDX-License-Identifier: GPL-3.0-or-later
"""A model that has come is asked to be halved at once, by the worker's environment where there is one."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from vendor_installer.download import RemoteFile
from vendor_installer.environment import python_in
from vendor_installer.known_copies import KnownCopies
from vendor_installer.model_catalogue import Model, ModelFile
from vendor_installer.model_store import ModelStore
from vendor_installer.models_command import half_steps
from vendor_installer.ours import RECEIPT
from vendor_installer.progress import Step

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script stands for the environment's Python")

WEIGHTS = b"weights" * 100
COPY = ("models/Big/model.half.safetensors", "models/Big/model.half.safetensors.json")
PYTHON = f"""#!{sys.executable}
import json, pathlib, sys
word, folder = sys.argv[-2:]
assert word == "--halve", sys.argv
if "fails" in pathlib.Path(folder, "model.ckpt.note").read_text():
    sys.exit("MODEL_FILE_UNREADABLE: it can't be read")
copy = pathlib.Path(folder, "model.half.safetensors")
copy.write_bytes(b"half")
hashes = {{"sha256": "a" * 64, "size": 4, "source_sha256": "b" * 64}}
copy.with_name(copy.name + ".json").write_text(json.dumps(hashes))
"""


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    remote = RemoteFile("http://nowhere/", len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest())
    files = (ModelFile("models/Big/model.ckpt", remote, "", ""),)
    place = tmp_path / "models/Big"
    place.mkdir(parents=True)
    (place / "model.ckpt").write_bytes(WEIGHTS)
    (place / "model.ckpt.note").write_text("well")
    catalogue = (Model("big", "Big", "triposr", "MIT", "here", files, made_later=COPY),)
    return ModelStore(tmp_path, catalogue, KnownCopies.of_user({}, tmp_path))


@pytest.fixture
def environment(store: ModelStore) -> Path:
    python = python_in(store.root / "environment")
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    (store.root / "environment" / RECEIPT).write_text(json.dumps({"inputs": "0"}))
    return python


def step(store: ModelStore) -> Step:
    return half_steps(store, store.catalogue, {})[0]


def test_without_an_environment_it_waits_for_the_first_use(store: ModelStore) -> None:
    assert half_steps(store, store.catalogue, {}) == []


@pytest.mark.usefixtures("environment")
def test_both_hashes_are_told_and_it_is_made_once(store: ModelStore) -> None:
    assert not step(store).is_current()
    told = step(store).work(lambda fraction, detail: None)
    assert told == f"0 MB, SHA-256 {'a' * 64}, of the one with SHA-256 {'b' * 64}"
    assert step(store).is_current()


@pytest.mark.usefixtures("environment")
def test_what_goes_wrong_is_told_and_stops_nobody(store: ModelStore) -> None:
    (store.root / "models/Big/model.ckpt.note").write_text("fails")
    assert step(store).work(lambda fraction, detail: None) == "not made: MODEL_FILE_UNREADABLE: it can't be read"
    (store.root / "models/Big/model.ckpt").unlink()
    assert step(store).is_current()  # a model that is not whole is not asked
