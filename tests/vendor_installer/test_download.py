# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad days, each for real: a server on loopback that does what servers, proxies and cables do."""

import contextlib
import hashlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bad_days import OTHER_CONTENT, REFUSED, SURVIVED
from tests.fakes.bad_server import BadServer, Fault, serving
from vendor_installer.download import Download, RemoteFile
from vendor_installer.failures import InstallerFailure
from vendor_installer.fetch import Limits

CONTENT = random.Random(5).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
QUICK = Limits(stall_s=0.4, slowest=500.0, tries=3, pause_s=0.02)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({"model.bin": CONTENT}) as running:
        yield running


def the_file(server: BadServer, size: int = len(CONTENT), sha256: str = SHA256) -> RemoteFile:
    return RemoteFile(server.url("model.bin"), size, sha256)


def fetch(server: BadServer, target: Path) -> None:
    Download(the_file(server), target, QUICK).run(lambda fraction, detail: None)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("fault", SURVIVED, ids=lambda fault: f"{fault.kind}-{fault.at or fault.status}")
def test_a_bad_moment_is_survived(server: BadServer, tmp_path: Path, fault: Fault) -> None:
    """Once it is met at the first byte, once in the middle of a file that an earlier run began."""
    for begun in (b"", CONTENT[:120_000]):
        target = tmp_path / f"begun-{len(begun)}" / "model.bin"
        target.parent.mkdir()
        target.with_name("model.bin.part").write_bytes(begun)
        server.faults[:] = [fault]
        fetch(server, target)
        assert target.read_bytes() == CONTENT
        assert left(target.parent) == ["model.bin"]


def test_a_whole_bad_day_is_survived(server: BadServer, tmp_path: Path) -> None:
    """Forty faults one after the other; each of them lets at least some bytes through now and then."""
    dice = random.Random(7)
    for _ in range(20):
        server.faults += [Fault("cut", dice.randrange(1, 12_000)), dice.choice(SURVIVED[:-3])]
    fetch(server, tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == CONTENT
    assert len(server.requests) > 20


@pytest.mark.parametrize(("fault", "code"), REFUSED, ids=lambda value: getattr(value, "kind", value))
def test_a_fault_that_stays_ends_in_one_sentence_and_costs_nothing(
    server: BadServer, tmp_path: Path, fault: Fault, code: str
) -> None:
    """What an earlier run fetched is still there, and the next run goes on with it."""
    (tmp_path / "model.bin.part").write_bytes(CONTENT[:120_000])
    server.then = fault
    with pytest.raises(InstallerFailure) as failure:
        fetch(server, tmp_path / "model.bin")
    assert failure.value.code == code
    assert failure.value.sentence.rstrip().endswith((".", "`."))
    assert not (tmp_path / "model.bin").exists()
    server.then = None
    fetch(server, tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == CONTENT


def test_no_server_at_all(server: BadServer, tmp_path: Path) -> None:
    file = RemoteFile("http://127.0.0.1:9/model.bin", len(CONTENT), SHA256)
    with pytest.raises(InstallerFailure) as failure:
        Download(file, tmp_path / "model.bin", QUICK).run(lambda fraction, detail: None)
    assert (failure.value.code, "127.0.0.1" in failure.value.sentence) == ("CONNECTION_LOST", True)


@pytest.mark.parametrize("fault", OTHER_CONTENT, ids=lambda fault: fault.kind)
def test_other_content_of_the_right_length_is_set_aside_and_never_used(
    server: BadServer, tmp_path: Path, fault: Fault
) -> None:
    server.then = fault
    with pytest.raises(InstallerFailure) as failure:
        fetch(server, tmp_path / "model.bin")
    assert failure.value.code == "FILE_NOT_AS_PINNED"
    assert left(tmp_path) == ["model.bin.refused"]
    server.then = None
    fetch(server, tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == CONTENT


def test_a_part_that_is_spoilt_or_too_long_is_fetched_anew_once(server: BadServer, tmp_path: Path) -> None:
    for spoilt in (bytes(200_000), bytes(300_000), bytes(400_000)):
        (tmp_path / "model.bin").unlink(missing_ok=True)
        (tmp_path / "model.bin.part").write_bytes(spoilt)
        fetch(server, tmp_path / "model.bin")
        assert (tmp_path / "model.bin").read_bytes() == CONTENT
        assert left(tmp_path) == ["model.bin"]


def test_it_goes_on_by_range_and_asks_nothing_for_what_is_there(server: BadServer, tmp_path: Path) -> None:
    (tmp_path / "model.bin.part").write_bytes(CONTENT[:250_000])
    fetch(server, tmp_path / "model.bin")
    assert (server.requests, server.sent) == ([("/model.bin", "bytes=250000-")], 50_000)
    fetch(server, tmp_path / "model.bin")
    assert len(server.requests) == 1


def test_a_file_of_the_artists_own_in_its_place_is_kept(server: BadServer, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("my own training")
    fetch(server, tmp_path / "model.bin")
    assert (tmp_path / "model.bin.own1").read_text() == "my own training"


def test_it_tells_bytes_and_stops_when_asked(server: BadServer, tmp_path: Path) -> None:
    server.piece_s = 0.02
    stop = threading.Event()
    told: list[tuple[float, str]] = []

    def report(fraction: float, detail: str) -> None:
        told.append((fraction, detail))
        if fraction > 0.2:
            stop.set()

    download = Download(the_file(server), tmp_path / "model.bin", QUICK, stop.is_set)
    with pytest.raises(InstallerFailure) as failure:
        download.run(report)
    assert failure.value.code == "CANCELLED"
    kept = (tmp_path / "model.bin.part").read_bytes()
    assert 60_000 < len(kept) < len(CONTENT)
    assert CONTENT.startswith(kept)
    assert "of 0.3 MB" in told[-1][1]
    server.piece_s = 0
    fetch(server, tmp_path / "model.bin")
    assert server.sent < 2 * len(CONTENT)


def test_cancelling_is_heard_while_the_server_is_silent(server: BadServer, tmp_path: Path) -> None:
    server.then = Fault("silence")
    patient = Limits(stall_s=30.0)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(InstallerFailure) as failure:
        Download(the_file(server), tmp_path / "model.bin", patient, stop.is_set).run(lambda fraction, detail: None)
    assert failure.value.code == "CANCELLED"


def test_two_at_once_fetch_it_once(server: BadServer, tmp_path: Path) -> None:
    server.piece_s = 0.005
    failures: list[BaseException] = []

    def one() -> None:
        try:
            fetch(server, tmp_path / "model.bin")
        except InstallerFailure as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert (len(server.requests), left(tmp_path)) == (1, ["model.bin"])


def test_one_that_may_not_wait_says_who_is_at_work(server: BadServer, tmp_path: Path) -> None:
    server.piece_s = 0.02
    first = threading.Thread(target=fetch, args=(server, tmp_path / "model.bin"))
    first.start()
    while not (tmp_path / "model.bin.part").exists():
        first.join(0.01)
    with pytest.raises(InstallerFailure) as failure:
        Download(the_file(server), tmp_path / "model.bin", QUICK, lock_wait_s=0).run(lambda fraction, detail: None)
    first.join(30)
    assert failure.value.code == "ALREADY_RUNNING"
    with contextlib.suppress(FileNotFoundError):
        assert (tmp_path / "model.bin.lock").stat().st_size >= 0
    assert (tmp_path / "model.bin").read_bytes() == CONTENT
