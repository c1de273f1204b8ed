# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut-outs to look at: the newest wins, jobs go first, and whatever the worker does has an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.waiting import MakeGenerator, Photo, pid, run, start_running, tick_until
from triposr_addon.host.cut_outs import CutOutRequest, CutOutState, CutOutView
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState
from triposr_addon.host.storage import Storage
from triposr_addon.protocol import PhotoSettings


def wish(folder: Path, what: str = "good", to_paint: bool = False) -> CutOutRequest:
    return CutOutRequest(folder / f"{what}.png", PhotoSettings(), to_paint)


def seen(generator: Generator) -> CutOutView:
    view = generator.cut_outs.view()
    assert view is not None
    return view


def until(generator: Generator, *states: CutOutState) -> CutOutView:
    tick_until(generator, lambda: seen(generator).state in states)
    return seen(generator)


def look_at(generator: Generator, request: CutOutRequest) -> CutOutView:
    generator.cut_outs.ask(request)
    return until(generator, CutOutState.DONE, CutOutState.FAILED)


def folders(storage: Storage) -> list[Path]:
    return list(storage.jobs.iterdir())


def test_before_the_first_wish_there_is_nothing(make: MakeGenerator) -> None:
    generator = make()
    generator.tick()
    assert generator.cut_outs.view() is None


def test_a_cut_out_has_its_picture_method_and_warnings(make: MakeGenerator, tmp_path: Path) -> None:
    view = look_at(make(), wish(tmp_path))
    assert view.result is not None
    assert view.result.cutout is not None
    assert view.result.cutout.is_file()
    assert (view.result.mask, view.result.paint) == (None, None)
    assert (view.result.method, view.result.model) == ("flat", "")
    assert view.result.warnings == ("The subject is only 9 pixels across.",)


def test_what_is_to_be_painted_on_comes_only_on_request(make: MakeGenerator, tmp_path: Path) -> None:
    view = look_at(make(), wish(tmp_path, to_paint=True))
    assert view.result is not None
    for file in (view.result.mask, view.result.paint):
        assert file is not None
        assert file.is_file()


def test_nothing_found_is_a_result_without_a_picture(make: MakeGenerator, tmp_path: Path) -> None:
    view = look_at(make(), wish(tmp_path, "shows-nothing"))
    assert view.result is not None
    assert view.result.cutout is None
    assert view.result.warnings == ("No subject was found in the photo.",)


def test_it_does_not_wait_for_the_worker_to_be_initialized(make: MakeGenerator, tmp_path: Path) -> None:
    """Importing PyTorch takes seconds; here the worker never ends it."""
    generator = make("hangs")
    assert look_at(generator, wish(tmp_path)).state is CutOutState.DONE
    assert generator.worker() is None


def test_the_job_after_it_takes_the_same_worker(make: MakeGenerator, photo: Photo, tmp_path: Path) -> None:
    generator = make()
    look_at(generator, wish(tmp_path))
    tick_until(generator, generator.ready)
    worker = pid(generator)
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) == worker
    assert look_at(generator, wish(tmp_path)).state is CutOutState.DONE
    assert pid(generator) == worker


def test_the_newest_wish_wins_and_the_others_files_go(make: MakeGenerator, tmp_path: Path, storage: Storage) -> None:
    generator = make()
    generator.cut_outs.ask(wish(tmp_path, "cuts-out-until-cancelled"))
    until(generator, CutOutState.RUNNING)
    view = look_at(generator, wish(tmp_path))
    assert view.request.photo.stem == "good"
    assert view.state is CutOutState.DONE
    assert len(folders(storage)) == 1
    look_at(generator, wish(tmp_path))
    assert len(folders(storage)) == 1


def test_an_answer_that_comes_too_late_is_not_taken_for_the_newest(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    generator.cut_outs.ask(wish(tmp_path, "cuts-out-although-cancelled"))
    until(generator, CutOutState.RUNNING)
    view = look_at(generator, wish(tmp_path))
    assert view.result is not None
    assert view.result.method == "flat"


def test_a_photo_job_goes_first_and_the_wish_is_kept(make: MakeGenerator, photo: Photo, tmp_path: Path) -> None:
    generator = make()
    generator.cut_outs.ask(wish(tmp_path, "cuts-out-although-cancelled"))
    until(generator, CutOutState.RUNNING)
    job = generator.submit(photo("good"))
    generator.tick()
    assert seen(generator).state is CutOutState.WAITING
    tick_until(generator, lambda: generator.view(job).state.over)
    assert generator.view(job).state is JobState.DONE
    assert until(generator, CutOutState.DONE).request.photo.stem == "cuts-out-although-cancelled"


def test_while_jobs_wait_a_wish_waits_too(make: MakeGenerator, photo: Photo, tmp_path: Path) -> None:
    generator = make()
    job = start_running(generator, photo("works-until-cancelled"))
    generator.cut_outs.ask(wish(tmp_path))
    for _ in range(20):
        generator.tick()
    assert seen(generator).state is CutOutState.WAITING
    generator.cancel(job)
    assert until(generator, CutOutState.DONE).result is not None


def test_a_refusal_is_the_wishs_failure_and_the_worker_lives(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    view = look_at(generator, wish(tmp_path, "can-not-cut-out"))
    assert view.failure is not None
    assert view.failure.code == "ALPHA_MISSING"
    tick_until(generator, generator.ready)
    worker = pid(generator)
    look_at(generator, wish(tmp_path))
    assert pid(generator) == worker


def test_a_dead_worker_fails_the_wish_once_and_the_next_starts_another(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    view = look_at(generator, wish(tmp_path, "dies-cutting-out"))
    assert view.failure is not None
    assert view.failure.code == "WORKER_DIED"
    generator.tick()
    assert seen(generator).state is CutOutState.FAILED
    assert look_at(generator, wish(tmp_path)).state is CutOutState.DONE


def test_without_an_environment_the_wish_fails_by_name(storage: Storage, tmp_path: Path) -> None:
    generator = Generator(storage)
    generator.cut_outs.ask(wish(tmp_path))
    generator.tick()
    failure = seen(generator).failure
    assert failure is not None
    assert failure.code == "WORKER_MISSING"


def test_a_warm_up_for_the_same_is_not_asked_twice_because_of_a_cut_out(
    make: MakeGenerator, photo: Photo, tmp_path: Path, storage: Storage
) -> None:
    generator, request = make(), photo("warms-up-slowly")
    generator.warm_up(request.model, request.photo, "auto")
    generator.cut_outs.ask(wish(tmp_path))
    generator.tick()
    generator.warm_up(request.model, request.photo, "auto")
    until(generator, CutOutState.DONE)
    tick_until(generator, generator.ready)
    assert storage.worker_log_tail().count("warmed up, seconds") == 1


@pytest.mark.parametrize("what", ["good", "cuts-out-until-cancelled"])
def test_stop_leaves_no_file(make: MakeGenerator, tmp_path: Path, storage: Storage, what: str) -> None:
    generator = make()
    generator.cut_outs.ask(wish(tmp_path, what))
    until(generator, CutOutState.RUNNING, CutOutState.DONE)
    generator.stop()
    assert folders(storage) == []
    assert generator.cut_outs.view() is None
