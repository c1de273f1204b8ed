# SPDX-License-Identifier: GPL-3.0-or-later
"""Hundreds of forged .blend files in one Blender: properties of every kind and size where ours should be.

    BLENDER_PYTHON tests/long/forged_blends.py [--count N] [--first N] [--seed N] [--json OUT]

BLENDER_PYTHON has Blender as a module. Each case has an object with a record, a field, a recipe and settings, of which
some are forged; every fourth is saved and opened again. Then everything is asked that panels and sliders ask, and the
operators are pressed that read such properties. Allowed is a result, or an error with a sentence. No worker is
installed, so nothing is computed. Linux. Exit code 0: no exception of another kind, none over five seconds.
"""

from __future__ import annotations

import argparse
import collections
import functools
import importlib
import json
import math
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
EXTENSION = "bl_ext.user_default.triposr"
LONGEST_SECONDS = 5.0
ODD: tuple[Any, ...] = (
    0, 1, -1, 2**31 - 1, -(2**31), 1.5, math.nan, math.inf, -1e308, 1e-300, "", "x", "x" * 100_000, "a\nb\u202e\x7f",
    b"", b"\xff\x00", b"x" * 100_000, [1], [math.nan] * 16, [1e308] * 48, [0.0] * 16, [2**31 - 1] * 16, [-1] * 16,
    list(range(5000)), {}, {"a": 1}, {"a": {"b": {"c": {"d": {"e": 1}}}}}, {str(n): n for n in range(200)}, [{"a": 1}],
    "/etc/passwd", "/dev/zero", "//../../../etc/passwd", "/dev/zero/x.triplane.safetensors", "\\\\server\\share\\x.png",
    "/proc/self/mem", "C:\\CON", "://", "~", True,
)  # fmt: skip
OF_MESH = ("triposr_field", "triposr_field_file", "triposr_living")
OF_OBJECT = ("image", "image_name", "model", "settings", "recipe", "mask", "surface", "seconds")
OF_SETTINGS = (
    "threshold", "height", "foreground_ratio", "mask_threshold", "decimate_ratio", "resolution", "image_path",
    "model_folder", "model", "background", "size_by", "mask",
)  # fmt: skip
PRESSED = (
    "settings_to_panel", "copy_settings", "make_again", "re_extract", "preview_mesh", "preview_back", "move_field_out",
    "bring_field_in", "colour_from_field", "drop_field", "generate",
)  # fmt: skip


def start_blender(home: Path) -> Any:
    """Blender as a module, with this checkout as its extension and no worker."""
    os.environ["BLENDER_USER_RESOURCES"] = str(home / "blender")
    bpy = importlib.import_module("bpy")
    extensions = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(CHECKOUT, target_is_directory=True)
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    bpy.context.preferences.addons[EXTENSION].preferences.data_folder = str(home / "data")
    return bpy


def room(name: str) -> Any:
    """A module of the extension."""
    return importlib.import_module(f"{EXTENSION}.triposr_addon.{name}")


def living(bpy: Any) -> Any:
    """The active object of a new file: a cube with all that ours have."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.mesh.primitive_cube_add()
    thing, carrier, record = bpy.context.object, room("blender.field_carrier"), room("blender.living_record")
    import numpy as np

    carrier.keep_inside(thing.data, "cup", bytes(range(256)))
    settings = room("protocol").SurfaceSettings(resolution=64)
    mark = carrier.fingerprint(bytes(range(256)))
    record.write_record(thing.data, record.LivingRecord(np.eye(4), settings, mark))
    thing["triposr_recipe"] = {"threshold": 25.0, "resolution": 64, "model": "PREVIEW"}
    thing["triposr_settings"] = {"mask_path": "", "background": "auto", "foreground_ratio": 0.85}
    thing["triposr_image"] = "/no/picture.png"
    return thing


def forge(bpy: Any, thing: Any, chance: random.Random) -> None:
    """One to four properties are others. What Blender itself refuses to keep, nobody can forge."""
    for _ in range(chance.randint(1, 4)):
        place = chance.choice(("mesh", "record", "record", "text", "object", "group", "scene", "name"))
        try:
            _forge_one(bpy, thing, place, chance)
        except (TypeError, ValueError, OverflowError, KeyError, AttributeError):
            continue


def _forge_one(bpy: Any, thing: Any, place: str, chance: random.Random) -> None:
    value = chance.choice(ODD)
    if place == "mesh":
        thing.data[chance.choice(OF_MESH)] = value
    elif place == "record":
        record = thing.data["triposr_living"].to_dict()
        record[chance.choice(list(record))] = value
        thing.data["triposr_living"] = record
    elif place == "text":
        thing.data["triposr_field"]["triposr_field"] = value
    elif place == "object":
        thing[f"triposr_{chance.choice(OF_OBJECT)}"] = value
    elif place == "group":
        group = thing[f"triposr_{chance.choice(('recipe', 'settings'))}"]
        group[chance.choice(("threshold", "height", "model", "stand_at", "mask_path", "background"))] = value
    elif place == "scene":
        setattr(bpy.context.scene.triposr, chance.choice(OF_SETTINGS), value)
    else:
        thing.name = thing.data.name = str(value)[:500]


def touches(bpy: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """All that is asked, by name."""
    context, thing = bpy.context, bpy.context.object
    record, carrier, living_object = (room(f"blender.{n}") for n in ("living_record", "field_carrier", "living_object"))
    provenance, recipe = room("blender.provenance"), room("blender.recipe")
    if record.record_or_none(thing.data) is not None:
        yield "placement_now", lambda: record.placement_now(thing.data)
        yield "is_shaped_by_hand", lambda: record.is_shaped_by_hand(thing.data)
        yield "wished_settings", lambda: room("blender.living_settings").settings_shown(context)
    yield "place_of", lambda: carrier.place_of(thing.data)
    yield "field_bytes", lambda: carrier.field_bytes(thing.data)
    yield "why_no_field", lambda: living_object.why_no_other_shape(context)
    yield "surface", lambda: room("blender.shaping_recipe").surface_settings_or_none(thing)
    yield "picture_of", lambda: provenance.picture_of(thing)
    yield "mask_was_painted", lambda: provenance.mask_was_painted(thing)
    stored = provenance.recipe_or_none(thing) or {}
    yield "settings_from", lambda: recipe.settings_from(stored, context.scene.triposr, "/no.png")
    yield "pictures_here", lambda: room("blender.folder_collection").pictures_here()
    for name in PRESSED:
        operator = getattr(bpy.ops.triposr, name)
        yield name, functools.partial(_pressed, operator)


def _pressed(operator: Any) -> object:
    return operator() if operator.poll() else None


def try_one(bpy: Any, number: int, seed: int, folder: Path) -> collections.Counter[str]:
    """Outcomes of one forged file. Raises what nobody has named."""
    chance, outcomes = random.Random(f"{seed} {number}"), collections.Counter[str]()
    failure = room("host.failures").HostFailure
    thing = living(bpy)
    forge(bpy, thing, chance)
    if number % 4 == 0:
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "forged.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(folder / "forged.blend"))
    for name, touch in touches(bpy):
        if bpy.context.object is None:
            break
        try:
            touch()
        except failure as named:
            outcomes[named.code] += 1
        except RuntimeError as told:  # how an operator's report reaches a script
            if "Traceback" in str(told) or not str(told).startswith("Error:"):
                raise RuntimeError(f"{name}: {told}") from told
            outcomes["told by an operator"] += 1
        else:
            outcomes["result"] += 1
    return outcomes


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file for what was seen")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Forge, ask, tell."""
    options = options_from(arguments)
    outcomes, findings, slowest = collections.Counter[str](), list[str](), 0.0
    with tempfile.TemporaryDirectory(prefix="triposr_forged_") as home:
        bpy = start_blender(Path(home))
        for number in range(options.first, options.first + options.count):
            began = time.process_time()
            try:
                outcomes += try_one(bpy, number, options.seed, Path(home))
            except Exception:  # noqa: BLE001  # whatever is not named is what is sought
                findings.append(f"{number}: {traceback.format_exc()[-1500:]}")
            slowest = max(slowest, time.process_time() - began)
    seen = {
        "blender": bpy.app.version_string,
        "files": options.count,
        "outcomes": dict(outcomes.most_common()),
        "findings": findings,
        "slowest_seconds": slowest,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }
    if options.json:
        options.json.write_text(json.dumps(seen, indent=1))
    print(json.dumps({**seen, "findings": len(findings)}, indent=1))
    print("\n".join(findings[:10]))
    return 1 if findings or slowest > LONGEST_SECONDS else 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # some Blender modules crash while Python shuts down, with all work done
