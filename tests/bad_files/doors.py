# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors through which files come in: for each kind how bad ones are made, and the real function that takes them.

A door answers with a word for what came of it. What it may raise is a named failure; anything else is a finding.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.torch import save

from tests.bad_files import arrays, libraries, pictures, texts
from tests.bad_files.damage import damaged
from tests.worker.solids import ball
from triposr_addon import wire
from triposr_addon.folder_log import FolderLog
from triposr_addon.host.pack_files import holds
from triposr_addon.protocol import RESULT_OF, CutOut, DrawSheet, Review, SurfaceSettings
from triposr_addon.worker.asset.unwrapped import load_unwrapped
from triposr_addon.worker.checkpoint import load_checkpoint
from triposr_addon.worker.colour_sampling import load_points
from triposr_addon.worker.cut_out_files import make_cut_out
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.field import load_field
from triposr_addon.worker.mask_file import load_mask
from triposr_addon.worker.mesh_file import load_mesh
from triposr_addon.worker.review import load_cutout, make_review
from triposr_addon.worker.sheet import make_sheet
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.unforeseen import INTERNAL
from triposr_addon.worker.workbench import Workbench
from vendor_installer.failures import InstallerFailure
from vendor_installer.half_copy import read_half_copy_or_none
from vendor_installer.lock_files import read_lock
from vendor_installer.pack_zip import unpack
from vendor_installer.receipt import Receipt, is_current, read_receipt_or_none

CPU = torch.device("cpu")
FOUND = "used"
WHOLE_REVIEW = 8

Named = (WorkerFailure, InstallerFailure, wire.MalformedMessage)


@dataclass(frozen=True)
class Door:
    """make: a bad file's bytes, by chance. enter: hands the file to the real function, in an empty folder of its own.

    name: of the file.
    """

    make: Callable[[random.Random], bytes]
    enter: Callable[[Path], str]
    name: str


def outcome_of(door: Door, file: Path) -> tuple[str, str]:
    """What came of it, and for a finding what is wrong: ("PHOTO_EMPTY", ""), ("used", ""), ("crash", "TypeError …")."""
    try:
        return door.enter(file), ""
    except Named as failure:
        return _judged(failure)
    except Exception as error:  # noqa: BLE001  # whatever is not named is what is sought
        return "crash", f"{type(error).__name__}: {error!s:.300}"


def _judged(failure: Exception) -> tuple[str, str]:
    code = str(getattr(failure, "code", type(failure).__name__))
    sentence = str(getattr(failure, "sentence", failure))
    if code == INTERNAL:
        return "crash", sentence
    if isinstance(failure, wire.MalformedMessage):
        return code, "" if len(sentence) < 1000 else "its text is too long"
    if not sentence.endswith((".", "!")) or len(sentence) > 1000:
        return "crash", f"no sentence for an artist: {sentence:.200}"
    return code, ""


def steps() -> Steps:
    """Nobody listens."""
    return Steps(lambda _step, _fraction, _detail: None, lambda: False)


def doors(home: Path, facts: Path, python: str) -> dict[str, Door]:
    """All of them, by their names. home: a folder for what they share."""
    home.mkdir(parents=True, exist_ok=True)
    sound = list(pictures.sound_pictures().values())
    odd = [*pictures.refused_pictures().values(), *pictures.bombs().values()]
    png = pictures.sound_pictures()["rgba.png"]
    (home / "cutout.png").write_bytes(png)
    (home / "mesh.npz").write_bytes(arrays.mesh_file())
    ball(0.5).save(home / "ball.safetensors")
    field = (home / "ball.safetensors").read_bytes()
    points = arrays.npz({"points": np.zeros((4, 3), np.float32)})
    model = arrays.tiny_checkpoint(home / "tiny", facts / "parity" / "synthetic_checkpoint.py", python)
    return {
        "photo": Door(lambda chance: _picture(sound, odd, chance), _enter_photo, "photo.png"),
        "mask": Door(lambda chance: _picture([png], odd, chance), _enter_mask, "mask.png"),
        "cut-out": Door(
            lambda chance: _picture([png], odd, chance), lambda file: _enter_review(home / "mesh.npz", file), "c.png"
        ),
        "mesh": Door(
            lambda chance: arrays.bad_npz(arrays.mesh_file(), chance),
            lambda file: _enter_review(file, home / "cutout.png"),
            "mesh.npz",
        ),
        "unwrapped": Door(
            lambda chance: arrays.bad_npz(arrays.unwrapped_file(), chance), _enter_unwrapped, "unwrapped.npz"
        ),
        "points": Door(lambda chance: arrays.bad_npz(points, chance), _enter_points, "points.npz"),
        "field": Door(lambda chance: arrays.bad_safetensors(field, chance), _enter_field, "x.triplane.safetensors"),
        **_model_doors(model),
        **_text_doors(),
        "pack": Door(arrays.bad_pack, _enter_pack, "pack.zip"),
        "manifest": Door(libraries.bad_manifest, libraries.enter, "m.csv"),
        "list": Door(libraries.bad_list, libraries.enter, "m.txt"),
    }


def _text_doors() -> dict[str, Door]:
    return {
        "line": Door(texts.line_maker(), _enter_line, "line"),
        "log": Door(texts.log_maker(), _enter_log, "log.jsonl"),
        "lock": Door(lambda chance: damaged(chance.choice(texts.locks()), chance), _enter_lock, "lock.txt"),
        "receipt": Door(
            lambda chance: (
                texts.deep_json(chance)
                if chance.random() < 0.05
                else texts.json_again(chance.choice(texts.receipts()), chance)
            ),
            _enter_receipt,
            "receipt.json",
        ),
    }


def _model_doors(model: Path) -> dict[str, Door]:
    config: dict[str, Any] = yaml.safe_load((model / "config.yaml").read_text())
    weights = (model / "model.ckpt").read_bytes()
    tensors = torch.load(model / "model.ckpt", weights_only=True)
    safe = save({name: tensor.contiguous().clone() for name, tensor in tensors.items()})

    def enter(folder: Path, name: str) -> str:
        for other in ("config.yaml", "model.ckpt"):
            if name not in (other, "model.safetensors" if other == "model.ckpt" else ""):
                (folder / other).write_bytes((model / other).read_bytes())
        load_checkpoint(folder, CPU)
        return FOUND

    return {
        "config": Door(
            lambda chance: texts.yaml_again(config, chance), lambda file: enter(file.parent, file.name), "config.yaml"
        ),
        "checkpoint": Door(
            lambda chance: arrays.bad_checkpoint(weights, chance),
            lambda file: enter(file.parent, file.name),
            "model.ckpt",
        ),
        "weights": Door(
            lambda chance: arrays.bad_safetensors(safe, chance),
            lambda file: enter(file.parent, file.name),
            "model.safetensors",
        ),
    }


def _picture(sound: list[bytes], odd: list[bytes], chance: random.Random) -> bytes:
    if chance.random() < 0.04:
        return chance.choice(odd)
    bad = damaged(chance.choice(sound), chance, sound)
    return pictures.resealed(bad) if chance.random() < 0.7 else bad


def _enter_photo(file: Path) -> str:
    cut = file.with_name("cut.png")
    make_cut_out(CutOut("job", str(file), str(cut), str(file.with_name("mask.png"))), None, steps())
    return FOUND


def _enter_mask(file: Path) -> str:
    load_mask(file, (pictures.SIDE, pictures.SIDE))
    return FOUND


def _enter_review(mesh: Path, cutout: Path) -> str:
    """The whole review takes a second, so most are only read."""
    load_mesh(mesh)
    load_cutout(cutout)
    target = mesh.parent if mesh.parent.name == "case" else cutout.parent
    if (mesh.stat().st_size + cutout.stat().st_size) % WHOLE_REVIEW:
        return "read"
    make_review(Review("job", str(mesh), str(cutout), str(target / "drawn.png"), str(target / "small.png")), steps())
    return FOUND


def _enter_unwrapped(file: Path) -> str:
    load_unwrapped(file)
    return FOUND


def _enter_points(file: Path) -> str:
    load_points(file)
    return FOUND


def _enter_field(file: Path) -> str:
    field = load_field(file, CPU)
    Workbench(CPU).extract(field, SurfaceSettings(16), steps())
    return FOUND


def _enter_line(file: Path) -> str:
    """Both ends read it; what the host's end makes of an answer, too."""
    line = file.read_bytes()
    wire.request_id_or_none(line)
    read = 0
    for decode in (wire.decode_host_line, wire.decode_worker_line):
        try:
            message = decode(line)
            read += 1
        except wire.MalformedMessage:
            continue
        if isinstance(message, wire.ResultLine):
            _read_result(message)
    if not read:
        wire.decode_worker_line(line)
    return FOUND


def _read_result(message: wire.ResultLine) -> None:
    for kind in set(RESULT_OF.values()):
        try:
            wire.message_from_json(kind, message.result)
        except wire.MalformedMessage:
            continue


def _enter_log(file: Path) -> str:
    (file.parent / "cup.png").write_bytes(b"")
    (file.parent / "jug.png").write_bytes(b"")
    latest = FolderLog(file).latest()
    json.dumps([line.picture for line in latest.values()])
    make_sheet(DrawSheet("job", str(file), str(file.parent), str(file.with_name("sheet.png"))), steps())
    return FOUND


def _enter_lock(file: Path) -> str:
    try:
        lock = read_lock(file)
    except ValueError:
        return "ValueError, as is said"
    if any("/" in wheel.file or "\\" in wheel.file or wheel.file in ("", ".", "..") for wheel in lock.wheels):
        raise AssertionError("a wheel's name leads elsewhere")
    return FOUND if lock.text() and lock.size else "empty"


def _enter_receipt(file: Path) -> str:
    read = read_receipt_or_none(file), read_half_copy_or_none(file), is_current(file, Receipt.for_inputs("0"))
    return FOUND if any(read) else "none"


def _enter_pack(file: Path) -> str:
    folder = file.parent / "inside" / "out"
    wanted = {arrays.PACK_NAMES[0]: 5}
    there = holds(file, wanted)
    try:
        unpack(file, wanted, folder, lambda _share, _what: None)
    finally:
        outside = [path for path in file.parent.rglob("*") if path.is_file() and not path.is_relative_to(folder)]
        if outside != [file] or any(path.is_symlink() for path in folder.rglob("*")):
            raise AssertionError(f"it wrote outside its folder: {outside}")
    if (folder / arrays.PACK_NAMES[0]).stat().st_size != 5:
        raise AssertionError("another size than was asked for")
    return FOUND if there else "used, though it was not seen"
