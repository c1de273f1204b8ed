# SPDX-License-Identifier: GPL-3.0-or-later
"""Where environment, models, jobs and logs live on disk.

root/
  environment/   the worker's Python, made by the installer
  models/        checkpoint folders, one a model
  rembg/         rembg's own models
  masks/         painted masks as jobs use them, named by what is in them; those nobody used for a week go
  jobs/          one private folder for each job that is not dropped yet
  owners/        one locked file for each running Blender that has such folders (ownership.py)
  folders/       for each folder of pictures its log, small pictures and contact sheet
  logs/          worker.log, worker.log.1
  best_batch.json  how long graphics cards took for pictures that passed through the network together
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .failures import StorageUnwritable
from .job_folders import JobFolders, make_private
from .kept_files import name_of, put, remove_surplus
from .log_file import LogFile

FIELD_ENDING = ".triplane.safetensors"
RECEIPT = "receipt.json"
"""The installer's, in the environment."""

CHOSEN_CARD = "chosen_card.json"
CARD_VARIABLES = ("CUDA_DEVICE_ORDER", "CUDA_VISIBLE_DEVICES")
"""The installer's, too: what it may say there."""

MASK_SECONDS = 7 * 24 * 3600.0
MOST_MASK_BYTES = 1 << 30


@dataclass(frozen=True)
class Storage:
    """The folders below `root`; nothing is made before it is needed.

    python: the worker's Python where it is not the one in root/environment.
    models_folder: the folder of checkpoint folders where it is not root/models.
    """

    root: Path
    python: Path | None = None
    models_folder: Path | None = None

    @property
    def environment(self) -> Path:
        """The worker's Python environment, the installer's work."""
        return self.root / "environment"

    @property
    def models(self) -> Path:
        """The folder of checkpoint folders."""
        return self.models_folder or self.root / "models"

    @property
    def rembg(self) -> Path:
        """Where rembg looks for its models."""
        return self.root / "rembg"

    @property
    def jobs(self) -> Path:
        """Where job folders are."""
        return self.root / "jobs"

    @property
    def masks(self) -> Path:
        """Where painted masks are kept for the jobs that use them."""
        return self.root / "masks"

    @property
    def pictures(self) -> Path:
        """Where pictures are kept that have no file of their own: pasted ones, and views of Blender."""
        return self.root / "pictures"

    @property
    def batch_file(self) -> Path:
        """Where workers keep what they found out about the best batch."""
        return self.root / "best_batch.json"

    @property
    def logs(self) -> Path:
        """Where logs are."""
        return self.root / "logs"

    def folder_record(self, pictures: Path) -> Path:
        """Where the log of a folder of pictures is, and what goes with it: named after it, one for each path."""
        path = str(pictures.absolute()).encode("utf-8", "backslashreplace")
        name = "".join(letter if letter.isalnum() else "_" for letter in pictures.name)[:40]
        return self.root / "folders" / f"{name}-{hashlib.sha256(path).hexdigest()[:8]}"

    @cached_property
    def _job_folders(self) -> JobFolders:
        return JobFolders(self.jobs, self.root / "owners", self.worker_log.note)

    @cached_property
    def worker_log(self) -> LogFile:
        """What workers wrote on standard error, and what the host noted about them."""
        return LogFile(self.logs / "worker.log")

    def worker_python_or_none(self) -> Path | None:
        """The Python that runs the worker; None where the environment is not installed, or not to its end: the receipt
        is what the installer writes last.

        A Python that the artist named is given back as it is: whether it runs is seen when it is started.
        """
        if self.python is not None:
            return self.python
        inside = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
        python = self.environment / inside
        return python if python.is_file() and (self.environment / RECEIPT).is_file() else None

    def card_variables(self) -> dict[str, str]:
        """Variables that show PyTorch the graphics card that was chosen at the installation; none where nobody had to
        choose, for a Python of the artist's own, and where they have set them for Blender.
        """
        try:
            kept = json.loads((self.environment / CHOSEN_CARD).read_text(encoding="utf-8")) if not self.python else {}
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict) or any(name in os.environ for name in CARD_VARIABLES):
            return {}
        return {name: str(kept[name]) for name in CARD_VARIABLES if name in kept}

    def new_job_folder(self) -> Path:
        """A fresh folder that only this user can read; what crashed Blenders left goes on the way.

        Raises StorageUnwritable.
        """
        return self._job_folders.new()

    def remove_job_folder(self, folder: Path) -> None:
        """Remove a folder that new_job_folder() made; one that is gone already is fine."""
        self._job_folders.remove(folder)

    def close(self) -> None:
        """Own no job folder any more, if there is none. The next one is signed anew."""
        self._job_folders.close()

    def keep_mask(self, png: bytes) -> Path:
        """A file that holds `png` for at least a week; one of the same content is used again.

        Only where masks take more than MOST_MASK_BYTES, the oldest go earlier, after a day. Raises StorageUnwritable.
        """
        try:
            make_private(self.masks)
            remove_surplus(self.masks, MASK_SECONDS, MOST_MASK_BYTES, self.worker_log.note)
            return put(png, self.masks / f"{name_of(png)}.png")
        except OSError as error:
            raise StorageUnwritable(self.masks, error) from error

    def keep_picture(self, name: str, content: bytes) -> Path:
        """A file of that name for good, in a folder of its own; one of the same content is used again.

        Raises StorageUnwritable.
        """
        try:
            make_private(self.pictures)
            return put(content, self.pictures / name_of(content)[:16] / name)
        except OSError as error:
            raise StorageUnwritable(self.pictures, error) from error

    def worker_log_tail(self, lines: int = 200) -> str:
        """The end of the worker's log, for a report. Raises OSError."""
        return self.worker_log.tail(lines)
