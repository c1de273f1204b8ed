# SPDX-License-Identifier: GPL-3.0-or-later
"""One photo's way through the worker: what was asked, how far it is, how it ended."""

from __future__ import annotations

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
from .failures import ResultUnreadable
from .job_life import JobLife as JobLife
from .job_life import JobState as JobState
from .job_life import LifeView as LifeView
from .patience import Patience
from .progress import ALL_STEPS, REVIEW, JobProgress
from .result_files import readable
from .reviews import ReviewResult, review_question, review_result
from .storage import FIELD_ENDING

NO_FRAME = Frame()
BEGINS_AGAIN = "TripoSR's process ended unexpectedly. A new one is being started for this picture."


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
class JobView(LifeView):
    """A photo's job at one moment. cancelling: asked to stop, not over yet."""

    request: GenerationRequest
    result: GenerationResult | None
    cancelling: bool

    @property
    def news(self) -> tuple[object, ...]:
        """What is worth telling when it is another than before."""
        return self.state, self.step, self.fraction, self.detail, self.notice


class Job(JobLife):
    """The life of a photo's job.

    in_company: it left the queue with others. owed: the worker was asked for it and has not answered.
    """

    def __init__(self, job_id: str, request: GenerationRequest) -> None:
        steps = (*ALL_STEPS, REVIEW) if request.review else ALL_STEPS
        super().__init__(job_id, JobProgress(steps=steps))
        self.request = request
        self.result: GenerationResult | None = None
        self.cancel_asked: Patience | None = None
        self._on_kept_worker = False
        self._heard = self._began_again = False
        self.in_company = False
        self.owed = False
        self._spoken_of = self._asked_again = False
        self._still: JobView | None = None
        self.reconstructed: Reconstructed | None = None
        self.extracted: Extracted | None = None
        self.reviewed: Reviewed | None = None

    def begin(self, folder: Path, on_kept_worker: bool = False) -> None:
        """Leave the queue. on_kept_worker: it is done by one that has nothing to do with it so far."""
        super().begin(folder)
        self._on_kept_worker = on_kept_worker

    @property
    def seconds(self) -> float:
        """As every job's; of one that was made in company, in the end its own share of the work."""
        if self.in_company and self.result is not None:
            return sum(self.result.seconds.values())
        return super().seconds

    def told(self, step: str, fraction: float, detail: str) -> None:
        """The worker is so far, so it works on this job."""
        super().told(step, fraction, detail)
        self._heard = self._spoken_of = True

    def was_asked_for(self) -> None:
        """The worker owes an answer."""
        self.owed, self._spoken_of = True, False

    def ask_again(self) -> None:
        """Of another worker, and once: the one that owed the answer has broken."""
        self.owed, self._asked_again = False, True

    @property
    def may_ask_again(self) -> bool:
        """Whether it has its field, and the worker has not come to what it was asked for since."""
        unheard = self.owed and not self._spoken_of and not self._asked_again
        return unheard and self.in_company and self.reconstructed is not None and self.cancel_asked is None

    @property
    def may_begin_again(self) -> bool:
        """Whether it has not yet, was begun by a kept worker or in company, and nobody wants it cancelled."""
        blameless = self.untouched or self.in_company
        return blameless and not self._began_again and self.cancel_asked is None

    @property
    def untouched(self) -> bool:
        """Whether a worker that was there before has never come to it."""
        return self._on_kept_worker and not self._heard

    @property
    def goes_alone(self) -> bool:
        """Whether it is in no company: one that may have broken a worker."""
        return self._began_again

    def goes_with(self, other: Job) -> bool:
        """Whether both can pass through the network together."""
        return self.request.model == other.request.model and not self.goes_alone and not other.goes_alone

    def wait_again(self) -> None:
        """Back into the queue, to begin with another worker: what broke was none of its doing, as far as is known."""
        self._began_again = True
        self.wait_as_before()
        self.notice = BEGINS_AGAIN

    def wait_as_before(self) -> None:
        """Back into the queue, where nothing was done for it yet."""
        self.state, self._on_kept_worker, self._heard = JobState.WAITING, False, False
        self.in_company = self.owed = False
        self.progress, self._still = JobProgress(steps=self.progress.steps), None

    def worker_looks(self, notice: str) -> None:
        """What is to be said of the worker, if anything; else of the job itself."""
        self.notice = notice or ("" if self._heard or not self._began_again else BEGINS_AGAIN)

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
        self._heard, self.owed = True, False
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
        """The job as it is now. One that waits or is over is the same each time: there may be thousands of them."""
        if self._still is not None and self._still.state is self.state:
            return self._still
        view = self._view()
        self._still = view if self.state is not JobState.RUNNING else None
        return view

    def _view(self) -> JobView:
        cancelling = self.state is JobState.RUNNING and self.cancel_asked is not None
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
