# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound fields, checkpoints and files of arrays, archives of them, and what damage and ill will make of those."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.bad_files.damage import as_json, damaged, odd_value, with_odd_values


def mesh_file(count: int = 30) -> bytes:
    """As `extract` writes it: a strip of triangles."""
    spread = np.random.default_rng(3).random((count, 3), np.float32)
    triangles = np.stack([np.arange(count - 2), np.arange(1, count - 1), np.arange(2, count)], 1).astype(np.int32)
    return npz({"vertices": spread, "triangles": triangles, "colours": spread})


def unwrapped_file(count: int = 10) -> bytes:
    """As Blender hands a mesh over to be textured."""
    spread = np.random.default_rng(4).random((count, 3, 4), np.float32)
    arrays = {
        "vertices": spread[:, 0, :3],
        "triangles": np.arange(3 * count, dtype=np.int32).reshape(count, 3) % count,
        "uvs": spread[..., :2],
        "normals": spread[..., :3],
        "tangents": spread,
        "to_field": np.eye(4),
    }
    return npz(arrays)


def npz(arrays: Mapping[str, Any]) -> bytes:
    """As NumPy writes it."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def npy_header(text: str, version: int = 1) -> bytes:
    """The start of an array's file, with whatever text in it."""
    length = struct.pack("<H" if version == 1 else "<I", len(text) + 1)
    return b"\x93NUMPY" + bytes((version, 0)) + length + text.encode("utf-8", "replace") + b"\n"


def zipped(entries: Mapping[str, bytes], packing: int = zipfile.ZIP_STORED, names: Sequence[str] = ()) -> bytes:
    """A zip; `names` are entries whose content is a link's target."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = packing
            if name in names:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content)
    return stream.getvalue()


ODD_NUMBERS = (0.0, -1.0, 1e-45, 3.4e38, -3.4e38, float("nan"), float("inf"), float("-inf"))


def bad_npz(sound: bytes, chance: random.Random) -> bytes:
    """Damaged as bytes, in an array's own header, or in how it is packed."""
    if chance.random() < 0.5:
        return damaged(sound, chance)
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(entries))
    entries[name] = chance.choice((_bad_npy, _odd_npy, _bad_numbers, _bad_numbers))(entries[name], chance)
    packing = chance.choice(
        (zipfile.ZIP_STORED, *[zipfile.ZIP_STORED] * 5, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    data = zipped(entries, packing)
    return data if chance.random() < 0.7 else with_entry_flags(data, chance)


def with_entry_flags(data: bytes, chance: random.Random) -> bytes:
    """The zip's directory says something else: encrypted, packed in another way, another size."""
    changed = bytearray(data)
    at = changed.find(b"PK\x01\x02")
    place, value = chance.choice(((8, 1), (8, 0x41), (10, 99), (10, 8), (20, 1 << 30), (24, 1 << 31), (42, 1 << 30)))
    struct.pack_into("<I" if place in (20, 24, 42) else "<H", changed, at + place, value)
    if place in (8, 10):
        local = changed.find(b"PK\x03\x04")
        struct.pack_into("<H", changed, local + place - 2, value)
    return bytes(changed)


def _bad_npy(data: bytes, chance: random.Random) -> bytes:
    return damaged(data, chance)


def _bad_numbers(data: bytes, chance: random.Random) -> bytes:
    """The header stays, so that this comes as far as the numbers themselves are looked at."""
    numbers = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(32, len(data) // 4) * 4
        numbers[at : at + 4] = chance.choice(
            (b"\0\0\xc0\x7f", b"\0\0\x80\xff", b"\xff\xff\x7f\x7f", bytes(4), b"\xff" * 4)
        )
    return bytes(numbers[: len(data)])


def _odd_npy(data: bytes, chance: random.Random) -> bytes:
    kind = chance.choice(
        ("<f4", "<i4", "|O", "<f8", "<c16", "V1000000000", "<U999999999", [("a", "|O")], "<M8[ns]", "")
    )
    shape = chance.choice(((10**12, 3), (3,), (), (0, 3), (-1, 3), (2**40, 2**40), ("a",), (4, 3), (10**400, 3)))
    return npy_header(str({"descr": kind, "fortran_order": chance.random() < 0.5, "shape": shape})) + data[64:]


def bad_safetensors(sound: bytes, chance: random.Random) -> bytes:
    """Damaged as bytes, or with another header over the same numbers."""
    if chance.random() < 0.4:
        return damaged(sound, chance)
    length = struct.unpack_from("<Q", sound)[0]
    header = json.loads(sound[8 : 8 + length])
    chance.choice((_odd_tensor, _odd_tensor, _odd_metadata, _odd_anything))(header, chance)
    text = as_json(header)
    body = sound[8 + length :]
    if chance.random() < 0.2:
        body = chance.choice((struct.pack("<f", float("nan")), b"\xff\xff\xff\x7f", bytes(4))) * (len(body) // 4)
    return struct.pack("<Q", len(text)) + text + body


def _odd_tensor(header: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice([name for name in header if name != "__metadata__"])
    entry = header[name]
    what = chance.choice(("dtype", "shape", "data_offsets", "name", "gone"))
    if what == "dtype":
        entry["dtype"] = chance.choice(("F32", "F16", "BF16", "I64", "BOOL", "F8_E4M3", "F8_E5M2", "F4", "C64", "X"))
    elif what == "shape":
        shape = list(entry["shape"]) or [1]
        shape[chance.randrange(len(shape))] = chance.choice((0, 1, 2, 2**31, 2**62, 10**30, -1))
        entry["shape"] = chance.choice((shape, shape[::-1], [*shape, 1], []))
    elif what == "data_offsets":
        entry["data_offsets"] = [chance.choice((0, 4, 2**40, -1)), chance.choice((0, 8, 2**63))]
    else:
        moved = header.pop(name)
        if what == "name":
            header[chance.choice(("", "decoder.layers.999999.weight", "\x00", name + ".weight"))] = moved


def _odd_metadata(header: dict[str, Any], chance: random.Random) -> None:
    metadata = header.setdefault("__metadata__", {})
    value = chance.choice(("nan", "inf", "-1", "1e999", "1e308", "", "x", "[" * 5000, "9" * 5000, "{}", '{"a": 1}'))
    metadata[chance.choice(("radius", "density_bias", "provenance", "format", "version"))] = value


def _odd_anything(header: dict[str, Any], chance: random.Random) -> None:
    header[chance.choice(list(header))] = odd_value(chance)
    told = with_odd_values(dict(header), chance, 0.02)
    header |= told if isinstance(told, dict) else {}


def wide_field(width: int, side: int) -> bytes:
    """A field of a few megabytes whose maps would take width x side x side x 12 bytes."""
    shapes = {
        "planes": [3, 1, side, side],
        "decoder.layers.0.weight": [width, 3],
        "decoder.layers.0.bias": [width],
        "decoder.layers.2.weight": [4, width],
        "decoder.layers.2.bias": [4],
    }
    return _safetensors_of_zeros(
        {name: ("F16" if name == "planes" else "F32", shape) for name, shape in shapes.items()}
    )


def deep_field(layers: int) -> bytes:
    """A field whose decoder has that many layers of one neuron."""
    shapes = {"planes": ("F16", [3, 1, 2, 2]), "decoder.layers.0.weight": ("F32", [1, 3])}
    shapes["decoder.layers.0.bias"] = ("F32", [1])
    for layer in range(1, layers):
        shapes[f"decoder.layers.{2 * layer}.weight"] = ("F32", [1, 1])
        shapes[f"decoder.layers.{2 * layer}.bias"] = ("F32", [1])
    shapes[f"decoder.layers.{2 * layers}.weight"] = ("F32", [4, 1])
    shapes[f"decoder.layers.{2 * layers}.bias"] = ("F32", [4])
    return _safetensors_of_zeros(shapes)


def _safetensors_of_zeros(shapes: Mapping[str, tuple[str, list[int]]]) -> bytes:
    header: dict[str, Any] = {
        "__metadata__": {
            "format": "triposr-triplane-field",
            "version": "1",
            "radius": "0.87",
            "density_bias": "-1.0",
            "provenance": "{}",
        }
    }
    at = 0
    for name, (kind, shape) in shapes.items():
        size = int(np.prod(shape)) * (2 if kind == "F16" else 4)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at)


PACK_NAMES = ("wheels/a.whl", "models/m/model.ckpt")


def pack() -> bytes:
    """A pack in one file."""
    return zipped({PACK_NAMES[0]: b"12345", PACK_NAMES[1]: bytes(100)})


def bad_pack(chance: random.Random) -> bytes:
    """Damaged, or with entries that would like to be elsewhere, to be links, or to be large."""
    way = chance.random()
    if way < 0.5:
        return damaged(pack(), chance)
    if way < 0.7:
        return with_entry_flags(zipped({PACK_NAMES[0]: b"12345"}, chance.choice((0, 8, 12, 14))), chance)
    names = ("../../evil.whl", "/etc/evil", "C:\\evil", "wheels/../../evil", "wheels/a.whl/", "\\\\server\\x", "CON")
    entries = {chance.choice(names): b"evil", PACK_NAMES[0]: chance.choice((b"12345", b"/etc/passwd", bytes(1 << 20)))}
    return zipped(entries, chance.choice((0, 8)), chance.choice(((), PACK_NAMES)))


def bad_checkpoint(sound: bytes, chance: random.Random) -> bytes:
    """A .ckpt, which is a zip with a pickle in it: damaged, or the pickle alone is another."""
    if chance.random() < 0.5:
        return damaged(sound, chance)
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in entries if name.endswith("data.pkl"))
    entries[name] = chance.choice((_evil_pickle, _odd_pickle))(entries[name], chance)
    return zipped(entries, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _odd_pickle(sound: bytes, chance: random.Random) -> bytes:
    return damaged(sound, chance)


def _evil_pickle(_sound: bytes, chance: random.Random) -> bytes:
    return chance.choice(EVIL_PICKLES)


EVIL_PICKLES = (
    b"]" + b"q\x00" + b"(h\x00h\x00e" * 50 + b".",
    b"cos\nsystem\n(S'touch /tmp/triposr_was_here'\ntR.",
    b"cbuiltins\neval\n(S'1'\ntR.",
    b"ctorch\nload\n.",
    b"N.",
    b"K\x01.",
    b"]q\x00h\x00a.",
    b"(" * 100_000,
    b"\x8a\xff" + bytes(255) + b".",
    b"\x80\x09.",
    b"}K\x01K\x02s.",
    b"",
)
"""Pickles that would run something, refer to themselves, double a list again and again, or hold no weights."""


def evil_checkpoint(number: int) -> bytes:
    """A .ckpt that is one of EVIL_PICKLES and little else."""
    return zipped({"archive/data.pkl": EVIL_PICKLES[number], "archive/version": b"3\n", "archive/byteorder": b"little"})


def bomb_npz() -> bytes:
    """200 MB of nothing as vertices, in 200 kB."""
    head = npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (16666666, 3)}")
    return zipped({"vertices.npy": head + bytes(200_000_000)}, zipfile.ZIP_DEFLATED)


def tiny_checkpoint(folder: Path, maker: Path, python: str) -> Path:
    """A model folder that loads in no time."""
    import subprocess

    subprocess.run(
        [python, str(maker), str(folder), "--size", "tiny"], check=True, timeout=120, stdout=subprocess.DEVNULL
    )
    return folder
