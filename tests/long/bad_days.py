# SPDX-License-Identifier: GPL-3.0-or-later
"""Every bad day of the installer, counted: how many faults of which kind, and how many were survived.

    python tests/long/bad_days.py [--kills 20] [--seed 1] [--json OUT]

A fault is survived where the file comes whole all the same, or where it can't and the run ends in one sentence with the
right code, uses nothing wrong, keeps what was fetched, and the next run, with the fault gone, ends whole. A minute or
three; Linux and macOS. Exit code 0: all survived.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from tests.fakes.bad_days import OTHER_CONTENT, REFUSED, SURVIVED  # noqa: E402 - the path is set above
from tests.fakes.bad_server import BadServer, Fault, serving  # noqa: E402
from tests.fakes.download_process import start_download, told  # noqa: E402
from tests.fakes.proxy import proxying  # noqa: E402
from tests.long.install_kills import figures_of  # noqa: E402
from vendor_installer.download import Download, RemoteFile  # noqa: E402
from vendor_installer.failures import InstallerFailure  # noqa: E402
from vendor_installer.fetch import Limits  # noqa: E402
from vendor_installer.remote_stream import DIRECT, Way  # noqa: E402

CONTENT = random.Random(5).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
QUICK = Limits(stall_s=0.4, slowest=500.0, tries=3, pause_s=0.02)
CERTIFICATE = CHECKOUT / "tests" / "fakes" / "nobodys_certificate.pem"
BEGUN = 120_000
"""Bytes that an earlier run left, in the cases where one did."""


@dataclass(frozen=True)
class Day:
    """One row: its name, how many faults, how many of them were survived."""

    name: str
    faults: int
    survived: int


def fetch(server: BadServer, target: Path, way: Way = DIRECT) -> str:
    """ "" for the whole file, else the code that it ended with; "HALF" where what is there is not the whole."""
    file = RemoteFile(server.url("model.bin"), len(CONTENT), SHA256)
    try:
        Download(file, target, QUICK, way=way).run(lambda fraction, detail: None)
    except InstallerFailure as failure:
        return "HALF" if target.exists() or not failure.sentence.rstrip("`").endswith(".") else failure.code
    return "" if target.read_bytes() == CONTENT else "HALF"


def new_target(begun: int) -> Path:
    """In a folder of its own, with so many bytes of an earlier run."""
    target = Path(tempfile.mkdtemp(dir=os.environ["BAD_DAYS"])) / "model.bin"
    target.with_name("model.bin.part").write_bytes(CONTENT[:begun])
    return target


def passing(server: BadServer) -> Iterator[tuple[str, bool]]:
    """Each fault once, at the first byte of a file and in the middle of one."""
    for fault in SURVIVED:
        for begun in (0, BEGUN):
            server.faults[:] = [fault]
            yield f"passes: {fault.kind}", fetch(server, new_target(begun)) == ""


def in_a_row(server: BadServer, dice: random.Random) -> Iterator[tuple[str, bool]]:
    """Forty within one file."""
    for _ in range(20):
        server.faults += [Fault("cut", dice.randrange(1, 12_000)), dice.choice(SURVIVED[:-3])]
    whole = fetch(server, new_target(0)) == ""
    server.faults.clear()
    for _ in range(40):
        yield "passes: forty in a row", whole


def staying(server: BadServer) -> Iterator[tuple[str, bool]]:
    """Met by every try; then gone."""
    lasting = [*REFUSED, *((fault, "FILE_NOT_AS_PINNED") for fault in OTHER_CONTENT)]
    for fault, code in lasting:
        target = new_target(0 if fault in OTHER_CONTENT else BEGUN)
        server.then = fault
        ended = fetch(server, target)
        server.then = None
        yield f"stays: {fault.kind}", ended == code and fetch(server, target) == ""


def in_between() -> Iterator[tuple[str, bool]]:
    """Certificates of nobody; proxies that refuse, hang up, or are gone."""
    with serving({"model.bin": CONTENT}, CERTIFICATE) as server:
        yield "certificate: of nobody", fetch(server, new_target(BEGUN), Way()) == "CERTIFICATE_REFUSED"
        trusted = Way(certificates=str(CERTIFICATE))
        yield "certificate: named by the artist", fetch(server, new_target(BEGUN), trusted) == ""
        for refusal in (403, 407):
            with proxying() as proxy:
                proxy.refusal = refusal
                refused = fetch(server, new_target(BEGUN), replace(trusted, proxy=proxy.url))
            yield "proxy: refuses", refused == "DOWNLOAD_REFUSED"
        with proxying() as proxy:
            proxy.cut_after = 150_000
            yield "proxy: hangs up", fetch(server, new_target(0), replace(trusted, proxy=proxy.url)) == ""
        gone = fetch(server, new_target(BEGUN), replace(trusted, proxy=proxy.url))
        yield "proxy: is gone", gone == "CONNECTION_LOST"


def without_room(server: BadServer) -> Iterator[tuple[str, bool]]:
    """The disk takes no more at some byte; then it does."""
    for room in (1, 65_536, 250_000):
        target = new_target(0)
        said = told(start_download(server, target, room=room))
        begun = CONTENT.startswith(target.with_name("model.bin.part").read_bytes())
        yield "disk: full", said.startswith("DISK_FULL: ") and begun and fetch(server, target) == ""


def download_killed(server: BadServer, kills: int, dice: random.Random) -> Iterator[tuple[str, bool]]:
    """Each in a file of its own, at a random byte; the next run goes on."""
    for _ in range(kills):
        target, mark = new_target(0), dice.randrange(len(CONTENT))
        server.piece_s = 0.002
        process = start_download(server, target)
        part = target.with_name("model.bin.part")
        while process.poll() is None and not (part.exists() and part.stat().st_size >= mark):
            time.sleep(0.001)
        process.kill()
        told(process)
        server.piece_s = 0.0
        yield "killed: download", CONTENT.startswith(part.read_bytes()) and fetch(server, target) == ""


def killed(kills: int, seed: int) -> Iterator[tuple[str, bool]]:
    """The whole `install`."""
    figures = figures_of(kills, seed, with_pytorch=False)
    for number in range(kills):
        yield "killed: install", figures.held or number >= max(figures.broken, len(figures.litter))


def count(rows: Iterator[tuple[str, bool]], tell: Callable[[str], object]) -> list[Day]:
    """By names."""
    found: dict[str, list[bool]] = collections.defaultdict(list)
    for name, survived in rows:
        found[name].append(survived)
        if not survived:
            tell(f"not survived: {name}, number {len(found[name])}")
    return [Day(name, len(results), sum(results)) for name, results in found.items()]


def all_days(kills: int, seed: int, tell: Callable[[str], object]) -> list[Day]:
    """One after the other."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "no_proxy"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory(prefix="bad-days-") as folder, serving({"model.bin": CONTENT}) as server:
        os.environ["BAD_DAYS"] = folder
        days = count(passing(server), tell) + count(in_a_row(server, random.Random(seed)), tell)
        days += count(staying(server), tell) + count(without_room(server), tell)
        days += count(download_killed(server, kills, random.Random(seed)), tell)
        del os.environ["NO_PROXY"]
        days += count(in_between(), tell)
    return days + (count(killed(kills, seed), tell) if kills else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--kills", type=int, default=20, metavar="N", help="of a download, and of `install` (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of what is random (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    options = parser.parse_args()
    days = all_days(options.kills, options.seed, lambda line: print(line, flush=True))
    if options.json:
        options.json.write_text(json.dumps([vars(day) for day in days], indent=1), encoding="utf-8")
    whole = Day("all", sum(day.faults for day in days), sum(day.survived for day in days))
    for day in (*days, whole):
        print(f"{day.name:32} {day.faults:4} faults, {day.survived:4} survived")
    return 0 if whole.faults == whole.survived else 1


if __name__ == "__main__":
    sys.exit(main())
