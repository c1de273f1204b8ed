# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the storm: who does it, when, and with what the job may end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.bend_table import AT_THE_START, BENDS
from tests.long import storm_hands as hands
from tests.long.storm_scene import Scene
from triposr_addon import protocol

Hand = Callable[[Scene, str], None]
DONE, CANCELLED = "done", "cancelled"
DEATH = frozenset({"WORKER_DIED", "WORKER_KILLED_FOR_MEMORY"})
BABBLE, GARBAGE = frozenset({"WORKER_BABBLED"}), frozenset({"WORKER_ANSWERED_GARBAGE"})
SILENCE, UNREADABLE = frozenset({"WORKER_SILENT"}), frozenset({"RESULT_UNREADABLE"})
HARMLESS, STOPPED = frozenset({DONE}), frozenset({CANCELLED})


@dataclass(frozen=True)
class Fault:
    """ends: with what the job may end, a failure's code or "done" or "cancelled".

    bend: what the man in the middle does. start: what he does as he starts. before: a hand at work before the job is
    ordered; then: one at the step `at` ("" : once the bend is done); after_notice: one as soon as the panel says
    something. spoils: the worker is of no use for another job. weight: how often it is drawn.
    """

    name: str
    ends: frozenset[str]
    bend: str = ""
    start: str = ""
    before: Hand | None = None
    then: Hand | None = None
    at: str = ""
    after_notice: Hand | None = None
    spoils: bool = False
    weight: float = 1.0

    @property
    def alone(self) -> bool:
        """Whether no other job may stand in the queue meanwhile."""
        return self.spoils or bool(self.start) or self.before is not None


def bent(name: str, ends: frozenset[str], weight: float = 1.0, spoils: bool = False) -> Fault:
    """One that the man in the middle does alone."""
    return Fault(name, ends, bend=name, weight=weight, spoils=spoils)


ENDS_OF_BENDS: dict[str, frozenset[str]] = {
    **dict.fromkeys([name for name in BENDS if name.startswith("killed at")], DEATH),
    **dict.fromkeys(("killed when asked", "killed before the answer", "dies leaving children"), DEATH),
    **dict.fromkeys(("segmentation fault", "abort", "terminated", "hung up", "leaves with 0"), DEATH),
    **dict.fromkeys(("silent for ever", "beats without work", "half a line, then silence"), SILENCE),
    **dict.fromkeys(("closed output", "closed input"), SILENCE),
    **dict.fromkeys(("babble", "a line of 1 GB", "a line of 2 MB", "invalid UTF-8", "zero bytes", "deep JSON"), BABBLE),
    **dict.fromkeys(("huge number", "NaN in a line"), BABBLE),
    **dict.fromkeys(("answers twice", "answers a stranger", "wrong fields", "unknown step"), GARBAGE),
    **dict.fromkeys(("half a mesh file", "empty mesh file", "flipped bits in a mesh", "no mesh file"), UNREADABLE),
    **dict.fromkeys(("NaN in a mesh", "wild triangle", "answers without work"), UNREADABLE),
    **dict.fromkeys(("closed errors", "full output", "full errors", "byte by byte", "answers late"), HARMLESS),
    **dict.fromkeys(("progress of another job", "step of another kind", "answers twice at the end"), HARMLESS),
    "half a line, then death": frozenset({"WORKER_LINE_CUT"}),
    "killed for memory": frozenset({"WORKER_KILLED_FOR_MEMORY"}),
    "half a field file": frozenset({"FIELD_FILE_UNREADABLE"}),
    "no field file": frozenset({"FIELD_FILE_MISSING"}),
    "out of address space": DEATH | HARMLESS | {"OUT_OF_MEMORY", "INTERNAL", "FIELD_FILE_UNREADABLE"},
    "file size limit": frozenset({"OUTPUT_UNWRITABLE"}),
    "fork bomb on stderr": HARMLESS,
}
SLOW = {"silent for ever", "beats without work", "half a line, then silence", "a line of 1 GB", "fork bomb on stderr"}
SPOILING = {"closed errors", "killed for memory", "out of address space", "file size limit", "fork bomb on stderr"}
UNWRITABLE = frozenset({"OUTPUT_UNWRITABLE", "STORAGE_UNWRITABLE"})
LOST = UNREADABLE | UNWRITABLE | {"FIELD_FILE_MISSING"}

FAULTS: tuple[Fault, ...] = (
    *(bent(name, ends, 0.4 if name in SLOW else 1.0, name in SPOILING) for name, ends in ENDS_OF_BENDS.items()),
    Fault("dies at the start", DEATH, start="dies at the start"),
    Fault("another version", frozenset({"WORKER_VERSION_DIFFERS"}), start="another version"),
    Fault("refuses to start", frozenset({"DEVICE_UNAVAILABLE"}), start="refuses to start"),
    Fault("hangs at the start", STOPPED, start="hangs at the start", after_notice=hands.cancel),
    Fault("ignores cancel", STOPPED, bend="ignores cancel", then=hands.cancel),
    Fault("suspended, then continued", HARMLESS, then=hands.suspend, at="reconstruct", after_notice=hands.go_on),
    Fault("suspended, then cancelled", STOPPED, then=hands.suspend_and_cancel, at="reconstruct"),
    Fault("suspended for ever", SILENCE, then=hands.suspend, at="extract", weight=0.4),
    Fault("suspended when idle", HARMLESS, before=hands.suspend_idle_worker, after_notice=hands.go_on),
    Fault("killed when idle", HARMLESS, before=hands.kill_idle_worker),
    *(
        Fault(f"cancelled at {step}", STOPPED | HARMLESS, then=hands.cancel, at=step, weight=0.5)
        for step in protocol.STEPS
    ),
    Fault("folder deleted", LOST, then=hands.delete_folder, at="load photo"),
    Fault("folder read-only", UNWRITABLE, then=hands.make_folder_read_only, at="load model", spoils=True),
    Fault("a file for the folder", UNWRITABLE, before=hands.put_file_for_folder),
    Fault("disk full", UNWRITABLE, before=hands.fill_disk_beforehand),
    Fault("disk full in the middle", UNWRITABLE, then=hands.fill_disk, at="load model", spoils=True),
    Fault("a folder for the log", HARMLESS, before=hands.put_folder_for_log),
    Fault("clock put forward", HARMLESS, then=hands.put_clock_forward, at="frame"),
    Fault("clock put back", HARMLESS, then=hands.put_clock_back, at="frame"),
    Fault("a Blender killed", HARMLESS, before=hands.kill_a_blender, weight=0.5),
    Fault(
        "a Blender killed, its worker suspended",
        HARMLESS,
        before=hands.kill_a_blender_with_suspended_worker,
        weight=0.5,
    ),
)
BY_NAME = {fault.name: fault for fault in FAULTS}

assert {fault.bend for fault in FAULTS if fault.bend} == set(BENDS), "a bend that nobody draws"
assert {fault.start for fault in FAULTS if fault.start} == set(AT_THE_START), "a start that nobody draws"
