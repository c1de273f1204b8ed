# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to what is already there: a mesh of a field, its colours at somebody's points, a texture of it, how a mesh
fits its cut-out.

Also a photo that something was made of: what of it was seen. No model is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ..protocol import (
    BakeTexture,
    ColoursSampled,
    CutOut,
    CutOutMade,
    DrawSheet,
    Extract,
    Extracted,
    RenderViews,
    Review,
    Reviewed,
    SampleColours,
    SheetDrawn,
    SurfaceSettings,
    TextureBaked,
    ViewsRendered,
)
from .failures import ResultUnreadable
from .frames import FrameRequest, FrameResult, frame_question, frame_result
from .jobs import JobLife, LifeView
from .progress import START_WORKER, JobProgress
from .result_files import readable
from .reviews import ReviewResult, review_question, review_result
from .textures import TextureRequest, TextureResult, texture_question, texture_result
from .views import ViewsRequest, ViewsResult, views_question, views_result

PLAIN_SURFACE = SurfaceSettings()


@dataclass(frozen=True)
class ExtractRequest:
    """A field file to make a mesh of. `name`: of the object, for the artist.

    subject: whatever tells one object from another; a newer request of the same kind for the same subject replaces an
    older one. Empty: it replaces none, and none replaces it.
    """

    field: Path
    name: str
    surface_settings: SurfaceSettings = PLAIN_SURFACE
    subject: str = ""


@dataclass(frozen=True)
class ColoursRequest:
    """A field file to ask for its colours at points: .npz with `points`, float32 [N, 3], field units, Blender's axes.

    symmetry: as in SurfaceSettings. Else as ExtractRequest.
    """

    field: Path
    points: Path
    name: str
    symmetry: bool = False
    subject: str = ""


@dataclass(frozen=True)
class ReviewRequest:
    """A mesh (.npz as MeshResult has it) to hold against its framed cut-out (PNG). Else as ExtractRequest."""

    mesh: Path
    cutout: Path
    name: str
    subject: str = ""


@dataclass(frozen=True)
class SheetRequest:
    """The log of a folder of pictures (see folder_log) to draw a contact sheet of, at the path `sheet` (PNG).

    folder: of the pictures. Else as ExtractRequest.
    """

    log: Path
    folder: Path
    sheet: Path
    name: str
    subject: str = ""


@dataclass(frozen=True)
class SheetResult:
    """The sheet's pages; they stay. pictures: how many are on them."""

    pages: tuple[Path, ...]
    pictures: int


@dataclass(frozen=True)
class MeshResult:
    """The mesh file lies in the job's own folder and goes with it. All as in GenerationResult."""

    mesh: Path
    vertices: int
    triangles: int
    closed: bool
    device: str
    seconds: Mapping[str, float]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ColoursResult:
    """colours: .npz with `colours`, float32 [N, 3], sRGB-encoded 0..1, in the points' order; it goes with the job."""

    colours: Path
    points: int
    seconds: Mapping[str, float]


FieldRequest = (
    ExtractRequest | ColoursRequest | ReviewRequest | SheetRequest | FrameRequest | TextureRequest | ViewsRequest
)
FieldResult = MeshResult | ColoursResult | ReviewResult | SheetResult | FrameResult | TextureResult | ViewsResult
Question = Extract | SampleColours | Review | DrawSheet | CutOut | BakeTexture | RenderViews
Answer = Extracted | ColoursSampled | Reviewed | SheetDrawn | CutOutMade | TextureBaked | ViewsRendered

STEPS: Mapping[type[FieldRequest], tuple[str, ...]] = {
    ExtractRequest: (START_WORKER, "extract", "colour", "orient"),
    ColoursRequest: (START_WORKER, "colour"),
    ReviewRequest: (START_WORKER, "review"),
    SheetRequest: (START_WORKER, "draw sheet"),
    TextureRequest: (START_WORKER, "bake texture", "bake normals"),
    FrameRequest: (START_WORKER, "load photo", "cut out", "frame"),
    ViewsRequest: (START_WORKER, "render views"),
}


@dataclass(frozen=True)
class FieldJobView(LifeView):
    """A question's job at one moment. One that is cancelled is so at once."""

    request: FieldRequest
    result: FieldResult | None


class FieldJob(JobLife):
    """The life of a question to a field."""

    def __init__(self, job_id: str, request: FieldRequest) -> None:
        super().__init__(job_id, JobProgress(steps=STEPS[type(request)]))
        self.request = request
        self.result: FieldResult | None = None

    def replaces(self, other: FieldJob) -> bool:
        """Whether nobody needs the other one's answer any more."""
        mine, others = self.request, other.request
        return type(mine) is type(others) and mine.subject != "" and mine.subject == others.subject

    def message(self) -> Question:
        """What to ask the worker."""
        request = self.request
        if isinstance(request, SheetRequest):
            paths = (request.log, request.folder, request.sheet)
            return DrawSheet(self.id, *(str(path.absolute()) for path in paths))
        if isinstance(request, ReviewRequest):
            return review_question(self.id, request.mesh, request.cutout, self.file("review.png").parent)
        if isinstance(request, FrameRequest):
            return frame_question(self.id, request, self.file("cutout.png").parent)
        if isinstance(request, TextureRequest):
            return texture_question(self.id, request, self.file("colour.png").parent)
        if isinstance(request, ViewsRequest):
            return views_question(self.id, request, self.file("sheet.png").parent)
        source = str(request.field.absolute())
        if isinstance(request, ExtractRequest):
            return Extract(self.id, source, str(self.file("mesh.npz")), request.surface_settings)
        points = str(request.points.absolute())
        return SampleColours(self.id, source, points, str(self.file("colours.npz")), request.symmetry)

    def finish(self, answer: Answer) -> None:
        """Done, if the file that was promised is there; else failed with ResultUnreadable."""
        try:
            self.result = self._result(answer)
        except ResultUnreadable as failure:
            self.fail(failure)
        else:
            self.done()

    def view(self) -> FieldJobView:
        """The job as it is now."""
        return FieldJobView(**vars(self.life()), request=self.request, result=self.result)

    def _result(self, answer: Answer) -> FieldResult:
        if isinstance(answer, SheetDrawn):
            return SheetResult(tuple(readable(Path(page)) for page in answer.pages), answer.pictures)
        if isinstance(answer, Reviewed):
            return review_result(answer)
        if isinstance(answer, TextureBaked):
            return texture_result(answer)
        if isinstance(answer, CutOutMade):
            assert isinstance(self.request, FrameRequest), "the wire checks that"
            return frame_result(self.request, answer, self.file("cutout.png").parent)
        if isinstance(answer, ViewsRendered):
            return views_result(answer)
        seconds = MappingProxyType(dict(answer.seconds))
        if isinstance(answer, ColoursSampled):
            return ColoursResult(readable(self.file("colours.npz")), answer.points, seconds)
        return MeshResult(
            mesh=readable(self.file("mesh.npz")),
            vertices=answer.vertices,
            triangles=answer.triangles,
            closed=answer.closed,
            device=answer.device,
            seconds=seconds,
            warnings=tuple(answer.warnings),
        )
