# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing from Blender with the real engine: a tiny package stands for PyTorch, a folder or a loopback server for
the network.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.bad_server import BadServer, Fault
from tests.fakes.small_installer import SmallInstaller
from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy

LONG_S = 120.0


def failing_code(operator: Callable[..., Any], running: Any, **arguments: Any) -> str:
    with pytest.raises(RuntimeError):
        operator(**arguments)
    return str(running.failure.code)


def test_the_card_says_what_it_would_do_and_does_it(
    bpy: Any, running: Any, small: SmallInstaller, card: Callable[[], list[str]]
) -> None:
    assert "operator triposr.plan_installation" in card()
    assert bpy.ops.triposr.plan_installation() == {"FINISHED"}
    assert not small.data.exists()
    text = " ".join(line.removeprefix("label ") for line in card())
    assert "PyTorch 2.13.0 for: Processor" in text
    assert "to download" in text
    # A long path is broken wherever the line ends.
    assert small.data.name.replace(" ", "") in text.replace(" ", "")
    assert "operator triposr.install" in text
    assert bpy.ops.triposr.install() == {"FINISHED"}
    assert small.leaf() == "1.0"
    assert running.storage().worker_python_or_none() == small.python
    assert "installed" in running.notice
    assert bpy.ops.triposr.remove_installation() == {"FINISHED"}
    assert running.storage().worker_python_or_none() is None


def test_without_the_network_it_says_so_and_a_pack_still_installs(
    bpy: Any,
    running: Any,
    small: SmallInstaller,
    card: Callable[[], list[str]],
    server: BadServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = use_small_model(small, server, monkeypatch)
    bpy.context.preferences.system.use_online_access = False
    assert bpy.ops.triposr.plan_installation() == {"FINISHED"}
    assert not bpy.ops.triposr.install.poll()
    assert "operator extensions.userpref_show_online" in card()
    with pytest.raises(RuntimeError, match="Online Access"):
        bpy.ops.triposr.install()
    (tmp_path / "pack").mkdir()
    assert failing_code(bpy.ops.triposr.install_from_pack, running, directory=str(tmp_path / "pack")) == "NOT_IN_PACK"
    with pytest.raises(RuntimeError, match="Choose the folder"):
        bpy.ops.triposr.install_from_pack(directory=str(tmp_path / "nowhere"))
    (tmp_path / "wheels").rename(tmp_path / "pack/wheels")
    network = tmp_path / "pack/rembg/models/u2netp/u2netp.onnx"
    network.parent.mkdir(parents=True)
    network.write_bytes(content)
    assert bpy.ops.triposr.install_from_pack(directory=str(tmp_path / "pack")) == {"FINISHED"}
    assert small.leaf() == "1.0"
    assert state_of(running, "u2netp") == "installed"
    assert server.requests == []


def test_a_failure_is_one_sentence_with_its_code_and_the_next_try_goes_through(
    bpy: Any, running: Any, server: BadServer, small: SmallInstaller
) -> None:
    server.then = Fault("html")
    assert failing_code(bpy.ops.triposr.install, running) == "DOWNLOAD_REPLACED"
    assert running.failure.sentence.startswith("Something between you and the server")
    assert not (small.data / "environment/receipt.json").exists()
    server.then = None
    assert bpy.ops.triposr.install() == {"FINISHED"}
    assert running.failure is None


def test_it_is_cancelled_at_once_and_goes_on_later(
    bpy: Any, running: Any, room: Callable[[str], Any], server: BadServer, small: SmallInstaller, card: Any
) -> None:
    """Driven as the timer does it: in background mode the operator itself would wait for the end."""
    server.then = Fault("drip", at=100)
    orders, installation = room("blender.installation_orders"), running.installation
    arguments = ("install", "--backend", "cpu", "--folder", str(small.data), *orders.JSON_LINES)
    task = room("blender.installation").Task("work", "Installing", arguments, lambda run: None)
    installation.add(task)
    until = time.monotonic() + LONG_S
    while installation.run_or_none is None or "MB" not in installation.run_or_none.detail:
        assert time.monotonic() < until
        installation.tick()
        time.sleep(0.01)
    assert any(line.startswith("progress Installing") for line in card())
    assert not bpy.ops.triposr.install.poll()
    assert bpy.ops.triposr.cancel_installation() == {"FINISHED"}
    installation.run_to_end()
    assert not bpy.ops.triposr.cancel_installation.poll()
    assert running.storage().worker_python_or_none() is None
    server.then = None
    assert bpy.ops.triposr.install() == {"FINISHED"}
    assert small.leaf() == "1.0"


def test_an_unsuitable_python_gets_the_engines_sentence(bpy: Any, running: Any, tmp_path: Path) -> None:
    running.installation.python = tmp_path / "no python"
    assert failing_code(bpy.ops.triposr.plan_installation, running) == "PYTHON_NOT_STARTED"
    assert "Blender's own Python" in running.failure.sentence


def test_checks_find_what_broke_and_the_button_mends_it(bpy: Any, running: Any, small: SmallInstaller) -> None:
    assert bpy.ops.triposr.install() == {"FINISHED"}
    next(small.data.rglob("leaf.py")).unlink()
    assert bpy.ops.triposr.check_installation() == {"FINISHED"}
    codes = [finding.code for finding in running.installation.findings]
    assert bpy.ops.triposr.repair(number=codes.index("ENVIRONMENT_BROKEN")) == {"FINISHED"}
    assert small.leaf() == "1.0"
    assert {finding.state for finding in running.installation.findings} <= {"good", "note"}


def test_diagnostics_have_no_names_and_no_secrets(
    bpy: Any, running: Any, room: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "hf_" + "PlantedPlanted123"
    for name, value in {
        "HTTPS_PROXY": "http://studio:proxy-word@proxy.example:3128",
        "PIP_INDEX_URL": "https://ci:index-word@wheels.example/simple",
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "USER": "ilyina",
        "HF_TOKEN": token,
    }.items():
        monkeypatch.setenv(name, value)
    operators = room("blender.installation_operators")
    assert not bpy.ops.triposr.copy_diagnostics.poll()
    assert bpy.ops.triposr.check_installation() == {"FINISHED"}
    finding = f'"details": "{token} of ilyina, http://ilyina:word@proxy/ said index-word and proxy-word in {tmp_path}"'
    text = operators.diagnostics_text(running.installation.diagnostics + finding)
    assert "ENVIRONMENT_MISSING" in text
    assert bpy.app.version_string in text
    for private in (str(tmp_path), "ilyina", token, "word@", "proxy-word", "index-word"):
        assert private not in text


def use_small_model(small: SmallInstaller, server: BadServer, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """u2netp with a content that the server has; its pins in the copy are exchanged for that."""
    content = bytes(range(256)) * 4000
    catalogue = small.root / "vendor_installer/model_catalogue.py"
    text = catalogue.read_text(encoding="utf-8").replace("4_574_861", str(len(content)))
    real = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
    catalogue.write_text(text.replace(real, hashlib.sha256(content).hexdigest()), encoding="utf-8")
    server.files["rembg/models/u2netp/u2netp.onnx"] = content
    monkeypatch.setenv("TRIPOSR_MODEL_SERVER", server.url(""))
    return content


def state_of(running: Any, name: str) -> str:
    return str(next(row.state for row in running.installation.models if row.name == name))


def test_models_are_got_taken_from_a_file_and_removed(
    bpy: Any, running: Any, small: SmallInstaller, server: BadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = use_small_model(small, server, monkeypatch)
    assert bpy.ops.triposr.list_models() == {"FINISHED"}
    assert state_of(running, "u2netp") == "absent"
    assert bpy.ops.triposr.get_model(model="u2netp") == {"FINISHED"}
    assert state_of(running, "u2netp") == "installed"
    assert bpy.ops.triposr.remove_model(model="u2netp") == {"FINISHED"}
    assert state_of(running, "u2netp") == "absent"
    mine = tmp_path / "whatever.bin"
    mine.write_bytes(content)
    assert bpy.ops.triposr.add_model_file(filepath=str(mine)) == {"FINISHED"}
    assert state_of(running, "u2netp") == "installed"
    mine.write_bytes(b"something else")
    assert failing_code(bpy.ops.triposr.add_model_file, running, filepath=str(mine)) == "NOT_A_KNOWN_MODEL"


def test_a_licence_that_forbids_commercial_work_is_accepted_first(bpy: Any, running: Any, server: BadServer) -> None:
    assert failing_code(bpy.ops.triposr.get_model, running, model="bria-rmbg") == "LICENCE_NOT_ACCEPTED"
    assert server.requests == []


def test_the_list_shows_size_licence_and_buttons(bpy: Any, running: Any, room: Callable[[str], Any]) -> None:
    assert bpy.ops.triposr.list_models() == {"FINISHED"}
    lines: list[str] = []
    room("blender.installation_drawing").draw_models(StrictLayout(bpy, lines), bpy.context, running)
    text = "\n".join(lines)
    assert "1.7 GB, licence: MIT" in text
    assert text.count("operator triposr.get_model") + text.count("greyed out triposr.get_model") == len(
        running.installation.models
    )
    assert text.count("greyed out triposr.get_model") == 1
    assert "operator triposr.add_model_file" in text


def test_a_build_without_hashes_wants_a_tick(bpy: Any, running: Any) -> None:
    assert bpy.ops.triposr.plan_installation() == {"FINISHED"}
    running.installation.plan = dataclasses.replace(running.installation.plan, exact=False)
    assert not bpy.ops.triposr.install.poll()
    running.preferences().install_without_hashes = True
    assert bpy.ops.triposr.install.poll()


def test_what_stands_in_the_way_is_told_in_the_words_of_the_buttons(
    bpy: Any, running: Any, room: Callable[[str], Any], card: Callable[[], list[str]]
) -> None:
    assert bpy.ops.triposr.plan_installation() == {"FINISHED"}
    words = room("host.installer_words")
    told = words.Told("DISK_SHORT_FOR_PLAN", "Choose another place with --folder.", {"needed": "2 GB", "free": "1 GB"})
    full = words.Obstacle("DISK_SHORT", (told,), blocks=True)
    running.installation.plan = dataclasses.replace(running.installation.plan, obstacles=(full,))
    text = " ".join(line.removeprefix("label ") for line in card())
    assert "choose another Data Folder" in text
    assert "--folder" not in text
    assert not bpy.ops.triposr.install.poll()
