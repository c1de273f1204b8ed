# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a finished mesh holds Blender's main thread up, in each Blender that is named.

    python benchmarks/into_blender.py --blender PYTHON_WITH_BPY [--blender ...] [--json OUT]

Ways to make the same mesh are timed in turns in one process; then each part of what the extension does, and what
Blender itself does before it can draw. Wall-clock milliseconds, medians. Needs no PyTorch.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

WAYS = Path(__file__).with_name("blender_ways.py")
LIMIT_SECONDS = 600
OURS, LISTS = "attributes (ours)", "from_pydata"
WHOLE = "all: file to object"


def measured(python: Path, triangles: int, rounds: int) -> dict[str, Any]:
    """What blender_ways.py found in that Blender. Raises CalledProcessError, TimeoutExpired."""
    command = [str(python), str(WAYS), str(triangles), str(rounds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The JSON: a table with a column for each Blender, the ratios, and everything as it was found."""
    names = [f"Blender {entry['blender']}, ms" for entry in found]
    rows = [
        [name, *(entry[group][name] for entry in found)]
        for group in ("ways_ms", "parts_ms", "evaluation_ms")
        for name in found[0][group]
    ]
    size = f"{found[0]['vertices']:,} vertices, {found[0]['triangles']:,} triangles"
    ratios = {
        f"from_pydata against ours, Blender {entry['blender']}": round(
            entry["ways_ms"][LISTS] / entry["ways_ms"][OURS], 2
        )
        for entry in found
    }
    return {
        "benchmark": "into_blender",
        "title": f"Into Blender: {size}, with colours",
        "note": "Milliseconds of Blender's main thread, medians, ways in turns. The last rows are Blender's own work "
        f"before it can draw; above {found[0]['waits_above_triangles']:,} triangles Decimate waits for a click.",
        "machine": _machine(),
        "columns": ["what", *names],
        "rows": rows,
        "ratios": ratios,
        "total_ms": {entry["blender"]: entry["parts_ms"][WHOLE] for entry in found},
        "found": found,
    }


def _machine() -> dict[str, object]:
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}", "load": load}


def table(told: dict[str, Any]) -> str:
    """The report's rows in columns."""
    lines = [[str(cell) for cell in line] for line in (told["columns"], *told["rows"])]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)) for line in lines)


def main(arguments: list[str]) -> int:
    """Measure, print, and write the JSON where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blender", type=Path, action="append", help="a Python with bpy; this one if none is named")
    parser.add_argument("--triangles", type=int, default=253_400)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    pythons = options.blender or [Path(sys.executable)]
    told = report([measured(python, options.triangles, options.rounds) for python in pythons])
    print(told["title"], told["note"], table(told), sep="\n")
    if options.json is not None:
        options.json.write_text(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
