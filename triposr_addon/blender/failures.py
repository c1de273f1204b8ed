# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong before a job is handed to the host; the host's and the worker's failures join these.

HostFailure
├── PictureNotChosen    the button was pressed without a picture
├── PictureMissing      the chosen file is not there (any more)
└── ModelNotChosen      the chosen model is not there (any more), or no folder was chosen
"""

from __future__ import annotations

from pathlib import Path

from ..host.failures import HostFailure


class PictureNotChosen(HostFailure):
    """There is no picture to work on."""

    CODE = "PICTURE_NOT_CHOSEN"

    def __init__(self) -> None:
        super().__init__("No picture is chosen. Choose one at the top of the TripoSR tab.")


class PictureMissing(HostFailure):
    """The chosen picture is no file."""

    CODE = "PICTURE_MISSING"

    def __init__(self, path: Path) -> None:
        super().__init__(f"The picture {path.name} is not there. Choose it again.", str(path))


class ModelNotChosen(HostFailure):
    """The scene names a model that this computer does not have, or its own folder without saying which."""

    CODE = "MODEL_NOT_CHOSEN"

    def __init__(self, details: str) -> None:
        super().__init__("The chosen model is not there. Choose another one in the TripoSR tab.", details)
