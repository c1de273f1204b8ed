# SPDX-License-Identifier: GPL-3.0-or-later
"""A fuzzer that follows the coverage (atheris), at the doors that are written in Python: it finds its own way in.

    PYTHONPATH=FOLDER_OF_ATHERIS WORKER_PYTHON tests/long/coverage_fuzz.py DOOR [--runs N] [--seed N]

DOOR is one of line, log, lock, receipt, config, arrays, tiff, pack. It begins with sound files and ends with the number
of runs, or at the first exception that is no named failure: then libFuzzer writes the input into the working directory.
A run of more than five seconds is a finding as well. atheris is no part of the environment: pip install atheris, for
Python 3.11, anywhere. Linux.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["triposr_addon", "vendor_installer", "yaml"]):
    from tests.bad_files import arrays, pictures, texts
    from triposr_addon import wire
    from triposr_addon.array_file import ArraysUnreadable, read_arrays
    from triposr_addon.folder_log import FolderLog
    from triposr_addon.host.pack_files import holds
    from triposr_addon.worker.checkpoint import read_config
    from triposr_addon.worker.failures import WorkerFailure
    from triposr_addon.worker.photo_limits import check_parts
    from triposr_addon.worker.sheet_causes import likely_causes, score
    from vendor_installer.failures import InstallerFailure
    from vendor_installer.lock_files import read_lock
    from vendor_installer.pack_zip import unpack
    from vendor_installer.receipt import read_receipt_or_none

Enter = Callable[[Path], object]
CONFIG = CHECKOUT / "triposr_addon" / "worker" / "checkpoints" / "preview" / "config.yaml"


def enter_line(file: Path) -> None:
    """Both ends read it."""
    line = file.read_bytes()
    wire.request_id_or_none(line)
    for decode in (wire.decode_host_line, wire.decode_worker_line):
        try:
            decode(line)
        except wire.MalformedMessage:
            continue


def enter_log(file: Path) -> None:
    """What is read is judged, too."""
    for line in FolderLog(file).latest().values():
        score(line), likely_causes(line)


def enter_lock(file: Path) -> None:
    """A line that is none is a ValueError, as is said there."""
    try:
        read_lock(file)
    except ValueError:
        return


def enter_pack(file: Path) -> None:
    """What is wanted has five bytes."""
    wanted = {arrays.PACK_NAMES[0]: 5}
    holds(file, wanted)
    with tempfile.TemporaryDirectory() as folder:
        unpack(file, wanted, Path(folder), lambda _share, _what: None)


def enter_arrays(file: Path) -> None:
    """As a mesh is read."""
    read_arrays(file, ("vertices", "triangles", "colours"))


DOORS: dict[str, tuple[Enter, Callable[[], list[bytes]]]] = {
    "line": (enter_line, texts.lines),
    "log": (enter_log, texts.log_lines),
    "lock": (enter_lock, texts.locks),
    "receipt": (read_receipt_or_none, texts.receipts),
    "config": (
        read_config,
        lambda: [CONFIG.read_bytes(), *(text.encode("utf-8", "replace") for text in texts.ODD_YAML)],
    ),
    "arrays": (enter_arrays, lambda: [arrays.mesh_file()]),
    "tiff": (check_parts, lambda: [pictures.tiff({256: 64}), pictures.sound_pictures()["plain.tif"][:400]]),
    "pack": (enter_pack, lambda: [arrays.pack()]),
}
NAMED = (WorkerFailure, InstallerFailure, wire.MalformedMessage, ArraysUnreadable, OSError)
"""As the doors say; an OSError is what a file that can't be read gives everywhere."""


def main(arguments: list[str]) -> None:
    """Never comes back: libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("door", choices=DOORS)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    enter, sound = DOORS[options.door]
    home = Path(tempfile.mkdtemp(prefix="triposr_coverage_"))
    (home / "sound").mkdir()
    for number, data in enumerate(sound()):
        (home / "sound" / str(number)).write_bytes(data)

    def try_one(data: bytes) -> None:
        (home / "file").write_bytes(data)
        try:
            enter(home / "file")
        except NAMED:
            return

    limits = [f"-runs={options.runs}", f"-seed={options.seed}", "-timeout=5", "-rss_limit_mb=3000", "-max_len=60000"]
    atheris.Setup([sys.argv[0], *limits, str(home / "sound")], try_one)
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
