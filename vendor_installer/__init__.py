# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the worker's Python environment; standard library only."""

HOW_TO_INSTALL: tuple[str, ...] = (
    "Run `python3 -m vendor_installer demo` in the folder of the extension's source",
    "Then choose the Python in the `worker` folder of the environment that it makes beside it",
)
"""What the extension's preferences say where there is no environment yet."""
