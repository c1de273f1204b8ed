# SPDX-License-Identifier: GPL-3.0-or-later
"""Each failure has a code of its own and tells the artist what happened and what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from triposr_addon.host import failures
from triposr_addon.host.failures import HostFailure
from triposr_addon.protocol import ErrorReport

NOT_THERE = FileNotFoundError(errno.ENOENT, "No such file or directory")
ONE_OF_EACH = (
    failures.WorkerMissing(Path("/env")),
    failures.WorkerDidNotStart(Path("/env/bin/python"), NOT_THERE),
    failures.WorkerDied(1, "Traceback"),
    failures.WorkerLineCut(1, "Traceback"),
    failures.WorkerSilent("has not answered for 300 s", ""),
    failures.WorkerBabbled("not JSON", b"Downloading", ""),
    failures.WorkerVersionDiffers(2),
    failures.WorkerAnsweredGarbage("an answer to nothing", ""),
    failures.WorkerReportedFailure(ErrorReport("PHOTO_EMPTY", "The file is empty. Choose another.", "0 bytes")),
    failures.ResultUnreadable(Path("mesh.npz"), "it is empty"),
    failures.JobTookTooLong(60.0, "reconstruct"),
    failures.WorkerKilledForMemory(-9, "words"),
    failures.RequestUnsendable("nan"),
    failures.QueueFull(5000),
    failures.StorageUnwritable(Path("/full"), OSError(errno.ENOSPC, "No space left on device")),
    failures.LogUnwritable(Path("/full/log.jsonl"), OSError(errno.ENOSPC, "No space left on device")),
)


def every_kind(kind: type[HostFailure] = HostFailure) -> Iterator[type[HostFailure]]:
    for child in kind.__subclasses__():
        if child.__module__ == failures.__name__:
            yield child
            yield from every_kind(child)


def test_the_list_above_is_whole() -> None:
    assert {type(failure) for failure in ONE_OF_EACH} == set(every_kind())


def test_every_code_is_its_own() -> None:
    codes = [kind.CODE for kind in every_kind()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)


@pytest.mark.parametrize("failure", ONE_OF_EACH, ids=lambda failure: failure.code)
def test_the_sentence_says_what_happened_and_what_to_do(failure: HostFailure) -> None:
    what, _, next_step = failure.sentence.partition(". ")
    assert what
    assert next_step.endswith(".")
    assert "\n" not in failure.sentence
    assert len(failure.sentence) <= 200
    assert str(failure) == failure.sentence


def test_a_reported_failure_is_the_workers_own() -> None:
    failure = failures.WorkerReportedFailure(ErrorReport("PHOTO_EMPTY", "The file is empty.", "0 bytes"))
    assert (failure.code, failure.sentence, failure.details) == ("PHOTO_EMPTY", "The file is empty.", "0 bytes")


@pytest.mark.parametrize(
    ("exit_code", "words"),
    [
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-9, "SIGKILL"),
        (-11, "SIGSEGV"),
        (-250, "signal 250"),
        (0xC0000005, "exit code 0xC0000005"),
    ],
)
def test_how_a_process_ended(exit_code: int, words: str) -> None:
    assert failures.describe_exit(exit_code) == words


def test_only_a_kill_speaks_of_memory() -> None:
    assert "memory" in failures.WorkerDied(-9, "").sentence
    assert "memory" not in failures.WorkerDied(-11, "").sentence
    assert "memory" not in failures.WorkerDied(1, "").sentence
