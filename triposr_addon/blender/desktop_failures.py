# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong where pictures come from the desktop or from Blender's own window. The list is in failures.py."""

from __future__ import annotations

from ..host.failures import HostFailure


class ClipboardWithoutPicture(HostFailure):
    """What was copied is no picture and no picture's file, or nothing was."""

    CODE = "CLIPBOARD_WITHOUT_PICTURE"

    def __init__(self) -> None:
        super().__init__("There is no picture on the clipboard. Copy a picture, or a picture's file, and paste again.")


class ClipboardUnreadable(HostFailure):
    """Linux, and neither Blender nor an installed program reads pictures from its clipboard."""

    CODE = "CLIPBOARD_UNREADABLE"

    def __init__(self) -> None:
        super().__init__(
            "Blender finds no picture on this desktop's clipboard by itself. Install xclip (with Wayland wl-clipboard) "
            "or save the picture as a file and choose that."
        )


class ViewportEmpty(HostFailure):
    """The 3D View was drawn, and each pixel of it is background."""

    CODE = "VIEWPORT_EMPTY"

    def __init__(self) -> None:
        super().__init__("This 3D View shows no object. Frame one (numpad .), and try again.")


class ViewportNotDrawn(HostFailure):
    """Blender's graphics refused to draw the view into a picture."""

    CODE = "VIEWPORT_NOT_DRAWN"

    def __init__(self, details: str) -> None:
        super().__init__(
            "Blender could not draw this view into a picture. Close what else uses the graphics card, or render it.",
            details,
        )
