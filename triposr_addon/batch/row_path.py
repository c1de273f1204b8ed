# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as a list or a table has them: where the file is, and what its picture is called after."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from triposr_addon.batch.failures import RowNotUtf8, RowPathInvalid

LONGEST_PATH = 4096
"""Characters: what Linux takes. No system takes more but in odd ways."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_CROOKED = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
"""An absolute path, or one with a part that is empty, . or .."""
_HALF = re.compile("[\ud800-\udfff]")


class RowPaths:
    """Paths in a file that lies in `folder`, which is absolute: they begin there where they are not absolute."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._before = folder.as_posix().rstrip("/") + "/"

    def placed(self, told: str, row: int) -> tuple[str, str]:
        """The file's absolute path; and the path that names it, within the folder where it lies there, with slashes.

        Whether the file is there only who opens it will see. Raises RowPathInvalid, RowNotUtf8.
        """
        _check(told, row)
        if "\\" in told and os.name != "nt":
            told = self._with_slashes(told)
        if has_odd_bytes(told) and not self._exists(told):
            raise RowNotUtf8(f"Row {row} is not UTF-8 text, and no file is called like it. Save the list as UTF-8.")
        if os.name != "nt" and not _CROOKED.search(told):
            return self._before + told, told  # the usual case, for a million rows
        return self._absolute(told), self._within(told)

    def _absolute(self, told: str) -> str:
        plain = told if ".." in told else os.path.normpath(told)  # what .. means only the links on the way can tell
        return str(Path(self._folder, plain))

    def _within(self, told: str) -> str:
        within = posixpath.normpath(told if os.name != "nt" else told.replace("\\", "/"))
        within = within.removeprefix(self._before).lstrip("/")
        while within.startswith("../"):
            within = within[3:]
        return within if within not in ("", ".", "..") else "folder"

    def _with_slashes(self, told: str) -> str:
        """A path that was written on Windows, unless a file is really called so."""
        return told if self._exists(told) else told.replace("\\", "/")

    def _exists(self, told: str) -> bool:
        try:
            return Path(self._folder, told).exists()
        except OSError:  # a name that is too long
            return False


def has_odd_bytes(text: str) -> bool:
    """Whether some of it is no UTF-8: half surrogates."""
    return not text.isascii() and _HALF.search(text) is not None


def _check(told: str, row: int) -> None:
    if "\0" in told:
        raise RowPathInvalid(f"The path in row {row} holds a zero byte, which no path can. Write it anew.")
    if len(told) > LONGEST_PATH:
        raise RowPathInvalid(f"The path in row {row} is longer than {LONGEST_PATH} characters. Move the file.")
    if _ADDRESS.match(told):
        raise RowPathInvalid(f"Row {row} names an address, not a file. Download the picture and give its path.")
