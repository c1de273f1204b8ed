# SPDX-License-Identifier: GPL-3.0-or-later
"""`install` with the wheels brought by our own downloader, and from a pack: no index of pip's is ever asked."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, Fault, serving
from tests.fakes.small_installer import SmallInstaller, locked, small_installer
from vendor_installer.failures import InstallerFailure
from vendor_installer.lock_files import Wheel
from vendor_installer.wheel_folder import WheelFolder

LEAF = "leaf-1.0-py3-none-any.whl"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({}) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path, wheel_maker: Callable[..., Path], server: BadServer) -> SmallInstaller:
    """Its wheels are on the server alone; pip has no index at all that it could ask."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    filler = random.Random(11).randbytes(400_000).hex()
    wheel_maker(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n", "filler.txt": filler})
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    outside = {**own, "PIP_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1"}
    made = small_installer(tmp_path, wheels, outside)
    pip = next(wheels.glob("pip-*.whl"))
    for wheel, lock in ((wheels / LEAF, made.lock), (pip, made.pip_lock)):
        server.files[wheel.name] = wheel.read_bytes()
        lock.write_text(locked(wheel, url=server.url(wheel.name)), encoding="utf-8")
        wheel.unlink()
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="a Unix signal")
def test_killed_in_the_middle_of_a_wheel_it_goes_on_at_that_byte(small: SmallInstaller, server: BadServer) -> None:
    server.faults = [Fault("cut", 100_000), Fault("status", status=503)]
    server.piece_s = 0.005
    part = small.data / "wheels" / f"{LEAF}.part"
    process = small.start()
    while not (part.exists() and part.stat().st_size > 150_000):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    kept, server.piece_s = part.stat().st_size, 0
    code, out, error = small.run()
    assert code == 0, error
    assert small.leaf() == "1.0"
    assert (f"/{LEAF}", f"bytes={kept}-") in server.requests
    assert "Install PyTorch for the processor: wrote" in out
    assert not (small.data / "wheels").exists()


def test_a_wheel_that_was_exchanged_on_the_way_is_set_aside(small: SmallInstaller, server: BadServer) -> None:
    server.files[LEAF] = server.files[LEAF][::-1]
    code, _, error = small.run()
    assert (code, error.strip().splitlines()[-1].partition(":")[0]) == (37, "FILE_NOT_AS_PINNED")
    assert (small.data / "wheels" / f"{LEAF}.refused").is_file()
    assert not (small.data / "environment/receipt.json").exists()


def test_a_pack_installs_without_the_network(small: SmallInstaller, server: BadServer, tmp_path: Path) -> None:
    packing = small.command("pack", str(tmp_path / "a pack"), "--for", small.lock.stem)
    out, error = packing.communicate(timeout=60)
    assert packing.returncode == 0, error
    assert "install --from PACK" in out
    asked = len(server.requests)
    code, _, error = small.run("--from", str(tmp_path / "a pack"))
    assert code == 0, error
    assert (small.leaf(), len(server.requests)) == ("1.0", asked)
    assert sorted(path.name for path in (tmp_path / "a pack/wheels").iterdir())[0] == LEAF
    _so_does_one_file(small, server, tmp_path)


def _so_does_one_file(small: SmallInstaller, server: BadServer, tmp_path: Path) -> None:
    """`pack NAME.zip`, with its own wheels alone coming out of it, whatever else is in it."""
    pack = tmp_path / "a pack.zip"
    packing = small.command("pack", str(pack), "--for", small.lock.stem)
    told = packing.communicate(timeout=60)
    assert packing.returncode == 0, told
    assert not pack.with_name("a pack.zip.unzipped").exists()
    with zipfile.ZipFile(pack, "a") as archive:
        archive.writestr("../../escaped.txt", "out")
        archive.writestr("wheels/../../escaped.txt", "out")
    asked = len(server.requests)
    code, out, error = small.run("--again", "--from", str(pack))
    assert (code, len(server.requests)) == (0, asked), error
    assert "Unpack a pack.zip: 2 wheels" in out
    assert not (small.data / "wheels").exists()
    assert not list(tmp_path.rglob("escaped.txt"))


def test_a_pack_for_another_computer_is_told_before_anything_is_unpacked(small: SmallInstaller, tmp_path: Path) -> None:
    (tmp_path / "pack/wheels").mkdir(parents=True)
    code, _, error = small.run("--from", str(tmp_path / "pack"))
    assert (code, error.strip().splitlines()[-1].partition(":")[0]) == (24, "NOT_IN_PACK")


def test_wheels_are_told_as_one_amount_of_bytes(server: BadServer, tmp_path: Path) -> None:
    contents = {"a-1-py3-none-any.whl": bytes(100_000), "b-1-py3-none-any.whl": bytes(range(250)) * 1200}
    server.files.update(contents)
    wheels = tuple(
        Wheel(file[0], "1", hashlib.sha256(content).hexdigest(), server.url(file), len(content), 1)
        for file, content in contents.items()
    )
    told: list[tuple[float, str]] = []
    WheelFolder(tmp_path, wheels).bring(lambda fraction, detail: told.append((fraction, detail)))
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1] == (1.0, "b, 0.4 of 0.4 MB")
    assert all((tmp_path / file).read_bytes() == content for file, content in contents.items())


@pytest.mark.parametrize("content", [b"", b"x", b"y" * 700])
def test_a_spoilt_wheel_in_a_pack_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(content)
    wheel = Wheel("a", "1", "0" * 64, "a-1-py3-none-any.whl", 700, 1)
    with pytest.raises(InstallerFailure) as failure:
        WheelFolder(tmp_path, (wheel,), offline=True).bring(lambda fraction, detail: None)
    assert failure.value.code == "PACK_UNREADABLE"


def test_the_help_of_every_command_starts() -> None:
    for command in ("plan", "install", "models", "pack", "lock"):
        argv = [sys.executable, "-m", "vendor_installer", command, "--help"]
        told = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
        assert "usage: python3 -m vendor_installer" in told.stdout
