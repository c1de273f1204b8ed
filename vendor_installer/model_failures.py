# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a wish for a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vendor_installer.failures import InstallerFailure


class ModelUnknown(InstallerFailure):
    """No model of our list has that name. rembg's cloud sessions, which send pictures away, are left out on purpose."""

    code = "MODEL_UNKNOWN"
    exit_code = 45

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no model {name!r}. Choose one of: {', '.join(known)}.")


class LicenceNotAccepted(InstallerFailure):
    """Not for commercial work, and nobody said that this is fine."""

    code = "LICENCE_NOT_ACCEPTED"
    exit_code = 46

    def __init__(self, title: str, licence: str) -> None:
        super().__init__(
            f"{title}: its licence is {licence}. If that is fine for what you do, add --accept-non-commercial."
        )


class NotAModelOfOurs(InstallerFailure):
    """A file that is given is none of the pinned ones, or can't be read."""

    code = "NOT_A_KNOWN_MODEL"
    exit_code = 47

    def __init__(self, path: Path, details: str) -> None:
        super().__init__(
            f"{path} can't be read or is none of the models of `models list`. For a model of your own, choose its "
            "folder in the extension instead.",
            details,
        )
