# SPDX-License-Identifier: GPL-3.0-or-later
"""A wheel of pip that weighs nothing: it hands on to one real pip, unpacked and compiled once for a whole test run.

A pip that runs from its own wheel is compiled anew each time, which takes longer than all that a small test asks of it.
"""

from __future__ import annotations

import atexit
import ensurepip
import functools
import shutil
import tempfile
import zipfile
from pathlib import Path

from tests.fakes.small_wheels import make_wheel

MAIN = """import sys
sys.path.insert(0, {place!r})
from pip._internal.cli.main import main
sys.exit(main())
"""


def bundled_pip() -> Path:
    """The wheel that Python brings."""
    return next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


def small_pip(folder: Path) -> Path:
    """The small wheel, in `folder`; of the same name and version as the real one."""
    version = bundled_pip().name.split("-")[1]
    main = MAIN.format(place=str(_unpacked()))
    return make_wheel(folder, "pip", version, {"pip/__init__.py": "", "pip/__main__.py": main})


@functools.cache
def _unpacked() -> Path:
    """The real one, without what makes it count as installed."""
    folder = Path(tempfile.mkdtemp(prefix="small-pip-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(bundled_pip()) as wheel:
        wheel.extractall(folder, [name for name in wheel.namelist() if name.startswith("pip/")])
    return folder
