# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the worker's Python environment; standard library only."""

# No annotation: Pythons that are too old read this file on their way to the sentence that says so.
HOW_TO_INSTALL = (
    "Run `python3 -m vendor_installer demo` in the folder of the extension's source",
    "Then choose the Python in the `worker` folder of the environment that it makes beside it",
)
"""What the extension's preferences say where there is no environment yet."""
