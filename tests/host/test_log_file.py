# SPDX-License-Identifier: GPL-3.0-or-later
"""A log that stays small, is shared, and never costs more than itself."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from triposr_addon.host.log_file import LogFile


def test_notes_and_raw_text_in_order(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "deep" / "worker.log")
    log.write(b"from the worker\n")
    log.note("größer \udcff")
    first, second = log.tail(10).splitlines()
    assert first == "from the worker"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d host: größer \\udcff", second)


def test_the_tail_is_empty_where_nothing_was_logged(tmp_path: Path) -> None:
    assert LogFile(tmp_path / "worker.log").tail(10) == ""


def test_the_tail_is_of_the_asked_length(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "worker.log")
    log.write(b"1\n2\n3\n4\n")
    assert log.tail(2) == "3\n4"


def test_the_log_is_kept_small_and_its_tail_whole(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "worker.log", longest_bytes=100)
    for number in range(50):
        log.write(f"line {number}\n".encode())
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"worker.log", "worker.log.1"}
    assert max(sizes.values()) <= 100
    assert log.tail(10).splitlines() == [f"line {number}" for number in range(40, 50)]


def test_two_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "worker.log")

    def write_often(text: bytes) -> None:
        for _ in range(200):
            log.write(text)

    threads = [threading.Thread(target=write_often, args=(letter * 50 + b"\n",)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    lines = log.tail(1000).splitlines()
    assert (lines.count("a" * 50), lines.count("b" * 50), len(lines)) == (200, 200, 400)


def test_a_log_that_cannot_be_written_says_so_and_recovers(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.write_text("in the way")
    log = LogFile(folder / "worker.log")
    log.write(b"lost\n")
    assert "can't be written" in log.tail(5)
    folder.unlink()
    log.write(b"kept\n")
    assert log.tail(5) == "kept"
