# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the jobs, and who may change places with whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from triposr_addon.host.job_queue import JobQueue
from triposr_addon.host.jobs import GenerationRequest, Job


def job(name: str) -> Job:
    return Job(name, GenerationRequest(Path(f"{name}.png"), Path("model"), name))


@pytest.fixture
def queue(tmp_path: Path) -> JobQueue:
    """over, running, then a, b and c, which wait; another one that is over stands between b and c."""
    queue = JobQueue()
    for name in ("over", "running", "a", "b", "cancelled", "c"):
        queue.add(job(name))
    queue["running"].begin(tmp_path)
    for name in ("over", "cancelled"):
        queue[name].cancelled()
    return queue


def names(queue: JobQueue) -> list[str]:
    return [job.id for job in queue]


def test_the_first_that_waits_is_next(queue: JobQueue) -> None:
    following = queue.next_or_none()
    assert following is not None
    assert following.id == "a"
    for waiting in ("a", "b", "c"):
        queue[waiting].cancelled()
    assert queue.next_or_none() is None


def test_a_waiting_job_changes_places_with_the_next_waiting_one(queue: JobQueue) -> None:
    queue.move("c", -1)
    assert names(queue) == ["over", "running", "a", "c", "cancelled", "b"]
    queue.move("a", 1)
    assert names(queue) == ["over", "running", "c", "a", "cancelled", "b"]


@pytest.mark.parametrize(("name", "by"), [("a", -1), ("c", 1), ("running", 1), ("over", 1), ("cancelled", -1)])
def test_others_stay_where_they_are(queue: JobQueue, name: str, by: int) -> None:
    before = names(queue)
    assert not queue.can_move(name, by)
    queue.move(name, by)
    assert names(queue) == before


def test_another_job_takes_the_place_of_one(queue: JobQueue) -> None:
    queue.replace("cancelled", job("again"))
    assert names(queue) == ["over", "running", "a", "b", "again", "c"]


def test_what_is_not_there_is_an_error(queue: JobQueue) -> None:
    removed = queue.remove("b")
    assert removed.id == "b"
    assert "b" not in queue
    for ask in (queue.__getitem__, queue.remove, lambda name: queue.can_move(name, 1)):
        with pytest.raises(KeyError):
            ask("b")


def test_a_loop_over_the_jobs_bears_their_removal(queue: JobQueue) -> None:
    for each in queue:
        queue.remove(each.id)
    assert names(queue) == []
