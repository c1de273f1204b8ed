# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a data folder is ours, how large it is, and how it goes. Jobs, pictures and the artist's own models stay."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.failures import FolderUnusable
from vendor_installer.folder_removal import GOING, discard_folder, remove_folder
from vendor_installer.locked_environment import ENVIRONMENT, WHEELS
from vendor_installer.model_catalogue import Model
from vendor_installer.model_store import ModelStore
from vendor_installer.ours import is_ours

WHEEL_ENDINGS = (".whl", ".whl.part", ".whl.lock", ".whl.refused")
KINDS = ("environment", "wheels", "models")


@dataclass(frozen=True)
class Removable:
    """One thing that can go. kind: one of KINDS. size: bytes that this frees. remove: does it; may raise OSError."""

    kind: str
    name: str
    size: int
    remove: Callable[[], object]


def removables(folder: Path, store: ModelStore) -> list[Removable]:
    """All that is ours in the data folder. Raises OSError where it can't be read."""
    return [*_environment(folder), *_wheels(folder), *_models(store)]


def foreign(folder: Path, store: ModelStore) -> list[str]:
    """Names of what stands in the place of something of ours, and is left alone."""
    environment = folder / ENVIRONMENT
    names = [ENVIRONMENT] if (environment.exists() or environment.is_symlink()) and not is_ours(environment) else []
    return names + [model.name for model in store.catalogue if store.state(model).state == "damaged"]


def remove_all(wanted: list[Removable]) -> int:
    """Remove them, one after the other; the bytes that this freed. Raises FolderUnusable."""
    for removable in wanted:
        try:
            removable.remove()
        except OSError as error:
            raise FolderUnusable(
                f"{removable.name} can't be deleted. Close Blender and what else uses it, then run this again.",
                str(error),
            ) from error
    return sum(removable.size for removable in wanted)


def _environment(folder: Path) -> Iterator[Removable]:
    environment, going = folder / ENVIRONMENT, folder / f"{ENVIRONMENT}{GOING}"
    if going.is_dir() and not going.is_symlink():
        yield Removable("environment", going.name, _size(going), lambda: remove_folder(going))
    if environment.is_dir() and is_ours(environment):
        yield Removable("environment", environment.name, _size(environment), lambda: discard_folder(environment))


def remove_wheels(folder: Path) -> None:
    """Delete what was fetched or unpacked for an installation in the data folder; what else lies there stays."""
    for path in _wheel_files(folder):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else lies in it, or it never was
        (folder / WHEELS).rmdir()


def _wheels(folder: Path) -> Iterator[Removable]:
    if files := _wheel_files(folder):
        size = sum(path.stat().st_size for path in files)
        yield Removable("wheels", WHEELS, size, lambda: remove_wheels(folder))


def _wheel_files(folder: Path) -> list[Path]:
    return [path for path in (folder / WHEELS).glob("*") if path.name.endswith(WHEEL_ENDINGS) and path.is_file()]


def _models(store: ModelStore) -> Iterator[Removable]:
    for model in store.catalogue:
        if store.state(model).state in ("installed", "partly"):
            yield Removable("models", model.name, store.disk_size(model), _removal(store, model))


def _removal(store: ModelStore, model: Model) -> Callable[[], object]:
    return lambda: store.remove(model)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())
