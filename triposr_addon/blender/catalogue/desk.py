# SPDX-License-Identifier: GPL-3.0-or-later
"""What this Blender session knows of libraries of pictures. None of it is stored in a .blend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...catalogue_file import Record
from ...host.failures import HostFailure
from ...host.storage import Storage
from .browser import Browser
from .reader import Reader
from .recent import recent, remember
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from ..asset.stage import Progress


@dataclass(frozen=True)
class Details:
    """The row that is looked at closely. record: None where it can't be read, and `failure` says why."""

    number: int
    record: Record | None
    failure: HostFailure | None = None


class Desk:
    """The open library, the one that is being read, and what was done last."""

    def __init__(self) -> None:
        self.browser: Browser | None = None
        self.opening: Reader | None = None
        self.details: Details | None = None
        self.progress: Progress | None = None
        """Of an import, or of the writing of assets."""
        self.notice = ""
        """What such a thing did last."""
        self.refusals: tuple[tuple[str, str], ...] = ()
        """What it could not take: ids, and sentences."""
        self.thumbnails = Thumbnails()
        self._recent: tuple[Storage, list[Path]] | None = None

    def open(self, path: Path) -> Reader:
        """Begin to read a catalogue; another one that is being read is forgotten, the open one stays until then."""
        self.stop_opening()
        self.opening = Reader(path)
        return self.opening

    def stop_opening(self) -> None:
        """Leave what is being read."""
        if self.opening is not None:
            self.opening.leave()
        self.opening = None

    def take_in(self) -> bool:
        """Have what was read for the open library; answers False while it is still being read.

        Raises CatalogueMissing, CatalogueEmpty; then the open one stays.
        """
        opening = self.opening
        if opening is None:
            return True
        if not opening.over:
            return False
        self.opening = None
        library = opening.library()
        if library is not None:
            former = self.browser
            self.close_library()
            self.browser = Browser(library)
            if former is not None and former.library.path == library.path:  # a batch has gone on
                ticked = [former.library.rows[number].id for number in former.chosen()]
                self.browser.choose(self.browser.numbers_of(ticked).values())
        return True

    def close_library(self) -> None:
        """Forget it, its ticks too."""
        self.browser, self.details, self.notice, self.refusals = None, None, "", ()
        self.thumbnails.forget_all()

    def look_at(self, number: int | None) -> None:
        """Read what is known of a row, once; None for no row."""
        if number is None or self.browser is None:
            self.details = None
        elif self.details is None or self.details.number != number:
            try:
                self.details = Details(number, self.browser.library.record(number))
            except HostFailure as failure:
                self.details = Details(number, None, failure)

    def recent_in(self, storage: Storage) -> list[Path]:
        """The catalogues that were opened lately; read once, since panels are drawn often."""
        if self._recent is None or self._recent[0] != storage:
            self._recent = storage, recent(storage)
        return self._recent[1]

    def remember(self, storage: Storage, catalogue: Path) -> None:
        """Offer it again. Raises OSError."""
        self._recent = None
        remember(storage, catalogue)

    def close(self) -> None:
        """Before the extension is switched off."""
        self.stop_opening()
        self.thumbnails.close()
