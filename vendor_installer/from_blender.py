# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -I from_blender.py COMMAND ...`: the engine, started by its path with none of the artist's Python settings.

In that mode Python looks neither in the current folder nor beside this file, so the way is told here. Kept readable for
old Pythons, like __main__.py, which it runs.
"""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
runpy.run_module("vendor_installer", run_name="__main__", alter_sys=True)
