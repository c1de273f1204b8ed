# SPDX-License-Identifier: GPL-3.0-or-later
"""The command's work: a job for each picture, one after the other, and what came of it into one file or a file each."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import bpy

from ..host.failures import HostFailure
from ..host.jobs import JobState, JobView
from .asset.asset_command import FILES_MARK, asset_stem, make_asset, remove_asset
from .command_line import Wish
from .command_scene import digits_of, grid_of, remove, same_spelling
from .command_words import CommandWords
from .grid import Grid
from .mesh_writers import write_file
from .modifiers import triangles_with_modifiers
from .order import Order, order_for_picture
from .parts.records import Records, is_computers_own, is_pictures_own
from .session import LONGEST_BACKGROUND_JOB_SECONDS, Session

TICK_SECONDS = 0.01
AHEAD = 64
"""Jobs in the queue at a time: more than any worker takes together, far fewer than the queue holds."""


class Stop:
    """Whether somebody asked for an end, with the signature of a signal's handler."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, *_signal: object) -> None:
        """From now on."""
        self.asked = True


class CommandRun:
    """One run, from pictures to files. Failures are told and counted; they stop nothing."""

    def __init__(self, running: Session, wish: Wish, words: CommandWords, stop: Stop) -> None:
        self._running, self._wish, self._words, self._stop = running, wish, words, stop
        self._grid: Grid | None = None
        self._files: dict[Path, Path] = {}
        self._records: Records | None = None
        self._failures_here, self._broken_here = 0, False

    def make(self, pictures: Mapping[Path, str]) -> int:
        """The exit code; pictures: with their ids. Raises FileNotWritten where what is for all can't be written."""
        shard = self._wish.shard
        if self._wish.ending:
            self._files = files_of(self._wish, pictures)
        else:
            self._grid = grid_of(len(pictures))
        if shard is not None:
            pictures = {picture: name for picture, name in pictures.items() if shard.takes(name)}
            self._records = Records(self._wish.output, pictures, self._files)
        self._words.begins(len(pictures), shard)
        wanted = [picture for picture in pictures if not self._is_there(picture)]
        made = self._make_each(wanted)
        if not self._wish.ending and made:
            write_file(self._wish.output)
        self._words.ended(made, len(pictures) - len(wanted), self._stop.asked)
        return 0 if made == len(wanted) or self._is_forgiven(made, len(pictures) - len(wanted)) else 1

    def _is_forgiven(self, made: int, there: int) -> bool:
        """Whether it may count as done: nobody stopped it, and it isn't that nothing at all can be made here.

        there: made before, perhaps on another computer; it says nothing of a failure that can only be this one's.
        """
        if not self._wish.forgive or self._stop.asked:
            return False
        return made > 0 or not (self._broken_here or (self._failures_here and not there))

    def _is_there(self, picture: Path) -> bool:
        """Whether only new ones are wanted, and the picture's file was written after the picture, and recorded."""
        file = self._files.get(picture)
        if not self._wish.only_new or file is None or not file.exists() or not picture.exists():
            return False
        recorded = self._records is None or self._records.tells_of(picture)
        return recorded and file.stat().st_mtime >= picture.stat().st_mtime

    def _make_each(self, pictures: Sequence[Path]) -> int:
        """How many were made. A few are ordered ahead, however many there are: each that waits is looked at often."""
        made, coming = 0, iter(enumerate(pictures, 1))
        ordered: deque[tuple[int, str | None]] = deque()
        while not self._stop.asked:
            ordered += [(number, self._order(picture)) for number, picture in islice(coming, AHEAD - len(ordered))]
            if not ordered:
                break
            number, job = ordered.popleft()
            if job is not None:
                made += self._follow(number, job)
                self._running.queue.clear(job)
        return made

    def _order(self, picture: Path) -> str | None:
        try:
            return self._running.start(self._shaped(order_for_picture(bpy.context, picture, self._grid)))
        except HostFailure as failure:
            self._failed(picture, failure)
            return None

    def _failed(self, picture: Path, failure: HostFailure) -> None:
        self._words.failed(picture.name, failure)
        self._failures_here += not is_pictures_own(failure.code)
        self._broken_here |= is_computers_own(failure.code)
        if self._records is not None:
            self._records.failed(picture, failure)

    def _shaped(self, order: Order) -> Order:
        surface = dataclasses.replace(order.request.surface_settings, **self._wish.shaping)
        request = dataclasses.replace(order.request, surface_settings=surface, review=self._wish.shard is not None)
        return dataclasses.replace(order, request=request)

    def _follow(self, number: int, job: str) -> bool:
        """Whether a mesh came of the job, and its file is there where it has one of its own."""
        view = self._wait(number, job)
        thumbnail = thumbnail_of(view, self._words)
        before = {thing.session_uid for thing in bpy.data.objects}
        bpy.ops.triposr.deliver(job=job)  # type: ignore[attr-defined]
        ticket, picture = self._running.queue.ticket(job), view.request.photo
        if ticket.failure is not None:
            self._failed(picture, ticket.failure)
        new = next((thing for thing in bpy.data.objects if thing.session_uid not in before), None)
        left = after_modifiers(new) if new is not None else ""
        if new is None or not self._keep(new, picture):
            return False
        for warning in view.result.warnings if view.result else ():
            self._words.warning(picture.name, warning)
        if self._records is not None and view.result is not None:
            self._records.made(picture, view.request, view.result, thumbnail)
        self._words.done(number, view.request.name, ticket.notice + left)
        return True

    def _wait(self, number: int, job: str) -> JobView:
        """Until the job is over, however it ends."""
        while not (view := self._running.queue.view(job)).state.over:
            if self._stop.asked:
                self._running.queue.cancel_all()
            if view.seconds > LONGEST_BACKGROUND_JOB_SECONDS:
                self._running.fitting_generator().run_until_done(job, 0.0)  # which gives it up
            self._running.tick()
            if view.state is JobState.RUNNING:
                self._words.progress(number, view, self._running.queue.times_left().get(job))
            time.sleep(TICK_SECONDS)
        return view

    def _keep(self, new: bpy.types.Object, picture: Path) -> bool:
        """In the scene for the one file; or in a file of its own, and then the scene is empty again."""
        try:
            if self._wish.asset:
                return self._keep_asset(new, picture)
            if self._wish.ending:
                write_file(self._files[picture])
        except HostFailure as failure:
            self._failed(picture, failure)
            return False
        finally:
            if self._wish.ending:
                remove_asset(new)
                remove(new)
        return True

    def _keep_asset(self, new: bpy.types.Object, picture: Path) -> bool:
        """Whether there is one. Raises HostFailure."""
        words = make_asset(self._running, new, self._files.get(picture), lambda: self._stop.asked)
        if words:
            self._words.asset(words)
        return bool(words)


def thumbnail_of(view: JobView, words: CommandWords) -> bytes:
    """A drawing of the job's mesh, a PNG; empty where there is none. One that is lost costs no mesh."""
    review = view.result.review if view.result is not None else None
    try:
        return review.picture.read_bytes() if review is not None else b""
    except OSError as error:
        words.warning(view.request.photo.name, f"It has no thumbnail ({error.strerror or error}).")
        return b""


def after_modifiers(new: bpy.types.Object) -> str:
    """How many triangles the file will have, where that is another number."""
    left = triangles_with_modifiers(bpy.context, new)
    return f", {left:,} after Decimate" if left != len(new.data.polygons) else ""


def files_of(wish: Wish, pictures: Mapping[Path, str]) -> dict[Path, Path]:
    """The file of each picture of the whole source, whichever shard it is in. pictures: with their ids."""
    ending, stem_of = (FILES_MARK, asset_stem) if wish.asset else (wish.ending, str)
    return files_for(pictures, wish.output, ending, stem_of)


def files_for(
    pictures: Mapping[Path, str], folder: Path, ending: str, stem_of: Callable[[str], str] = str
) -> dict[Path, Path]:
    """A file for each picture, named after it; where several have that name, with digits of the path in its folder.

    Not with numbers: those would go to other pictures when one is added, and a file made of another look up to date.
    Not with digits of the whole path: on another computer of a farm the folder may have another one.
    """
    stems = {picture: stem_of(same_spelling(picture.stem)) for picture in pictures}
    counts = Counter(stem.casefold() for stem in stems.values())  # to Windows and macOS, Cup and cup are one name

    def name_of(picture: Path) -> str:
        stem, name = stems[picture], pictures[picture]
        # With its ending, which the id has only for as long as another picture needs it.
        within = name if name.endswith(picture.suffix) else name + picture.suffix
        return stem if counts[stem.casefold()] == 1 else f"{stem}-{digits_of(within)}"

    return {picture: folder / f"{name_of(picture)}{ending}" for picture in pictures}
