# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's door. Nothing is imported at module level: pytest imports this file too, without Blender."""


def register() -> None:
    """Add the extension to Blender."""
    from . import vendor_installer
    from .triposr_addon.blender import registration

    registration.register(root_package=__package__, installer=vendor_installer)


def unregister() -> None:
    """Take it out again, stopping the worker."""
    from .triposr_addon.blender import registration

    registration.unregister()
