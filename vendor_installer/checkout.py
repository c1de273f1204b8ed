# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of a checkout, and the environments that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.environment import Environment, EnvironmentPlan
from vendor_installer.failures import FolderUnusable
from vendor_installer.ours import MARK, write_mark

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"

WORKER_PLAN = EnvironmentPlan(
    name="worker",
    title="Install PyTorch and the worker's packages",
    requirements=(REQUIREMENTS / "worker.txt", REQUIREMENTS / "development.txt"),
    constraints=REQUIREMENTS / "worker_constraints.txt",
    pip=REQUIREMENTS / "pip.txt",
    proof=REQUIREMENTS / "worker_proof.txt",
    weight=100.0,
)
BLENDER_PLAN = EnvironmentPlan(
    name="blender",
    title="Install Blender as a Python module",
    requirements=(REQUIREMENTS / "blender.txt",),
    constraints=REQUIREMENTS / "blender_constraints.txt",
    pip=REQUIREMENTS / "pip.txt",
    proof=REQUIREMENTS / "blender_proof.txt",
    weight=30.0,
)


@dataclass(frozen=True)
class Checkout:
    """The checkout at `root`, and its environment folder beside it. Two environments, because Blender 4.5 and rembg
    want different majors of numpy; and so it is in an artist's Blender: the worker has a Python of its own.
    """

    root: Path
    environment_folder: Path

    def worker(self, outside: Mapping[str, str], lock: int) -> Environment:
        """PyTorch, the worker's packages, test and check tools."""
        return Environment(WORKER_PLAN, self.environment_folder / "worker", outside, lock)

    def blender(self, outside: Mapping[str, str], lock: int) -> Environment:
        """The bpy module that fits the running Python."""
        return Environment(BLENDER_PLAN, self.environment_folder / "blender", outside, lock)


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
