# SPDX-License-Identifier: GPL-3.0-or-later
"""One photo's way through the worker: what was asked, how far it is, how it ended."""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ..protocol import (
    Extract,
    Extracted,
    Frame,
    PhotoSettings,
    Reconstruct,
    Reconstructed,
    Request,
    Result,
    Review,
    Reviewed,
    SurfaceSettings,
)
from .failures import HostFailure, ResultUnreadable
from .progress import ALL_STEPS, REVIEW, JobProgress
from .result_files import readable
from .reviews import ReviewResult, review_question, review_result
from .storage import FIELD_ENDING

NO_FRAME = Frame()


class JobState(enum.Enum):
    """Where a job is in its life: waiting, running, then one of the three ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class GenerationRequest:
    """A photo to make an object of. `model` is a checkpoint folder; `name` is what the artist will call the object.

    review: hold the mesh against its cut-out at the end, and draw it.
    """

    photo: Path
    model: Path
    name: str
    photo_settings: PhotoSettings = field(default_factory=PhotoSettings)
    surface_settings: SurfaceSettings = field(default_factory=SurfaceSettings)
    review: bool = False


@dataclass(frozen=True)
class GenerationResult:
    """What came of a photo. The three files lie in the job's own folder and go with it.

    mesh: .npz of vertices float32 [V, 3] in field units and Blender's axes, triangles int32 [F, 3], colours float32
    [V, 3] sRGB-encoded 0..1. field: the self-contained *.triplane.safetensors. cutout: the framed picture (PNG).
    closed: every edge has exactly two triangles. seconds: by step.
    """

    mesh: Path
    field: Path
    cutout: Path
    vertices: int
    triangles: int
    closed: bool
    model_name: str
    model_sha256: str
    device: str
    seconds: Mapping[str, float]
    warnings: tuple[str, ...]
    frame: Frame = NO_FRAME
    review: ReviewResult | None = None


@dataclass(frozen=True)
class LifeView:
    """A picture of any job at one moment, for panels and progress bars.

    step: empty while it waits, then one of progress.ALL_STEPS or REVIEW. fraction: 0..1 of the whole, never going back.
    seconds: since it left the queue; stands still once it is over.
    """

    id: str
    state: JobState
    step: str
    step_fraction: float
    fraction: float
    detail: str
    seconds: float
    failure: HostFailure | None


@dataclass(frozen=True)
class JobView(LifeView):
    """A photo's job at one moment. cancelling: asked to stop, not over yet."""

    request: GenerationRequest
    result: GenerationResult | None
    cancelling: bool

    @property
    def news(self) -> tuple[object, ...]:
        """What is worth telling when it is another than before."""
        return self.state, self.step, self.fraction, self.detail


class JobLife:
    """From waiting to one of the three ends. Only the queue that the job stands in changes it."""

    def __init__(self, job_id: str, progress: JobProgress) -> None:
        self.id = job_id
        self.state = JobState.WAITING
        self.progress = progress
        self.folder: Path | None = None
        self.failure: HostFailure | None = None
        self._begun_at: float | None = None
        self._ended_at: float | None = None

    def begin(self, folder: Path) -> None:
        """Leave the queue; `folder` takes the job's files."""
        self.folder = folder
        self.state = JobState.RUNNING
        self._begun_at = time.monotonic()

    def done(self) -> None:
        """Over, with a result."""
        self.progress = self.progress.finished()
        self._end(JobState.DONE)

    def fail(self, failure: HostFailure) -> None:
        """Over, without a result."""
        self.failure = failure
        self._end(JobState.FAILED)

    def cancelled(self) -> None:
        """Over, because the artist wanted it."""
        self._end(JobState.CANCELLED)

    @property
    def seconds(self) -> float:
        """Since it left the queue; stands still once it is over."""
        if self._begun_at is None:
            return 0.0
        return (self._ended_at or time.monotonic()) - self._begun_at

    def life(self) -> LifeView:
        """The job as it is now, without what was asked and what came of it."""
        progress = self.progress
        return LifeView(
            id=self.id,
            state=self.state,
            step=progress.step,
            step_fraction=progress.step_fraction,
            fraction=progress.fraction,
            detail=progress.detail,
            seconds=self.seconds,
            failure=self.failure,
        )

    def file(self, name: str) -> Path:
        """A path in the job's folder."""
        assert self.folder is not None, "files are named only for a job that has begun"
        return self.folder / name

    def _end(self, state: JobState) -> None:
        self.state = state
        self._ended_at = time.monotonic()


class Job(JobLife):
    """The life of a photo's job."""

    def __init__(self, job_id: str, request: GenerationRequest) -> None:
        steps = (*ALL_STEPS, REVIEW) if request.review else ALL_STEPS
        super().__init__(job_id, JobProgress(steps=steps))
        self.request = request
        self.result: GenerationResult | None = None
        self.cancel_asked_at: float | None = None
        self.reconstructed: Reconstructed | None = None
        self.extracted: Extracted | None = None
        self.reviewed: Reviewed | None = None

    def next_request(self) -> Reconstruct | Extract | Review:
        """What to ask the worker now."""
        if self.reconstructed is None:
            return self.reconstruct()
        return self.extract() if self.extracted is None else self.review()

    def asked(self, request: Request) -> bool:
        """Whether the request is one of its own."""
        return isinstance(request, Reconstruct | Extract | Review) and request.job == self.id

    def take(self, answer: Result) -> None:
        """Keep an answer to one of its requests."""
        if isinstance(answer, Reconstructed):
            self.reconstructed = answer
        elif isinstance(answer, Extracted):
            self.extracted = answer
        elif isinstance(answer, Reviewed):
            self.reviewed = answer

    @property
    def answered(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.extracted is not None and (self.reviewed is not None or not self.request.review)

    def finish(self) -> None:
        """Done, if the files that were promised are there; else failed with ResultUnreadable."""
        try:
            self.result = self._result()
        except ResultUnreadable as failure:
            self.fail(failure)
            return
        self.done()

    def reconstruct(self) -> Reconstruct:
        """The request for the photo's field."""
        return Reconstruct(
            job=self.id,
            photo_path=str(self.request.photo.absolute()),
            model_folder=str(self.request.model.absolute()),
            field_path=str(self.file("field" + FIELD_ENDING)),
            cutout_path=str(self.file("cutout.png")),
            settings=self.request.photo_settings,
        )

    def extract(self) -> Extract:
        """The request for the field's mesh."""
        field_path, mesh_path = self.file("field" + FIELD_ENDING), self.file("mesh.npz")
        return Extract(self.id, str(field_path), str(mesh_path), self.request.surface_settings)

    def review(self) -> Review:
        """The request for how the mesh fits its cut-out."""
        mesh = self.file("mesh.npz")
        return review_question(self.id, mesh, self.file("cutout.png"), mesh.parent)

    def view(self) -> JobView:
        """The job as it is now."""
        cancelling = self.state is JobState.RUNNING and self.cancel_asked_at is not None
        return JobView(**vars(self.life()), request=self.request, result=self.result, cancelling=cancelling)

    def _result(self) -> GenerationResult:
        made, extracted, reviewed = self.reconstructed, self.extracted, self.reviewed
        assert made is not None, "a mesh is asked for only after its field is there"
        assert extracted is not None, "and it is over only when its mesh is"
        later = reviewed.seconds if reviewed is not None else {}
        return GenerationResult(
            mesh=readable(self.file("mesh.npz")),
            field=readable(self.file("field" + FIELD_ENDING)),
            cutout=readable(self.file("cutout.png")),
            vertices=extracted.vertices,
            triangles=extracted.triangles,
            closed=extracted.closed,
            model_name=made.model_name,
            model_sha256=made.model_sha256,
            device=made.device,
            seconds=MappingProxyType({**made.seconds, **extracted.seconds, **later}),
            warnings=tuple(dict.fromkeys([*made.warnings, *extracted.warnings])),
            frame=made.frame,
            review=review_result(reviewed) if reviewed is not None else None,
        )
