# SPDX-License-Identifier: GPL-3.0-or-later
"""What a library asks of a file system, and what its catalogue takes: items per second, bytes, seconds, memory."""

from __future__ import annotations

import dataclasses
import hashlib
import time
import tracemalloc
from pathlib import Path

from triposr_addon.batch.item import Listing
from triposr_addon.batch.source import read_listing
from triposr_addon.catalogue_file import MADE, Record, as_line, record_or_none, records_in
from triposr_addon.protocol import PhotoCamera, PhotoSettings, SurfaceSettings

SMALL = b"x" * 4000
FILES = ("mesh.glb", "field.triplane.safetensors", "thumbnail.png", "record.json")
SYSTEM_CALLS_AN_ITEM = 1 + 3 * len(FILES)
"""A folder; for each file create, close (which writes), rename."""

REVIEW = {
    "overlap": 0.9123456789,
    "missed": 0.0312345678,
    "beyond": 0.0212345678,
    "missed_thin": 0.0012345678,
    "camera": dataclasses.asdict(PhotoCamera(1.9, 10.2, -3.1)),
    "largest_part": 1.0,
    "size": [0.91234567, 0.61234567, 0.71234567],
}
SETTINGS = {"photo": dataclasses.asdict(PhotoSettings()), "surface": dataclasses.asdict(SurfaceSettings())}

Figures = dict[str, float]


def file_figures(folder: Path, items: int, records: int) -> Figures:
    """Measured in `folder`, which is made: wall seconds, for the disk is what is asked."""
    folder.mkdir()
    return {
        **_listing(folder / "pictures.txt", records),
        **_items(folder / "items", items),
        **_catalogue(folder / "catalogue.jsonl", records),
    }


def example_record(number: int) -> Record:
    """A record as a batch leaves it, of ordinary lengths."""
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    name = f"shelf_{number % 997:03d}/object_{number:07d}"
    steps = ("load photo", "cut out", "frame", "reconstruct", "extract", "colour", "orient", "review", "write")
    return Record(
        id=name,
        picture=f"{name}.jpg",
        status=MADE,
        folder=f"items/{sha256[:3]}/object_{number:07d}",
        mesh=FILES[0],
        field=FILES[1],
        thumbnail=FILES[2],
        triangles=87_252 + number % 1000,
        vertices=43_638 + number % 1000,
        parts=1,
        closed=True,
        overlap=0.9123456789,
        review=REVIEW,
        seconds=dict.fromkeys(steps, 0.1234),
        device="cuda:0",
        model="TripoSR",
        model_sha256=sha256,
        settings=SETTINGS,
        fingerprint=sha256,
        picture_sha256=sha256,
        picture_bytes=1_234_567,
        picture_modified=1_763_750_000_000_000_000,
        hashes=dict.fromkeys(FILES[:3], sha256),
        sizes={FILES[0]: 1_920_000, FILES[1]: 1_150_000, FILES[2]: 30_000},
        at="2026-11-21T20:00:00Z",
    )


def _listing(path: Path, count: int) -> Figures:
    """A list of so many paths, read as a source is."""
    path.write_text("".join(f"{example_record(number).picture}\n" for number in range(count)), encoding="utf-8")
    began = time.perf_counter()
    _read_list(path)
    seconds = time.perf_counter() - began
    tracemalloc.start()
    held = _read_list(path)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "list paths a second": round(count / seconds),
        "listing bytes an item": round(used / len(held.items)),
    }


def _read_list(path: Path) -> Listing:
    return read_listing(str(path), PhotoSettings(), SurfaceSettings())


def _items(folder: Path, count: int) -> Figures:
    """Small files in the target's shape, written as the batch writes them, then looked at as a second run does."""
    places = [folder / example_record(number).folder for number in range(count)]
    line = as_line(example_record(0))
    began = time.perf_counter()
    for place in places:
        _write_item(place, line)
    written = time.perf_counter()
    found = sum(_looked_at(place) for place in places)
    looked = time.perf_counter()
    assert found == count
    return {
        "items": count,
        "write items a second": round(count / (written - began)),
        "system calls an item": SYSTEM_CALLS_AN_ITEM,
        "look at items a second": round(count / (looked - written)),
    }


def _write_item(place: Path, line: bytes) -> None:
    place.mkdir(parents=True)
    for name in FILES:
        aside = place / f".{name}.part"
        aside.write_bytes(line if name == "record.json" else SMALL)
        aside.replace(place / name)


def _looked_at(place: Path) -> bool:
    """Whether the record is sound and its files have bytes."""
    record = record_or_none((place / "record.json").read_bytes())
    return record is not None and all((place / name).stat().st_size for name in FILES[:3])


def _catalogue(path: Path, count: int) -> Figures:
    """A catalogue of so many records: written a line at a time, read again, sorted by id."""
    began = time.perf_counter()
    with path.open("wb") as file:
        file.writelines(as_line(example_record(number)) for number in range(count))
    written = time.perf_counter()
    with path.open("rb") as file:
        read = sum(1 for _ in records_in(file))
    done = time.perf_counter()
    assert read == count
    return {
        "records": count,
        "catalogue bytes a record": round(path.stat().st_size / count),
        "write records a second": round(count / (written - began)),
        "read records a second": round(count / (done - written)),
        "memory bytes a record": _bytes_a_record(path),
        **_parquet(path, count),
    }


def _bytes_a_record(path: Path, sample: int = 2000) -> int:
    """Of Python's memory, where all records are held at once."""
    tracemalloc.start()
    with path.open("rb") as file:
        held = [record for record, _ in zip(records_in(file), range(sample), strict=False)]
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return round(used / len(held))


def _parquet(lines: Path, count: int) -> Figures:
    """The same records as one table of columns; nothing where pyarrow is not installed."""
    try:
        from pyarrow import Table, parquet
    except ImportError:
        return {}
    path = lines.with_suffix(".parquet")
    with lines.open("rb") as file:
        rows = [dataclasses.asdict(record) for record in records_in(file)]
    began = time.perf_counter()
    parquet.write_table(Table.from_pylist(rows), path, compression="zstd")
    written = time.perf_counter()
    parquet.read_table(path, columns=["id", "status", "overlap", "triangles"])
    done = time.perf_counter()
    return {
        "parquet bytes a record": round(path.stat().st_size / count),
        "parquet write records a second": round(count / (written - began)),
        "parquet read records a second, four columns": round(count / (done - written)),
    }
