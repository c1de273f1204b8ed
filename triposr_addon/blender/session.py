# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in this Blender session. None of it is stored in a .blend, which would reopen as still running.

There is one Session between register() and unregister(). It holds no Blender data: undo and opening a file free that
under our feet. The scene of a job is remembered by its number.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import bpy

from ..host.cut_outs import CutOutView
from ..host.failures import HostFailure
from ..host.field_jobs import FieldJobView
from ..host.folder_run import FolderRun
from ..host.generation import Generator
from ..host.memory_desk import MemoryDesk
from ..host.storage import Storage
from ..protocol import Initialized
from .catalogue.desk import Desk
from .cutout_preview import CutOutPreview
from .ghost import Ghost
from .installation import Installation
from .installer import Installer
from .living_orders import Shaping
from .paths import path_or_none
from .queue import Queue
from .thumbnail import Thumbnail

if TYPE_CHECKING:
    from .asset.stage import Progress
    from .folder_sheet import SheetOrder
    from .order import Order
    from .preferences import TRIPOSR_AP_preferences

LONGEST_BACKGROUND_JOB_SECONDS = 4 * 3600.0
"""Background mode waits that long for one picture: the released model on a slow processor takes minutes."""

MakeGenerator = Callable[[Storage, str], Generator]


def generator_on(storage: Storage, device: str) -> Generator:
    """The generator that Blender uses; tests hand a Session another one, with a worker that misbehaves."""
    return Generator(storage, device=device)


class Session:
    """The generator with its worker, the queue of jobs, and what the panel tells of the last one."""

    def __init__(self, root_package: str, installer: Installer, make_generator: MakeGenerator = generator_on) -> None:
        self.root_package = root_package
        self.installation = Installation(installer)
        self.make_generator = make_generator
        self.thumbnail = Thumbnail()
        self.failure: HostFailure | None = None
        self.notice = ""
        self.cut_out = CutOutPreview()
        self.queue = Queue()
        self.shaping = Shaping()
        self.queue_page = 0
        self.folder_run: FolderRun | None = None
        """The latest."""
        self.sheet: SheetOrder | None = None
        """A contact sheet that is being drawn."""
        self.hovering: tuple[Ghost, ...] = ()
        self.catalogue = Desk()
        """Of libraries of pictures."""
        self.asset_progress: Progress | None = None
        """Of the stage that is under way towards a game asset."""
        self.asset_notice = ""
        """What the last such stage did."""
        self.verdicts: dict[int, tuple[int, int, bool, str]] = {}
        """On meshes, by their numbers: vertices, faces, whether all is well, words. See asset/geometry.py."""
        self._jobs_wait = False
        self._generator: Generator | None = None
        self._places: tuple[Storage, str] | None = None

    def preferences(self) -> TRIPOSR_AP_preferences:
        """The extension's page in the preferences."""
        ours = bpy.context.preferences.addons[self.root_package].preferences
        return cast("TRIPOSR_AP_preferences", ours)

    def storage(self) -> Storage:
        """The folders and the Python that the preferences name, or the extension's own."""
        chosen = self.preferences()
        root = path_or_none(chosen.data_folder) or Path(bpy.utils.extension_path_user(self.root_package))
        return Storage(root, path_or_none(chosen.worker_python), path_or_none(chosen.models_folder))

    def start(self, order: Order) -> str:
        """Put a job into the queue and give its id; nothing blocks here. Raises HostFailure."""
        self.failure, self.notice = None, ""
        self.fitting_generator()
        return self.queue.add(order, self.cut_out.subject_or_none(order.request.photo))

    def retry(self, job: str) -> str:
        """Make the same again, with the preferences of now; gives the new job's id. Raises KeyError or HostFailure."""
        self.failure, self.notice = None, ""
        self.fitting_generator()
        return self.queue.retry(job)

    def cut_out_view(self) -> CutOutView | None:
        """How the newest cut-out stands that was asked for."""
        return self._generator.cut_outs.view() if self._generator is not None else None

    def memory_or_none(self) -> MemoryDesk | None:
        """What the worker holds, and how it gives that back; None where none was ever needed."""
        return self._generator.memory if self._generator is not None else None

    def let_jobs_wait(self, wait: bool) -> None:
        """Whether new jobs wait, for a render. From any thread."""
        self._jobs_wait = wait
        if self._generator is not None:
            self._generator.memory.paused = wait

    def worker_or_none(self) -> Initialized | None:
        """What the worker said of itself; None while there is none, or it is still starting."""
        return self._generator.worker() if self._generator is not None else None

    def worker_is_free(self) -> bool:
        """Whether there is a worker that has nothing to do."""
        return self._generator is not None and self._generator.ready() and not self._works()

    def field_view(self, job: str) -> FieldJobView | None:
        """How a question to a field stands; None where nobody knows it any more."""
        views = self._generator.fields.views() if self._generator is not None else ()
        return next((view for view in views if view.id == job), None)

    def drop_field_job(self, job: str) -> None:
        """Forget a question to a field, its files too; no effect where nobody knows it."""
        if self._generator is not None and self.field_view(job) is not None:
            self._generator.fields.drop(job)

    def warm_up(self, model: Path, picture: Path, background: str, rembg_model: str = "") -> bool:
        """Get the worker ready for a job that is likely to come; nothing blocks here. Answers whether it was asked to.

        Not where the preferences say no, a job is under way, or there is no environment: the panel tells of that one.
        """
        wanted = self.preferences().warm_up and not self.queue.busy() and not self._jobs_wait
        if not wanted or self.storage().worker_python_or_none() is None:
            return False
        self.fitting_generator().warm_up(model, picture, background, rembg_model)
        return True

    def tick(self) -> None:
        """Take in what the worker said meanwhile; to be called some ten times a second."""
        if self._generator is not None:
            self._generator.tick()

    def run_to_end(self, job: str) -> None:
        """Where no timer ticks: wait until the job is over, however it ends."""
        self.fitting_generator().run_until_done(job, LONGEST_BACKGROUND_JOB_SECONDS)

    def fitting_generator(self) -> Generator:
        """The one there is, or a new one where the preferences have changed since; but not in the middle of work."""
        places = (self.storage(), self.preferences().device)
        if self._generator is None or (self._places != places and not self._works()):
            self._generator, self._places = self.make_generator(*places), places
            self._generator.memory.paused = self._jobs_wait
            self.queue.use(self._generator)
        return self._generator

    def close(self) -> None:
        """End the worker and give back what Blender lent."""
        self.installation.close()
        self.stop_worker()
        self.cut_out.close()
        self.thumbnail.close()
        self.catalogue.close()

    def stop_worker(self) -> None:
        """End the worker, and every job with it; the next job starts another. Takes three seconds at most."""
        self.queue.close()
        self._generator = None

    def forget_generator(self) -> None:
        """The environment is another one: what knew the old one goes, if it does nothing."""
        if not self._works():
            self.stop_worker()

    def _works(self) -> bool:
        return self.queue.busy() or (self._generator is not None and self._generator.busy())


_session: Session | None = None


def open_session(root_package: str, installer: Installer) -> None:
    """Called by register()."""
    global _session  # Blender calls panels and operators without a place to hand anything in
    _session = Session(root_package, installer)


def close_session() -> None:
    """Called by unregister()."""
    global _session  # as above
    if _session is not None:
        _session.close()
    _session = None


def current() -> Session:
    """The open session. Raises RuntimeError outside register() .. unregister()."""
    if _session is None:
        raise RuntimeError("the TripoSR extension is not registered")
    return _session


def current_or_none() -> Session | None:
    """For what Blender may still call while the extension is being switched off."""
    return _session
