# SPDX-License-Identifier: GPL-3.0-or-later
"""One round of the storm: one or two jobs from the order to the verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.long.storm_faults import DONE, HARMLESS, Fault
from tests.long.storm_hands import plan_start, stamp_or_none
from tests.long.storm_scene import TICK_SECONDS, Scene
from tests.long.storm_tally import Tally
from triposr_addon.blender.mesh_arrays import read_mesh_file
from triposr_addon.host.failures import ResultUnreadable
from triposr_addon.host.jobs import JobState
from triposr_addon.host.progress import ALL_STEPS

LOST_AFTER_SECONDS = 120.0


@dataclass(frozen=True)
class Drawn:
    """A job as the seed wants it."""

    number: int
    shape: str
    fault: Fault | None


@dataclass
class Played:
    """A job under way. happened: when the fault did. told: when the panel first said something of it."""

    drawn: Drawn
    job: str
    began: float
    happened: float | None = None
    told: float | None = None
    over: float | None = None
    handed: bool = False
    answered: bool = False


def play(scene: Scene, jobs: list[Drawn], tally: Tally) -> None:
    """Order them, do to them what is to be done, and see how they end."""
    scene.longest_tick = 0.0
    played = [order(scene, drawn) for drawn in jobs]
    until = time.monotonic() + LOST_AFTER_SECONDS
    while any(one.over is None for one in played) and time.monotonic() < until:
        scene.tick()
        for one in played:
            look(scene, one)
        time.sleep(TICK_SECONDS)
    for one in played:
        judge(scene, one, tally)
    clean_up(scene, played, tally)


def order(scene: Scene, drawn: Drawn) -> Played:
    """The hand that comes before, then the job."""
    fault, handed = drawn.fault, None
    if fault is not None and fault.start:
        plan_start(scene, fault.start)
    if fault is not None and fault.before is not None:
        fault.before(scene, "")
        handed = time.monotonic()
    job = scene.generator.submit(scene.request(drawn.shape, fault.bend if fault else "", drawn.number))
    return Played(drawn, job, time.monotonic(), happened=handed)


def look(scene: Scene, one: Played) -> None:
    """What has become of it, and whether a hand has to do something now."""
    fault, view, now = one.drawn.fault, scene.view(one.job), time.monotonic()
    if fault is not None and one.over is None:
        if one.happened is None:
            one.happened = stamp_or_none(scene, "started" if fault.start else one.job)
        if fault.then is not None and not one.handed and is_due(fault, one, view.step, view.state):
            one.handed, one.happened = True, time.monotonic()
            fault.then(scene, one.job)
        if view.notice and fault.after_notice is not None and not one.answered:
            one.answered = True
            fault.after_notice(scene, one.job)
    if one.told is None and one.happened is not None and (view.notice or view.state.over):
        one.told = now
    if view.state.over and one.over is None:
        one.over = now


def is_due(fault: Fault, one: Played, step: str, state: JobState) -> bool:
    """Whether the job has come to where the hand waits."""
    if state is not JobState.RUNNING:
        return False
    if not fault.at:
        return one.happened is not None
    return step in ALL_STEPS and ALL_STEPS.index(step) >= ALL_STEPS.index(fault.at)


def judge(scene: Scene, one: Played, tally: Tally) -> None:
    """Count it, and whatever is wrong with it."""
    fault, name = one.drawn.fault, f"job {one.drawn.number}"
    tally.counts["jobs"] += 1
    if one.over is None:
        tally.break_promise("lost jobs", f"{name} {fault and fault.name}: {scene.view(one.job)}")
        return
    outcome = outcome_of(scene, one, tally, name)
    tally.counts[f"ended: {outcome}"] += 1
    if fault is None or one.happened is None:
        allowed = HARMLESS
        if fault is not None:
            tally.counts["faults that came too late"] += 1
            allowed = fault.ends | HARMLESS
    else:
        tally.faults[fault.name] += 1
        tally.tick(fault.name, scene.longest_tick)
        allowed = fault.ends
    if outcome not in allowed:
        failure = scene.view(one.job).failure
        words = f"{failure.sentence} {failure.details[-300:]}" if failure else ""
        tally.break_promise("unforeseen ends", f"{name} {fault and fault.name}: {outcome} {words}")
    speaks = fault is not None and (outcome != DONE or fault.after_notice is not None)
    if fault is not None and speaks and one.happened is not None and one.told is not None:
        tally.verdict(fault.name, one.told - one.happened)


def outcome_of(scene: Scene, one: Played, tally: Tally, name: str) -> str:
    """With what the artist ends: as Blender's side does, the mesh file is read and checked."""
    view = scene.view(one.job)
    if view.result is None:
        return view.failure.code if view.failure is not None else view.state.value
    try:
        mesh = read_mesh_file(view.result.mesh)
    except ResultUnreadable as failure:
        return failure.code
    if not scene.ground.is_right(one.drawn.shape, mesh):
        tally.break_promise("wrong results", f"{name} {one.drawn.fault and one.drawn.fault.name}")
    return DONE


def clean_up(scene: Scene, played: list[Played], tally: Tally) -> None:
    """Undo the faults; then nothing may be left but a worker for the next round."""
    faults = [one.drawn.fault for one in played if one.drawn.fault is not None]
    scene.clean_up()
    for one in played:
        scene.generator.drop(one.job)
    if any(fault.spoils or fault.start for fault in faults):
        scene.end_worker()
    scene.tick()
    if faults:
        when = ", ".join(f"{one.drawn.number} {one.drawn.fault.name}" for one in played if one.drawn.fault)
        tally.look_for_what_is_left(scene, scene.groups(), when)
