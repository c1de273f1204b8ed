# SPDX-License-Identifier: GPL-3.0-or-later
"""The three pipes on their own, with this test at the other end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from triposr_addon.host.log_file import LogFile
from triposr_addon.host.worker_streams import (
    REMEMBERED_STDERR_BYTES,
    WAITING_LINES,
    EndOfOutput,
    ErrorReader,
    InputWriter,
    Line,
    LineTooLong,
    OutputReader,
    Piece,
)

ENOUGH_SECONDS = 60.0


@pytest.fixture
def pipe() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Reading and writing end, unbuffered."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", 0) as reading, os.fdopen(write_end, "wb", 0) as writing:
        yield reading, writing


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def all_pieces(reader: OutputReader) -> list[Piece]:
    """Everything up to the end of output."""
    pieces: list[Piece] = []

    def ended() -> bool:
        while (piece := reader.next_or_none()) is not None:
            pieces.append(piece)
        return bool(pieces) and isinstance(pieces[-1], EndOfOutput)

    wait_until(ended)
    return pieces


def test_lines_come_whole_however_they_were_written(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    reader = OutputReader(reading, 100)
    for part in (b"on", b"e\ntw", b"o\n\nthr", b"ee\nhal", b"f"):
        writing.write(part)
        time.sleep(0.01)
    writing.close()
    lines = [Line(text) for text in (b"one", b"two", b"", b"three")]
    assert all_pieces(reader) == [*lines, EndOfOutput(b"half")]


def test_a_line_of_the_limit_passes_and_one_byte_more_does_not(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    reader = OutputReader(reading, 10)
    writing.write(b"x" * 10 + b"\n" + b"y" * 11 + b"\n")
    writing.close()
    assert all_pieces(reader) == [Line(b"x" * 10), LineTooLong(b"y" * 11), EndOfOutput(b"")]


def test_nothing_is_kept_of_a_line_without_end(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    reader = OutputReader(reading, 1000)
    for _ in range(200):
        writing.write(b"x" * 65536)
    writing.close()
    reader.join(ENOUGH_SECONDS)
    piece = reader.next_or_none()
    assert isinstance(piece, LineTooLong)
    assert len(piece.start) <= 1000 + 65536
    assert reader.next_or_none() is None


def test_a_flood_waits_in_the_pipe_and_discard_lets_it_go(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    reader = OutputReader(reading, 100)
    os.set_blocking(writing.fileno(), False)
    written = 0

    def pipe_is_full() -> bool:
        nonlocal written
        count = writing.write(b"flood\n" * 100)
        written += count or 0
        return count is None

    wait_until(pipe_is_full)
    time.sleep(0.3)
    wait_until(pipe_is_full)
    assert written < 1_000_000
    reader.discard()
    writing.close()
    reader.join(ENOUGH_SECONDS)
    arrived = 0
    while reader.next_or_none() is not None:
        arrived += 1
    assert arrived <= WAITING_LINES


def test_the_writer_keeps_the_order_and_closes_behind_the_last(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    writer = InputWriter(writing)
    for number in range(100):
        writer.write(b"%d\n" % number)
    writer.close()
    writer.join(ENOUGH_SECONDS)
    assert reading.read(10_000) == b"".join(b"%d\n" % number for number in range(100))
    assert reading.read(1) == b""


def test_a_worker_that_does_not_read_blocks_nobody(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    reading, writing = pipe
    writer = InputWriter(writing)
    for _ in range(50):
        writer.write(b"x" * 100_000)
    reading.close()
    writer.close()
    writer.join(ENOUGH_SECONDS)
    assert writing.closed


def test_the_last_words_are_the_last_and_the_log_has_all(pipe: tuple[IO[bytes], IO[bytes]], tmp_path: Path) -> None:
    reading, writing = pipe
    reader = ErrorReader(reading, LogFile(tmp_path / "log", longest_bytes=1 << 30))
    for number in range(20_000):
        writing.write(b"warning %d \xff\n" % number)
    writing.close()
    reader.join(ENOUGH_SECONDS)
    assert reader.last_words(2) == "warning 19998 \ufffd\nwarning 19999 \ufffd"
    assert len(reader.last_words(100_000)) <= REMEMBERED_STDERR_BYTES + 65536
    assert (tmp_path / "log").read_bytes().count(b"\n") == 20_000


def test_no_last_words(pipe: tuple[IO[bytes], IO[bytes]], tmp_path: Path) -> None:
    reading, writing = pipe
    reader = ErrorReader(reading, LogFile(tmp_path / "log"))
    writing.close()
    reader.join(ENOUGH_SECONDS)
    assert reader.last_words() == ""
