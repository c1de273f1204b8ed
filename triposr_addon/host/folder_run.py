# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures on its way: what each came to, what is still to do, and the log that outlives the session."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..folder_log import CANCELLED, FAILED, MADE, FolderLog, PictureLine, state_of
from .failures import HostFailure, LogUnwritable
from .jobs import JobView
from .reviews import ReviewResult


class Which(enum.Enum):
    """Which pictures of a folder are to be made.

    MISSING: those without an object in this .blend, and those that have changed since. NEW: those that the log does not
    have as made, in whatever .blend, and those that have changed since. ALL: every one.
    """

    MISSING = "MISSING"
    NEW = "NEW"
    ALL = "ALL"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a picture. failure: why there is no object. name: the object's. blend: the .blend's path, if any."""

    view: JobView
    failure: HostFailure | None
    name: str
    blend: str
    settings: Mapping[str, Any]


class FolderRun:
    """One go at a folder. It belongs to the session: no .blend knows of it.

    folder: of the pictures. log: where lines go; small pictures are put beside it. pictures: those to be made.
    left_out: how many more there are that need not be made. recursive: the folders within belong to it.
    """

    def __init__(
        self,
        folder: Path,
        log: FolderLog,
        pictures: Sequence[Path],
        left_out: int = 0,
        recursive: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.log = log
        self.left_out = left_out
        self.recursive = recursive
        self.log_failure: LogUnwritable | None = None
        self._clock = clock
        self._began = self._latest = clock()
        self._states = {picture: state_of(picture) for picture in pictures}
        self._lines: dict[Path, PictureLine] = {}

    @property
    def pictures(self) -> tuple[Path, ...]:
        """Those to be made."""
        return tuple(self._states)

    @property
    def over(self) -> bool:
        """Whether each has come to something."""
        return self.done == len(self._states)

    @property
    def done(self) -> int:
        """How many have."""
        return len(self._lines)

    @property
    def seconds(self) -> float:
        """Since the run began; stands still once it is over."""
        return (self._latest if self.over else self._clock()) - self._began

    def count(self, status: str) -> int:
        """How many came to that: MADE, FAILED or CANCELLED."""
        return sum(line.status == status for line in self._lines.values())

    def failed(self) -> tuple[PictureLine, ...]:
        """The pictures that could not be made, in the order of the folder."""
        return tuple(
            self._lines[picture]
            for picture in self._states
            if picture in self._lines and self._lines[picture].status == FAILED
        )

    def summary(self) -> str:
        """One line: "57 of 60 made, 3 failed, in 214 s"."""
        counts = [f"{self.count(MADE)} of {len(self._states)} made"]
        others = ((self.count(FAILED), "failed"), (self.count(CANCELLED), "cancelled"), (self.left_out, "left out"))
        counts += [f"{number} {what}" for number, what in others if number]
        return f"{', '.join(counts)}, in {self.seconds:.0f} s"

    def take_in(self, outcome: Outcome) -> None:
        """A job is over, before its files go. A later one for the same picture replaces it. Nothing is raised."""
        picture, result = outcome.view.request.photo, outcome.view.result
        line = self._bare(picture, CANCELLED)
        line = dataclasses.replace(line, seconds=_rounded(result.seconds) if result else {}, settings=outcome.settings)
        if outcome.failure is not None:
            failure = outcome.failure
            line = dataclasses.replace(line, status=FAILED, code=failure.code, sentence=failure.sentence)
        elif outcome.name and result is not None:
            line = dataclasses.replace(
                line,
                status=MADE,
                object=outcome.name,
                blend=outcome.blend,
                triangles=result.triangles,
                closed=result.closed,
                warnings=result.warnings,
                **(self._reviewed(line.picture, result.review) if result.review else {}),
            )
        self._keep(picture, line)

    def refuse(self, picture: Path, failure: HostFailure) -> None:
        """A picture for which no job could be ordered."""
        self._keep(
            picture, dataclasses.replace(self._bare(picture, FAILED), code=failure.code, sentence=failure.sentence)
        )

    def give_up(self, picture: Path) -> None:
        """A job was dropped before it was over."""
        if picture not in self._lines:
            self._keep(picture, self._bare(picture, CANCELLED))

    def _bare(self, picture: Path, status: str) -> PictureLine:
        state, now = self._states[picture], datetime.now(UTC).isoformat(timespec="seconds")
        return PictureLine(name_within(self.folder, picture), state.bytes, state.modified, now, status)

    def _reviewed(self, picture: str, review: ReviewResult) -> dict[str, Any]:
        facts = dataclasses.asdict(review.facts)
        for name in ("picture_path", "thumbnail_path", "seconds"):
            facts.pop(name)
        kept = {
            "cutout": self._kept(review.thumbnail, picture, "cutout"),
            "drawing": self._kept(review.picture, picture, "drawing"),
        }
        return {"parts": review.facts.parts, "overlap": review.facts.overlap_front, "review": facts, **kept}

    def _kept(self, file: Path, picture: str, what: str) -> str:
        name = f"{hashlib.sha256(picture.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}.{what}.png"
        target = self.log.path.parent / "pictures" / name
        aside = target.with_suffix(".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, aside)
            aside.replace(target)
        except OSError as error:
            self.log_failure = LogUnwritable(self.log.path, error)
            return ""
        return f"pictures/{name}"

    def _keep(self, picture: Path, line: PictureLine) -> None:
        self._lines[picture], self._latest = line, self._clock()
        try:
            self.log.append(line)
        except OSError as error:
            self.log_failure = LogUnwritable(self.log.path, error)


def name_within(folder: Path, picture: Path) -> str:
    """A picture's path within its folder, with slashes: what the log calls it."""
    return picture.relative_to(folder).as_posix()


def to_do(
    folder: Path, pictures: Sequence[Path], lines: Mapping[str, PictureLine], which: Which, here: Collection[Path]
) -> list[Path]:
    """Those of a folder's pictures that are to be made.

    lines: the log's. here: the pictures of which this .blend has an object.
    """
    return [
        picture
        for picture in pictures
        if which is Which.ALL
        or not _is_as_made(picture, lines.get(name_within(folder, picture)))
        or (which is Which.MISSING and picture not in here)
    ]


def _is_as_made(picture: Path, line: PictureLine | None) -> bool:
    state = state_of(picture)
    return line is not None and line.status == MADE and (line.bytes, line.modified) == (state.bytes, state.modified)


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {step: round(value, 3) for step, value in seconds.items()}
