# SPDX-License-Identifier: GPL-3.0-or-later
"""From the figures of all benchmarks to docs/benchmarks.md and its picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chart import Group, bar_chart
from benchmarks.gpu_report import gpu_section
from benchmarks.tables import TIMES, Document, machine_sentence, own_table, rows_of, seconds, table, times, whole

PAGE, CHART = Path("docs/benchmarks.md"), Path("docs/images/benchmarks.svg")
OTHERS = {
    "reconstruction": "The forward pass",
    "batch": "Several pictures together",
    "memory": "Memory",
    "chunks": "Chunks",
    "cold_start": "Cold start, built-in model",
    "cold_start_full": "Cold start, released size",
    "into_blender": "Into Blender",
    "click_to_object": "From click to object",
    "throughput": "Libraries of pictures",
}
"""Documents that bring their own table, and their headings."""

WAYS = """\
**Textbook**: every node of a dense grid asked in chunks of 8192 points, planes sampled by `grid_sample`, decoder in
float32 for density and colour, dense marching cubes ({marching_cubes}), colours of the vertices by another query; the
grid of points is made before the clock runs (`benchmarks/textbook.py`, written from the description of TripoSR's public
code). **Tuned**: the same, but no colours in the first pass, and the chunk that is fastest on this machine. **Ours**:
what the worker does, from the field to arrays for Blender, colours included. All in one process, in turns
(A B, B A); medians; our first run, which warms torch up, is not among them. Where the textbook way was run once, it
stands between two of ours."""


def write_report(results: Path, checkout: Path) -> None:
    """Read `results`/*.json; write the page and the chart into `checkout`."""
    documents = read_documents(results)
    (checkout / CHART).parent.mkdir(parents=True, exist_ok=True)
    (checkout / CHART).write_text(chart(documents), encoding="utf-8")
    (checkout / PAGE).write_text(page(documents), encoding="utf-8")


def read_documents(results: Path) -> dict[str, Document]:
    """Every benchmark's figures, by the file's name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))}


def page(documents: Mapping[str, Document]) -> str:
    """The whole text of docs/benchmarks.md."""
    sections = (
        _head(documents),
        _extraction(documents),
        _stages(documents),
        _vertices(documents),
        _end_to_end(documents),
        *(_other(documents, name, heading) for name, heading in OTHERS.items()),
        gpu_section(documents),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def chart(documents: Mapping[str, Document]) -> str:
    """How many times as fast as the textbook way."""
    rows = _extraction_rows(documents)
    groups = [
        Group(
            f"extraction at {resolution}",
            [(row["field"], row["speedup"]) for row in rows if row["resolution"] == resolution],
        )
        for resolution in sorted({row["resolution"] for row in rows})
    ]
    forward = documents.get("reconstruction", {}).get("speedup")
    whole_way = [(f"surface: {row['surface_of']}", row["speedup"]) for row in rows_of(documents.get("end_to_end"))]
    groups.append(Group("forward pass, released size", [("forward", forward)] if forward else []))
    groups.append(Group("photo to mesh, released size, at 256", whole_way))
    return bar_chart("Times as fast as the textbook way", TIMES, groups)


def _head(documents: Mapping[str, Document]) -> str:
    first = documents.get("extraction") or next(iter(documents.values()), {})
    missing = [heading.lower() for name, heading in OTHERS.items() if name not in documents]
    left_out = f"\n\nNot measured in this run: {'; '.join(missing)}." if missing else ""
    return f"""\
# Benchmarks

Written by `python -m benchmarks`; change that, not this page. Measured on:
{machine_sentence(first)}.

Ratios come first: they were taken in one run, in turns, and hold better on another machine than seconds do. Queries,
launches, vertices and triangles are counted and the same everywhere; everything in seconds is measured.{left_out}

![How many times as fast as the textbook way](images/{CHART.name})"""


def _extraction_rows(documents: Mapping[str, Document]) -> list[dict[str, Any]]:
    names = [name for name in documents if name.startswith("extraction") and not name.endswith("cuda")]
    rows = [row for name in names for row in rows_of(documents[name])]
    return sorted(rows, key=lambda row: row["resolution"])


def _extraction(documents: Mapping[str, Document]) -> str:
    rows = _extraction_rows(documents)
    if not rows:
        return ""
    return f"""\
## From field to coloured mesh

{_speeds(rows)}

{WAYS.format(marching_cubes=rows[0]["marching_cubes"])} The last column gives the number of runs, textbook / ours.

Counted, not measured:

{_counts(rows)}

The lattice asked is the share of the dense grid's nodes; density queries are those and one more for each vertex."""


def _speeds(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = ("field", "nodes a side", "against textbook", "against tuned", "textbook s", "tuned s", "ours s", "clock")
    lines = [
        (
            row["field"],
            row["resolution"],
            f"**{times(row['speedup'])}**",
            times(row["speedup_tuned"]),
            seconds(row["textbook_s"]),
            seconds(row["textbook_tuned_s"]),
            seconds(row["ours_s"]),
            f"{row['clock']} of {len(row['runs_s']['textbook'])}/{len(row['runs_s']['ours'])}",
        )
        for row in rows
    ]
    return table(columns, lines)


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (
            row["field"],
            row["resolution"],
            row["queries"],
            f"1/{1 / row['fraction_of_dense']:.1f}",
            f"{whole(row['launches'])} / {whole(row['textbook_launches'])}",
            row["vertices"],
            row["triangles"],
        )
        for row in rows
    ]
    columns = (
        "field",
        "nodes a side",
        "density queries",
        "lattice asked",
        "torch calls, ours / textbook",
        "vertices",
        "triangles",
    )
    return table(columns, lines)


def _stages(documents: Mapping[str, Document]) -> str:
    rows = [row for row in _extraction_rows(documents) if row["resolution"] == 256]
    if not rows:
        return ""
    return "\n\n".join(["### Stages at 256, in seconds", *(_stage_table(rows, way) for way in ("textbook", "ours"))])


def _stage_table(rows: list[dict[str, Any]], way: str) -> str:
    stages = list(dict.fromkeys(stage for row in rows for stage in row["stages_s"][way]))
    lines = [(row["field"], *(seconds(row["stages_s"][way].get(stage, 0.0)) for stage in stages)) for row in rows]
    return table((way, *stages), lines)


def _vertices(documents: Mapping[str, Document]) -> str:
    rows = rows_of(documents.get("vertex_error"))
    if not rows:
        return ""
    ways = list(rows[0]["errors"])
    lines = [(row["field"], row["resolution"], *(_error(row["errors"][way]) for way in ways)) for row in rows]
    return f"""\
## How near the vertices are

Distance of a vertex along its lattice edge from where the field itself crosses the threshold (found by halving the
edge, in float32): mean / 95th percentile in thousandths of a scene unit, and the mean in voxels.

{table(("field", "nodes a side", *ways), lines)}

"density" is the reference's interpolation, "ours" interpolates in log-density and asks the field once more.

![The same fields with the density interpolated, and ours](images/terracing.png)

The same triangles under raking light: only the vertices' places on their edges differ."""


def _error(found: Mapping[str, float]) -> str:
    return f"{found['mean_thousandths']:.3f} / {found['p95_thousandths']:.3f} ({found['mean_voxels']:.3f})"


def _end_to_end(documents: Mapping[str, Document]) -> str:
    rows = rows_of(documents.get("end_to_end"))
    if not rows:
        return ""
    columns = (
        "surface of",
        "against textbook",
        "textbook s",
        "ours s",
        "ours: reconstruct s",
        "precision",
        "triangles",
    )
    lines = [
        (
            row["surface_of"],
            f"**{times(row['speedup'])}**",
            seconds(row["textbook_s"]),
            seconds(row["ours_s"]),
            seconds(row["stages_s"]["ours"].get("reconstruct")),
            row["precision"],
            row["triangles"],
        )
        for row in rows
    ]
    return f"""\
## From photo to mesh

A cut-out photo to a coloured mesh at {rows[0]["resolution"]} nodes a side, with a synthetic checkpoint of the released
size. Its own field is noise that fills the box, cut at a density that 3 in 1000 of its points exceed; the other rows
put a fitted field behind the forward pass, so that the surface is one of an object. The textbook's forward pass is our
network in float32, with fused attention, which the public code has too.

{table(columns, lines)}"""


def _other(documents: Mapping[str, Document], name: str, heading: str) -> str:
    document = documents.get(name)
    if document is None:
        return ""
    ratios = [f"{what}: **{times(ratio)}**" for what, ratio in document.get("ratios", {}).items()]
    parts = [f"## {document.get('title', heading)}", *ratios, own_table(document), document.get("note", "")]
    if "host_columns" in document:
        parts.append(table(document["host_columns"], document["host_rows"]))
    return "\n\n".join(part for part in parts if part)
