# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operator in every state: it does its work, or says in its greyed-out button or in a sentence why not.

The operators are those that are registered, so a new one is in. What is never allowed is a traceback, also from a
poll, which Blender only prints. Each Blender takes a twelfth of the pairs, and no two the same ones;
TRIPOSR_WHOLE_MATRIX=1 takes all.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.blender.states import contexts as contexts
from tests.blender.states import situations as situations  # both add to the list
from tests.blender.states.world import SITUATIONS, Override, World

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

CALLS = ("EXEC_DEFAULT", "INVOKE_DEFAULT")
SCENERY = ("reports-failure.png", "good.png")
SHARES = 12
UNFORESEEN = ("nobody foresaw", "OBJECT_NOT_MADE", "could not be made. Copy the details")
A_PROGRAM_THAT_GIVES_UP = Path("/bin/false")


@pytest.fixture
def world(bpy: Any, session: Any, room: Callable[[str], Any], tmp_path: Path) -> Iterator[World]:
    """With an installer that always gives up, and pictures that the fake worker knows."""
    own, preferences = session.installation, session.preferences()
    session.installation = room("blender.installation").Installation(own.installer, A_PROGRAM_THAT_GIVES_UP)
    for name in SCENERY:
        (tmp_path / name).write_bytes(b"a picture")

    def begin(name: str) -> str:
        bpy.context.scene.triposr.image_path = str(tmp_path / name)
        return str(session.start(room("blender.order").order_from_context(bpy.context)))

    made = World(bpy, session, tmp_path, maker_of_living(bpy, room, session, begin, tmp_path), begin)
    yield made
    session.installation.close()
    session.installation, preferences.worker_python = own, ""


def maker_of_living(
    bpy: Any, room: Callable[[str], Any], session: Any, begin: Callable[[str], str], folder: Path
) -> Callable[[], Any]:
    """Objects of one result of the worker, which is made when the first is wanted."""
    kept: list[Any] = []

    def result() -> Any:
        job = begin("good.png")
        session.run_to_end(job)
        made = session.queue.view(job).result
        shutil.copytree(made.mesh.parent, folder / "kept", dirs_exist_ok=True)
        session.queue.settle(job, "", None)
        session.queue.clear(job)
        files = {name: folder / "kept" / getattr(made, name).name for name in ("mesh", "field", "cutout")}
        return dataclasses.replace(made, **files)

    def living() -> Any:
        bpy.context.scene.triposr.image_path = str(folder / "good.png")
        if not kept:
            kept.append(result())
        order = room("blender.order").order_from_context(bpy.context)
        return room("blender.delivery").deliver(bpy.context, order, kept[0])

    return living


@pytest.fixture
def begin_anew(bpy: Any, world: World, tmp_path: Path) -> Callable[[str], Override]:
    """An empty file, no job, our preferences as they were; then the situation."""

    def begin(name: str) -> Override:
        if bpy.context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        forget_jobs(world)
        preferences = world.session.preferences()
        preferences.worker_python, preferences.data_folder = sys.executable, str(tmp_path / "data")
        bpy.context.scene.triposr.image_path = str(tmp_path / "good.png")
        return SITUATIONS[name](world) or {}

    return begin


def forget_jobs(world: World) -> None:
    queue = world.session.queue
    queue.cancel_all()
    for view in queue.views():
        world.session.run_to_end(view.id)
        queue.settle(view.id, "", None)
        queue.clear(view.id)
    world.session.failure = None
    world.session.catalogue.close_library()


def look_of(bpy: Any, session: Any) -> tuple[Any, ...]:
    """What the next operator would find, as far as another one may have changed it."""
    scene, preferences = bpy.context.scene, session.preferences()
    bpy.context.view_layer.update()
    things = tuple((thing.name, thing.mode, thing.select_get()) for thing in bpy.context.view_layer.objects)
    meshes = tuple((mesh.name, len(mesh.vertices), tuple(mesh.keys())) for mesh in bpy.data.meshes)
    active = bpy.context.view_layer.objects.active
    jobs = tuple((view.id, view.state) for view in session.queue.views())
    texts = (scene.triposr.image_path, preferences.worker_python, preferences.data_folder, bpy.data.filepath)
    counts = len(bpy.data.images), len(bpy.data.texts), session.catalogue.browser is None
    return things, meshes, active and active.name, jobs, texts, scene.name, counts


def operators(room: Callable[[str], Any], bpy: Any) -> list[str]:
    classes = room("blender.registration").CLASSES
    return [kind.bl_idname.partition(".")[2] for kind in classes if issubclass(kind, bpy.types.Operator)]


def calls_to_make(names: list[str], situation: str, version: tuple[int, ...]) -> list[tuple[str, str]]:
    """Pairs of an operator and a way to call it: this Blender's share."""
    pairs = [(name, call) for name in names for call in CALLS]
    if os.environ.get("TRIPOSR_WHOLE_MATRIX"):
        return pairs
    first = list(SITUATIONS).index(situation) + version[0] + version[1]
    return [pair for number, pair in enumerate(pairs) if (number + number // 8 + first) % SHARES == 0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Blender's own exporters
@pytest.mark.parametrize("name", SITUATIONS)
def test_each_operator_works_or_says_why_not(
    bpy: Any, session: Any, room: Callable[[str], Any], begin_anew: Callable[[str], Override], capfd: Any, name: str
) -> None:
    faults, override = [], begin_anew(name)
    before = look_of(bpy, session)
    for operator, call in calls_to_make(operators(room, bpy), name, bpy.app.version):
        capfd.readouterr()
        answer = called(bpy, getattr(bpy.ops.triposr, operator), call, override)
        said = capfd.readouterr()
        if fault := fault_in(answer, said.out + said.err):
            details = session.failure.details if session.failure is not None else ""
            faults.append(f"{operator} {call}: {fault} {details}")
        if look_of(bpy, session) != before:
            override = begin_anew(name)
            before = look_of(bpy, session)
    assert not faults, "\n".join(faults)


def called(bpy: Any, operator: Any, call: str, override: Override) -> str:
    """What came of it: "poll: why", "failed: sentence", or "did"."""
    with bpy.context.temp_override(**override):
        try:
            operator(call)
        except RuntimeError as error:
            kind = "poll" if ".poll()" in str(error) else "failed"
            return f"{kind}: {error}"
    return "did"


def fault_in(answer: str, printed: str) -> str:
    """What is wrong with it; empty where nothing is."""
    for text in (answer, printed):
        if "Traceback" in text:
            return text.strip()
    if any(confession in answer + printed for confession in UNFORESEEN):
        return f"unforeseen: {answer}"
    if answer.startswith("poll") and "context is incorrect" in answer:
        return "its poll gives no reason"
    if answer.startswith("failed") and not answer.rstrip().endswith("."):
        return f"no sentence: {answer}"
    return ""
