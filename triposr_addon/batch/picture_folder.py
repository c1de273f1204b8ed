# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures in a folder and the folders within, always in the same order: by name, folder by folder.

Hidden files and folders are left out. A link to a file is a file; a link to a folder is not followed, for it may lead
round in a circle. What lies in the target is no source, nor what a library within the folder has made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from triposr_addon.batch.folder_names import ITEMS_FOLDER
from triposr_addon.made_folders import holds_made_things
from triposr_addon.photo_files import PHOTO_SUFFIXES

Scan = Callable[[Path], Iterable["os.DirEntry[str]"]]


@dataclass(frozen=True, slots=True)
class Found:
    """A file by its absolute path, and by its path within the folder with slashes."""

    picture: str
    within: str


@dataclass
class Walk:
    """One walk through a folder.

    root: absolute. target: where results go; it is left out. may_enter: whether to look into a folder within, by its
    path within the root, with slashes. After the walk: unreadable has the folders that could not be read, by their
    path within the root, and why; links the links to folders, and made the folders with what other libraries have
    made, which were not entered, by such paths; unseen counts what the system does not let us look at, such as a link
    into somebody's private folder, where nothing says that it is a picture.
    """

    root: Path
    target: Path | None = None
    may_enter: Callable[[str], bool] = lambda within: True
    scan: Scan = os.scandir
    unreadable: dict[str, OSError] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    unseen: int = 0

    def files(self) -> Iterator[Found]:
        """Every file that is named like a picture. Raises OSError where the root itself can't be read."""
        left_out = self._left_out()
        waiting = [self._entries("")]  # no recursion: folders can lie deeper in each other than calls
        while waiting:
            entry, within = next(waiting[-1], (None, ""))
            if entry is None:
                waiting.pop()
            elif _is_own_folder(entry):
                if within != left_out and self.may_enter(within) and not self._is_made(entry, within):
                    waiting.append(self._entries(within))
            elif self._is_picture(entry):
                yield Found(entry.path, within)

    def _entries(self, within: str) -> Iterator[tuple[os.DirEntry[str], str]]:
        try:
            entries = sorted(self.scan(self.root / within), key=lambda entry: entry.name)
        except OSError as error:
            if not within:
                raise
            self.unreadable[within] = error
            return iter(())
        before = f"{within}/" if within else ""
        return iter([(entry, before + entry.name) for entry in entries if not entry.name.startswith(".")])

    def _is_picture(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is to be one: also what can't be looked at but is named like one, so that it is told of."""
        try:
            return self._is_picture_file(entry)
        except OSError:
            named = is_named_like_a_picture(entry.name)
            self.unseen += not named
            return named

    def _is_picture_file(self, entry: os.DirEntry[str]) -> bool:
        """Also a link that leads nowhere. No pipes, no devices. Raises OSError where it can't be looked at."""
        link = entry.is_symlink()
        if link and entry.is_dir():
            self.links.append(Path(entry.path).relative_to(self.root).as_posix())
            return False
        if not is_named_like_a_picture(entry.name):
            return False
        return entry.is_file() or (link and not Path(entry.path).exists())

    def _is_made(self, entry: os.DirEntry[str], within: str) -> bool:
        made = holds_made_things(Path(entry.path))
        if made:
            self.made.append(within)
        return made

    def _left_out(self) -> str | None:
        """The path within the root of the target, or of its items where the target lies elsewhere."""
        if self.target is None:
            return None
        root, target = self.root.resolve(), self.target.resolve()
        for folder in (target, target / ITEMS_FOLDER):
            if folder != root and folder.is_relative_to(root):
                return folder.relative_to(root).as_posix()
        return None


def is_named_like_a_picture(name: str) -> bool:
    """By its ending."""
    return PurePath(name).suffix.lower() in PHOTO_SUFFIXES


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder and no link to one; nor Windows' junction, which Python 3.11 takes for a folder."""
    if not entry.is_dir(follow_symlinks=False):
        return False
    return not (os.name == "nt" and getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", False))
