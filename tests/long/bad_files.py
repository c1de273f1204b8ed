# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of damaged and forged files through the real doors: each gives a result or a named failure.

    WORKER_PYTHON tests/long/bad_files.py [--kinds photo field …] [--count N] [--first N] [--seed N] [--json OUT]

They are tried in a process of their own, with a ceiling on its memory (RLIMIT_AS) and a watchdog: a file that takes
more than five seconds of processor time, or a minute of any, is a hang, and a process that ends is a crash; both are
counted, and it goes on with the next file. A file is made of the seed, the kind and its number alone, so that a finding
can be had again:

    --kinds KIND --first NUMBER --count 1 --keep FOLDER

Linux. Exit code 0: no crash, no hang.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("bad_files_child.py")
KINDS = (
    "photo", "mask", "cut-out", "mesh", "unwrapped", "points", "field", "config", "checkpoint", "weights", "line",
    "log", "lock", "receipt", "pack",
    "manifest", "list",
)  # fmt: skip
LONGEST_SECONDS = 5.0
"""Of processor time."""
LONGEST_WAIT_SECONDS = 60.0
CEILING_MB = 6144

Wanted = list[tuple[str, int, int]]
"""Kind, number of the first file, how many."""


@dataclass
class Book:
    """What came of the files of one kind. peaks: MB at the kind's first file, and the most."""

    outcomes: collections.Counter[str] = field(default_factory=collections.Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)
    slowest_seconds: float = 0.0
    slowest_number: int = -1
    peak_mb: float = 0.0
    start_mb: float = 0.0

    def take(self, told: dict[str, Any]) -> None:
        """Enter one file."""
        self.outcomes[told["outcome"]] += 1
        if told["seconds"] > self.slowest_seconds:
            self.slowest_seconds, self.slowest_number = told["seconds"], told["number"]
        self.peak_mb = max(self.peak_mb, told.get("peak_mb", 0.0))
        self.start_mb = self.start_mb or self.peak_mb
        if told["outcome"] in ("crash", "hang"):
            self.findings.append(told)


class Child:
    """The process; its lines come through a thread, so that none can be waited for too long."""

    def __init__(self, options: argparse.Namespace, home: Path, wanted: Wanted) -> None:
        words = [str(options.seed), str(options.ceiling), str(home), json.dumps(wanted)]
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._errors = ""
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        for stream, take in ((self.process.stdout, self._lines.put), (self.process.stderr, self._keep)):
            threading.Thread(target=_hand_on, args=(stream, take), daemon=True).start()

    def told(self) -> Iterator[dict[str, Any]]:
        """What it says of each file; a hang is told in its place, and ends it. Ends with the process."""
        begun: dict[str, Any] = {}
        since = time.monotonic()
        while True:
            try:
                told = json.loads(self._lines.get(timeout=0.2))
            except queue.Empty:
                if self.process.poll() is not None and self._lines.empty():
                    break
                if begun and self._hangs(begun["worked"], since):
                    self.process.kill()
                    self.process.wait()
                    yield _finding(begun, "hang", "the watchdog", LONGEST_SECONDS)
                    return
                continue
            if "begun" in told:
                begun, since = told, time.monotonic()
            else:
                begun = {}
                yield told
        if self.process.returncode:
            yield _finding(begun, "crash", f"exit code {self.process.returncode}: {self._errors[-400:]}", 0.0)

    def _keep(self, line: str) -> None:
        self._errors = (self._errors + line)[-2000:]

    def _hangs(self, worked: float, since: float) -> bool:
        """Other programs may have the processor, so time is what this one was given; one that waits hangs, too."""
        return self._worked() - worked > LONGEST_SECONDS or time.monotonic() - since > LONGEST_WAIT_SECONDS

    def _worked(self) -> float:
        """Seconds of processor time so far."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _hand_on(stream: Iterable[str], take: Callable[[str], None]) -> None:
    for line in stream:
        take(line)


def _finding(begun: dict[str, Any], outcome: str, why: str, seconds: float) -> dict[str, Any]:
    if not begun:
        raise RuntimeError(f"The process ended between two files: {why}")
    return {"kind": begun["kind"], "number": begun["begun"], "outcome": outcome, "why": why, "seconds": seconds}


def try_all(options: argparse.Namespace, home: Path) -> dict[str, Book]:
    """All files of all kinds, in as many processes as it takes."""
    wanted: Wanted = [(kind, options.first, options.count) for kind in options.kinds]
    books = {kind: Book() for kind in options.kinds}
    while wanted:
        for told in Child(options, home, wanted).told():
            books[told["kind"]].take(told)
            wanted = rest_after(wanted, told["kind"], told["number"])
    return books


def rest_after(wanted: Wanted, kind: str, number: int) -> Wanted:
    """What is still to be done when that file has been tried."""
    at = [name for name, _, _ in wanted].index(kind)
    _, first, count = wanted[at]
    left = first + count - number - 1
    return [*([(kind, number + 1, left)] if left else []), *wanted[at + 1 :]]


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="which; all where it is left out")
    parser.add_argument("--count", type=int, default=100, help="files of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ceiling", type=int, default=CEILING_MB, help="MB of address space for a process")
    parser.add_argument("--json", type=Path, help="file for what was seen; what stands in it is added to")
    parser.add_argument("--keep", type=Path, help="folder for the last file, to look at it")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Try, tell."""
    options = options_from(arguments)
    with tempfile.TemporaryDirectory(prefix="triposr_bad_files_") as home:
        books = try_all(options, options.keep or Path(home))
    for kind, book in books.items():
        tell(kind, book)
    if options.json:
        add_to(options.json, books, options)
    return 1 if any(book.findings for book in books.values()) else 0


def tell(kind: str, book: Book) -> None:
    """What was seen, for people."""
    print(
        f"{kind}: {sum(book.outcomes.values())} files, slowest {book.slowest_seconds:.2f} s (number "
        f"{book.slowest_number}), peak {book.peak_mb:.0f} MB (first file {book.start_mb:.0f} MB)"
    )
    print("   ", ", ".join(f"{outcome} {count}" for outcome, count in book.outcomes.most_common()))
    for finding in book.findings[:20]:
        print(f"    {finding['outcome']} {finding['number']}: {finding['why']}")


def add_to(file: Path, books: dict[str, Book], options: argparse.Namespace) -> None:
    """Figures of this run, behind those of earlier ones."""
    runs = json.loads(file.read_text()) if file.exists() else []
    kinds = {kind: vars(book) for kind, book in books.items()}
    runs.append({"seed": options.seed, "first": options.first, "count": options.count, "kinds": kinds})
    file.write_text(json.dumps(runs, indent=1))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
