# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of a checkout, and the environments that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.checkout_plans import WORKER, blender_plan, first_offered, ray_plan, sentence, worker_options
from vendor_installer.computer import Computer
from vendor_installer.environment import Environment
from vendor_installer.failures import FolderUnusable
from vendor_installer.ours import MARK, write_mark


@dataclass(frozen=True)
class Checkout:
    """A checkout's environment folder, on this computer. Two environments, because Blender 4.5 and rembg want different
    majors of numpy; and so it is in an artist's Blender: the worker has a Python of its own. tell: hears which build of
    PyTorch is about to be installed, and why.
    """

    environment_folder: Path
    computer: Computer
    tell: Callable[[str], None] = print

    def worker(self, outside: Mapping[str, str], lock: int) -> Environment:
        """PyTorch, the worker's packages, test and check tools. What an earlier run made is kept, whichever build it
        has of those that fit. Raises NotForThisComputer, PipFailed.
        """
        options = worker_options(self.computer, self.environment_folder)
        place = self.environment_folder / WORKER
        environments = [Environment(option.plan, place, outside, lock) for option in options]
        for environment in environments:
            if environment.has_receipt():
                return environment
        number, where = first_offered(options, self.computer, outside)
        self.tell(sentence(options[number], where, options[0] if number else None))
        return environments[number]

    def blender(self, outside: Mapping[str, str], lock: int) -> Environment:
        """The bpy module that fits the running Python. Raises NotForThisComputer."""
        plan = blender_plan(self.computer, self.environment_folder)
        return Environment(plan, self.environment_folder / "blender", outside, lock)

    def ray(self, outside: Mapping[str, str], lock: int) -> Environment:
        """Ray and Parquet; the worker's must be made before it. Raises NotForThisComputer."""
        plan = ray_plan(self.computer, self.environment_folder)
        return Environment(plan, self.environment_folder / "ray", outside, lock)


def default_environment_folder(root: Path) -> Path:
    """`NAME-environment` beside the checkout NAME."""
    return root.parent / f"{root.name}-environment"


def prepare_environment_folder(folder: Path) -> None:
    """Make the folder, or accept one that was made here: nobody else's files may come to be deleted.

    Raises FolderUnusable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
        foreign = names - {MARK, "lock"}
        if foreign and MARK not in names:
            raise FolderUnusable(
                f"{folder} holds other files, such as {min(foreign)}. Choose an empty or new folder with "
                "--environment FOLDER."
            )
        write_mark(folder)
    except OSError as error:
        raise FolderUnusable(
            f"{folder} can't be written. Choose another place with --environment FOLDER.", str(error)
        ) from error
