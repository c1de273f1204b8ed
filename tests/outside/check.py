# SPDX-License-Identifier: GPL-3.0-or-later
"""Exported files in the eyes of others: Khronos' validator, three.js in Chromium, trimesh, ufbx, USD, another Blender.

    READERS_PYTHON tests/outside/check.py --blender-python PYTHON --modules FOLDER [--pictures OUT] [--chromium PATH]

PYTHON has Blender as a module, FOLDER the packages of package.json (npm install), READERS_PYTHON those of
requirements.txt. Each file's parts, bounds, axes, triangles and colours are held against its sidecar. Half a minute.
Exit code 0: every check held.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from pxr import Usd, UsdGeom

HERE = Path(__file__).parent
LIMIT_SECONDS = 300
RED, BLUE = np.array([0.8, 0.2, 0.1]), np.array([0.1, 0.3, 0.8])
LARGEST_MISFIT = 2e-4
"""Metres, on a ball of 1.6 m."""
COLLIDER = re.compile("^UCX_|_Collider|-convcolonly")
LARGEST_COLOUR_STEP = 6.0
"""Of 255: a byte's rounding, and a texture's filter."""


@dataclass
class Checks:
    """What was looked at, and what did not hold."""

    held: int = 0
    broken: list[str] = field(default_factory=list)
    found: dict[tuple[Path, str], set[str]] = field(default_factory=dict)
    """Names of parts, by the folder of an export and by who read it."""

    def that(self, holds: object, what: str) -> None:
        """Count it; tell it where it does not hold."""
        if holds:
            self.held += 1
        else:
            self.broken.append(what)
            print(f"BROKEN: {what}")


@dataclass(frozen=True)
class Part:
    """A part of a file as a reader finds it: bounds in metres and the sidecar's axes."""

    name: str
    triangles: int
    low: Any
    high: Any
    colour: Any = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Export, have everything read, compare."""
    options = _options(arguments)
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="triposr_outside_") as folder:
        made = Path(folder)
        run([options.blender_python, str(HERE / "make_assets.py"), folder])
        pictures = options.pictures or made / "pictures"
        pictures.mkdir(parents=True, exist_ok=True)
        glbs = sorted(made.glob("*_GLB_*/*.glb"))
        check_validator(checks, options.modules, glbs)
        check_browser(checks, options, glbs, pictures)
        for glb in glbs:
            compare(checks, glb, glb_parts(glb))
        fbxs = sorted(made.glob("*_FBX_*/*.fbx"))
        check_fbx(checks, fbxs)
        for obj in sorted(made.glob("*_OBJ_*/*.obj")):
            compare(checks, obj, obj_parts(obj))
        for usd in sorted(made.glob("*_USD_*/*.usdc")):
            compare(checks, usd, usd_parts(checks, usd))
        check_other_blender(checks, options.blender_python, fbxs)
        check_nothing_is_missing(checks)
        files = sum(path.is_file() for path in made.rglob("*"))
    print(f"{files} files, {checks.held} passed, {len(checks.broken)} failed")
    return 1 if checks.broken else 0


def check_validator(checks: Checks, modules: Path, glbs: Sequence[Path]) -> None:
    """No error, and no warning but that tangents are left to the reader, which glTF allows."""
    for report in json.loads(run(["node", str(HERE / "validate.mjs"), str(modules), *map(str, glbs)])):
        others = [code for code in report["said"] if code != "MESH_PRIMITIVE_GENERATED_TANGENT_SPACE"]
        checks.that(report["errors"] == 0 and not others, f"{report['file']}: {report['said']}")


def check_browser(checks: Checks, options: argparse.Namespace, glbs: Sequence[Path], pictures: Path) -> None:
    """Red is seen from +Z, the bounds and triangles are the sidecar's."""
    command = ["node", str(HERE / "show.mjs"), str(options.modules), options.chromium, str(pictures), *map(str, glbs)]
    told = json.loads(run(command))
    checks.that(told["complaints"] == [], f"three.js: {told['complaints']}")
    for seen in told["seen"]:
        file = Path(seen["file"])
        step = np.abs(np.array(seen["middle"]) - 255.0 * RED).max()
        checks.that(step <= LARGEST_COLOUR_STEP, f"{file}: the front is {seen['middle']} in the browser")
        parts = [
            Part(part["name"], int(part["triangles"]), *_down(part["low"], part["high"])) for part in seen["parts"]
        ]
        compare(checks, file, parts, by="three.js")
        for part in seen["parts"]:
            if not COLLIDER.search(part["name"]):
                textured = "TEXTURE" in file.parent.name
                found = (part["map"], part["normalMap"], part["colours"])
                checks.that(found == (textured, textured, not textured), f"{file}: {part['name']} has {found}")


def compare(checks: Checks, file: Path, parts: Sequence[Part], by: str = "") -> None:
    """What a reader found against the sidecar."""
    told = json.loads(file.with_name("Ball.json").read_text(encoding="utf-8"))
    names = {part.name for part in parts}
    expected = {part["name"]: part for part in told["parts"]}
    checks.that(names and names <= set(expected), f"{file}{by}: parts {names}, not among {set(expected)}")
    checks.found.setdefault((file.parent, by), set()).update(names)
    nose, axis = (max(part.high[0] for part in parts), "+X") if told["front"] == "+X" else (0.0, "")
    checks.that(not axis or nose > 0.6, f"{file}{by}: the nose is at {axis} {nose}")
    for part in parts:
        facts = expected.get(part.name)
        if facts is None:
            continue
        checks.that(part.triangles == facts["triangles"], f"{file}{by}: {part.name} has {part.triangles} triangles")
        misfit = np.abs(np.concatenate([part.low, part.high]) - [*facts["low"], *facts["high"]]).max()
        checks.that(misfit < LARGEST_MISFIT, f"{file}{by}: {part.name} lies at {part.low} .. {part.high}")
        if part.colour is not None and facts["colour"] is not None:
            step = 255.0 * np.abs(part.colour - np.array(facts["colour"])).max()
            checks.that(step < LARGEST_COLOUR_STEP, f"{file}{by}: {part.name} is {part.colour}, not {facts['colour']}")


def check_nothing_is_missing(checks: Checks) -> None:
    """Each reader has found each part that a sidecar tells of in one of the export's files."""
    for (folder, by), names in checks.found.items():
        told = json.loads((folder / "Ball.json").read_text(encoding="utf-8"))
        missing = {part["name"] for part in told["parts"]} - names
        checks.that(not missing, f"{folder}{by}: nobody finds {missing}")


def glb_parts(file: Path) -> list[Part]:
    """By trimesh."""
    scene: Any = trimesh.load(file, process=False)
    found = []
    for name in scene.graph.nodes_geometry:
        transform, geometry = scene.graph[name]
        mesh = scene.geometry[geometry]
        places = trimesh.transform_points(mesh.vertices, transform)
        found.append(Part(name, len(mesh.faces), *_down(places.min(axis=0), places.max(axis=0))))
    return found


def obj_parts(file: Path) -> list[Part]:
    """By trimesh; its colours are sRGB."""
    mesh: Any = trimesh.load(file, process=False, force="mesh")
    level = file.stem if "_LOD" in file.stem else "Ball"
    rows = [line.split() for line in file.read_text().splitlines()]
    groups = {row[1] for row in rows if row[:1] == ["o"]}
    if groups != {level}:
        return _obj_groups(rows)
    return [Part(level, len(mesh.faces), *_down(mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)))]


def _obj_groups(rows: Sequence[Sequence[str]]) -> list[Part]:
    """Several objects in one file, which trimesh joins."""
    places = np.array([[float(value) for value in row[1:4]] for row in rows if row[:1] == ["v"]])
    found: dict[str, list[list[int]]] = {}
    for row in rows:
        if row[:1] == ["o"]:
            current = found.setdefault(row[1], [])
        elif row[:1] == ["f"]:
            current.append([int(corner.split("/")[0]) - 1 for corner in row[1:]])
    parts = []
    for name, faces in found.items():
        used = places[np.unique(faces)]
        parts.append(Part(name, len(faces), *_down(used.min(axis=0), used.max(axis=0))))
    return parts


def check_fbx(checks: Checks, files: Sequence[Path]) -> None:
    """By ufbx, in a process of its own: Y up in the file, metres or centimetres as it says itself."""
    for found in json.loads(run([sys.executable, str(HERE / "read_fbx.py"), *map(str, files)])):
        file = Path(found["file"])
        unreal, unit = file.parent.name.startswith("UNREAL"), found["unit"]
        checks.that(unit == (0.01 if unreal else 1.0), f"{file}: the unit is {unit} m")
        checks.that(found["levels"] == unreal, f"{file}: a group of levels is {found['levels']}")
        for part in found["parts"]:
            scaled = max(abs(scale - 1.0) for scale in part["scale"])
            checks.that(scaled < 1e-4, f"{file}: {part['name']} is scaled")
        compare(checks, file, [_fbx_part(part, linear=unreal) for part in found["parts"]])


def _fbx_part(part: dict[str, Any], *, linear: bool) -> Part:
    """For Unreal colours are linear."""
    colour = None if part["colours"] is None else _mean_colour(np.array(part["colours"]), linear=linear)
    return Part(part["name"], part["triangles"], *_down(part["low"], part["high"]), colour)


def usd_parts(checks: Checks, file: Path) -> list[Part]:
    """By Pixar's own library: Z up, and it says so."""
    stage = Usd.Stage.Open(str(file))
    checks.that(UsdGeom.GetStageUpAxis(stage) == "Z", f"{file}: up is {UsdGeom.GetStageUpAxis(stage)}")
    found = []
    for prim in stage.Traverse():
        if prim.IsA(UsdGeom.Mesh):
            mesh = UsdGeom.Mesh(prim)
            places = np.array(mesh.GetPointsAttr().Get())
            triangles = sum(count - 2 for count in mesh.GetFaceVertexCountsAttr().Get())
            name = prim.GetParent().GetName()
            found.append(Part(_as_told(file, name), triangles, places.min(axis=0), places.max(axis=0)))
    return found


def _as_told(file: Path, name: str) -> str:
    """USD's names have no hyphens."""
    told = json.loads(file.with_name("Ball.json").read_text(encoding="utf-8"))
    return next((part["name"] for part in told["parts"] if part["name"].replace("-", "_") == name), name)


def check_other_blender(checks: Checks, python: str, files: Sequence[Path]) -> None:
    """Blender's own importer, in a process that knows nothing of the export."""
    for found in json.loads(run([python, str(HERE / "import_fbx.py"), *map(str, files)]).splitlines()[-1]):
        file = Path(found["file"])
        parts = [Part(part["name"], part["triangles"], part["low"], part["high"]) for part in found["parts"]]
        compare(checks, file, parts, by=" (Blender's importer)")


def _down(low: Any, high: Any) -> tuple[Any, Any]:
    """Bounds with Y up as Blender has them: (x, y, z) are (x, -z, y)."""
    return np.array([low[0], -high[2], low[1]]), np.array([high[0], -low[2], high[1]])


def _mean_colour(colours: Any, *, linear: bool) -> Any:
    """Of all corners, sRGB: encoded first where the file has linear numbers."""
    if linear:
        colours = np.where(colours <= 0.0031308, 12.92 * colours, 1.055 * colours ** (1 / 2.4) - 0.055)
    return colours.mean(axis=0)


def run(command: Sequence[str]) -> str:
    """Its standard output; its errors are shown where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], file=sys.stderr)
        raise SystemExit(f"{command[:2]} ended with {done.returncode}")
    return done.stdout


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blender-python", required=True, help="a Python with Blender as a module")
    parser.add_argument("--modules", type=Path, required=True, help="the folder with node_modules")
    parser.add_argument("--pictures", type=Path, help="a folder for the screenshots")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium", help="the browser's program")
    options = parser.parse_args(arguments)
    options.modules = options.modules.absolute()
    return options


if __name__ == "__main__":
    sys.exit(main())
