# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/scale.md: the tables of benchmarks/scale.py, and what they mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.scale import (
    GIGA,
    PAPER_S,
    PICTURE_BYTES,
    Cluster,
    Measured,
    card_named,
    cores_to_feed,
    dollars,
    floor_s,
    hours,
    limits,
    measured,
)
from benchmarks.tables import machine_sentence, table

Document = Mapping[str, Any]

PAGE_TEXT = (Path(__file__).parent / "scale_page.txt").read_text(encoding="utf-8")
"""The page, with places for tables and figures in braces."""
RAY_WORDS = """\
Measured here, on {cores:g} cores that the driver and all actors share, load average {before} before and {after} after:
{empty:.0f} groups a second pass two stages that do nothing ({parcels} groups), {full:.0f} when each carries one
prepared picture; the driver then holds {driver:.0f} MB. On a cluster the driver has cores of its own, but a group of
one picture is too little for it."""
WRITTEN = """\
{table}

{names} names: a folder and four files for each picture, in 4,096 folders of {folder}. At {rate} pictures a second
{written} GB/s are written, {read} GB/s read, {calls} names a second made or changed, and {between} GB/s go from stage
to stage, {each} MB a picture. The local disk here took {items} such items a second, of small files, not synced."""
CUT_OUTS = ("alpha", "flat", "rembg")
FLOOR_CARD = "A100"


def tables(document: Document, cluster: Cluster) -> str:
    """All tables for one cluster."""
    figures = measured(document, cluster)
    parts = {
        "One picture": one_picture(document, cluster, figures),
        "The cards": cards(document, cluster, figures),
        "Cores that one card needs": cores(document, cluster),
        "What is written": written(cluster, figures),
        "The catalogue": catalogue(cluster, figures),
        "What lets through how much": narrowest(cluster, figures),
    }
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in parts.items())


def one_picture(document: Document, cluster: Cluster, figures: Measured) -> str:
    """Seconds of one core by step."""
    rows: list[tuple[object, ...]] = [(step, f"{value:.3f}", "measured") for step, value in figures.prepare.items()]
    rows += [(f"network, {kind}", f"{value:.3f}", "measured") for kind, value in _forward(document).items()]
    rows.append(("extract and colour (a card does this too)", f"{figures.extract_s:.3f}", "measured"))
    rows += [(step, f"{value:.3f}", "measured") for step, value in figures.finish.items()]
    return table(("step", "seconds of one core", "how it is known"), rows)


def _forward(document: Document) -> dict[str, float]:
    found: Mapping[str, float] = document["seconds"]
    return {name.removeprefix("forward "): value for name, value in found.items() if name.startswith("forward ")}


def cards(document: Document, cluster: Cluster, figures: Measured) -> str:
    """Hours and money, by how long a card is thought to take."""
    counts = ((f"floor of an {FLOOR_CARD}", floor_s(card_named(FLOOR_CARD)), "counted"),)
    rows = []
    for name, second, how in (*counts, ("paper, an A100, at most", PAPER_S, "cited"), *_own(cluster)):
        rate = cluster.gpus / second
        taken = hours(cluster, rate)
        low, high = dollars(cluster, taken)
        rows.append((name, f"{second:.3g}", f"{rate:,.0f}", f"{taken:.2f}", f"{low:,.0f} to {high:,.0f}", how))
    cores_only = figures.prepare_s + figures.extract_s + figures.finish_s + _best_forward(document)
    core_hours = cluster.pictures * cores_only / 3600
    text = table(
        ("a card's time", "s a picture", f"pictures/s, {cluster.gpus} cards", "hours", "dollars", "how it is known"),
        rows,
    )
    return (
        f"{text}\n\nWithout any card the same takes {core_hours:,.0f} hours of a core as measured here: "
        f"{core_hours / 24 / 1000:.1f} days of 1,000 cores."
    )


def _own(cluster: Cluster) -> tuple[tuple[str, float, str], ...]:
    return () if cluster.gpu_second == PAPER_S else (("as given", cluster.gpu_second, "given"),)


def _best_forward(document: Document) -> float:
    forward = _forward(document)
    full = [value for name, value in forward.items() if name.startswith("full")]
    return min(full or forward.values())


def cores(document: Document, cluster: Cluster) -> str:
    """Cores for each card, by cut-out and by the card's time."""
    rows = []
    for cut_out in CUT_OUTS:
        asked = dataclasses.replace(cluster, cut_out=cut_out)
        try:
            figures = measured(document, asked)
        except KeyError:
            continue  # no background model was at hand
        before, after = figures.prepare_s, figures.finish_s
        fast = dataclasses.replace(asked, gpu_second=floor_s(card_named(FLOOR_CARD)))
        rows.append(
            (
                f"{cut_out}, {cluster.megapixels} MP",
                f"{before:.2f}",
                f"{after:.2f}",
                f"{cores_to_feed(asked, before):.1f} + {cores_to_feed(asked, after):.1f}",
                f"{cores_to_feed(fast, before):.0f} + {cores_to_feed(fast, after):.0f}",
            )
        )
    columns = (
        "cut out by",
        "core s before",
        "core s after",
        f"cores a card at {cluster.gpu_second:.3g} s",
        "cores a card at the floor",
    )
    return table(columns, rows)


def written(cluster: Cluster, figures: Measured) -> str:
    """Bytes by file, and of all."""
    sizes = {**figures.written, "all": figures.item_bytes, "the photo that is read": figures.photo_bytes}
    rows = [(name, round(size), f"{size * cluster.pictures / 1e12:.3f}") for name, size in sizes.items()]
    rate = cluster.gpus / cluster.gpu_second
    return WRITTEN.format(
        table=table(("file", "bytes", f"TB for {cluster.pictures:,}"), rows),
        names=f"{5 * cluster.pictures:,}",
        folder=f"{cluster.pictures / 4096:,.0f}",
        rate=f"{rate:,.0f}",
        written=f"{rate * figures.item_bytes / GIGA:.2f}",
        read=f"{rate * figures.photo_bytes / GIGA:.2f}",
        calls=f"{rate * figures.files['system calls an item']:,.0f}",
        between=f"{rate * figures.between_bytes / GIGA:.2f}",
        items=f"{figures.files['write items a second']:,.0f}",
        each=f"{figures.between_bytes / 1e6:.2f}",
    )


def catalogue(cluster: Cluster, figures: Measured) -> str:
    """What reading, writing and holding the catalogue takes."""
    files, count = figures.files, cluster.pictures
    look, put = count / files["look at items a second"], count / files["write records a second"]
    rows: list[tuple[object, ...]] = [
        ("read a list of so many paths", f"{count / files['list paths a second']:.0f} s"),
        ("hold it, in the driver", f"{count * files['listing bytes an item'] / GIGA:.2f} GB"),
        ("look through all items, before a second run", _minutes(look)),
        ("make the catalogue of all records, each read twice", _minutes(2 * look + put)),
        ("read and check the catalogue", _minutes(count / files["read records a second"])),
        ("its size, JSON Lines", f"{count * files['catalogue bytes a record'] / GIGA:.2f} GB"),
        ("memory, were all its records held at once", f"{count * files['memory bytes a record'] / GIGA:.1f} GB"),
    ]
    if "parquet bytes a record" in files:
        read = count / files["parquet read records a second, four columns"]
        rows.append(("size as Parquet", f"{count * files['parquet bytes a record'] / 1e9:.2f} GB"))
        rows.append(("write it as Parquet", _minutes(count / files["parquet write records a second"])))
        rows.append(("read four columns of that", f"{read:.1f} s"))
    return table((f"for {count:,} pictures, one process, local disk", "takes"), rows)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def narrowest(cluster: Cluster, figures: Measured) -> str:
    """Each part's limit, the narrowest first."""
    rows = [(limit.part, f"{limit.pictures_s:,.0f}", limit.how) for limit in limits(cluster, figures)]
    return table(("part", "pictures/s", "reckoned as"), rows)


def machine_line(document: Document) -> str:
    """Where it was measured, and how busy that was."""
    again = document.get("again")
    later = f" ({', '.join(again['of'])} again at {again['load_before']} to {again['load']})" if again else ""
    return f"{machine_sentence(document)}; {document.get('load_before')} before{later}"


def page(document: Document, cluster: Cluster, ray: Document) -> str:
    """The text of docs/scale.md. ray: figures of benchmarks/ray_overhead.py, if there are any."""
    figures = measured(document, cluster)
    fast = dataclasses.replace(cluster, gpu_second=floor_s(card_named(FLOOR_CARD)))
    alone = dataclasses.replace(fast, cut_out="alpha")
    core_s = figures.prepare_s + figures.finish_s
    return PAGE_TEXT.format(
        pictures=f"{cluster.pictures:,}",
        gpus=cluster.gpus,
        setting=_setting(cluster),
        clock=document["clock"],
        machine=machine_line(document),
        one_picture=one_picture(document, cluster, figures),
        cards=cards(document, cluster, figures),
        cores=cores(document, cluster),
        slow=narrowest(cluster, figures),
        fast=narrowest(fast, figures),
        alone=narrowest(alone, measured(document, alone)),
        written=written(cluster, figures),
        catalogue=catalogue(cluster, figures),
        cut_share=f"{100 * figures.prepare['cut out'] / core_s:.0f}",
        review_share=f"{100 * figures.finish['review, thumbnail'] / core_s:.0f}",
        cores_slow=f"{cores_to_feed(cluster, core_s):.0f}",
        cores_fast=f"{cores_to_feed(fast, core_s):.0f}",
        even=f"{core_s / cluster.cores_per_gpu:.2g}",
        even_alone=f"{sum(_core_seconds(document, alone)) / cluster.cores_per_gpu:.2g}",
        cores_there=f"{cluster.cores_per_gpu:g}",
        floor_ms=f"{1e3 * fast.gpu_second:.1f}",
        price_low=f"{cluster.gpu_price[0]:.2f}",
        price_high=f"{cluster.gpu_price[1]:.2f}",
        raw_mb=f"{figures.framed_bytes / 1e6:.0f}",
        between_mb=f"{PICTURE_BYTES / 1e6:.2f}",
        ray=_ray_words(ray),
        **_cluster_words(cluster),
    )


def _ray_words(ray: Document) -> str:
    if not ray:
        return "What Ray itself takes was not measured (`benchmarks/ray_overhead.py`)."
    return RAY_WORDS.format(
        parcels=ray["parcels"],
        cores=ray["cores"],
        empty=ray["empty parcels a second"],
        full=ray["parcels with a picture a second"],
        driver=ray["driver_mb"],
        before=ray["load_before"],
        after=ray["machine"]["load"],
    )


def _setting(cluster: Cluster) -> str:
    photos = f"{cluster.megapixels} MP {cluster.photo} photos, cut out by {cluster.cut_out}"
    return f"{photos}, {cluster.resolution} nodes a side"


def _core_seconds(document: Document, cluster: Cluster) -> tuple[float, float]:
    figures = measured(document, cluster)
    return figures.prepare_s, figures.finish_s


def _cluster_words(cluster: Cluster) -> dict[str, object]:
    names = ("gpus_per_node", "storage_gb_s", "metadata_ops_s", "nic_gbit_s", "tasks_s", "batch")
    return {name: f"{getattr(cluster, name):,.10g}" for name in names}
