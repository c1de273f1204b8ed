# SPDX-License-Identifier: GPL-3.0-or-later
"""The race of the plain command and the batch engine: what is run, what is read of it, what is made of the figures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("numba")

from benchmarks.tables import own_table
from benchmarks.throughput import BATCH, PLAIN, CommandFailed, Run, Way, compared, run, told
from triposr_addon.batch.options import parser as batch_parser
from triposr_addon.shell_options import parser as plain_parser

pytestmark = pytest.mark.torch

MAKES_TWO = """
import pathlib, sys
out = pathlib.Path(sys.argv[1])
(out / "cup.glb").write_bytes(b"a cup")
item = out / "items" / "3f2" / "pot"
item.mkdir(parents=True)
(item / "mesh.glb").write_bytes(b"a pot")
"""


def test_a_process_is_timed_and_its_meshes_are_known_by_their_pictures(tmp_path: Path) -> None:
    made = run([sys.executable, "-c", MAKES_TWO, str(tmp_path / "out")], tmp_path / "out")
    assert set(made.meshes) == {"cup", "pot"}
    assert made.cpu_seconds > 0.0
    assert made.seconds > 0.0
    assert made.peak_bytes > 1_000_000


def test_a_process_that_fails_ends_the_race_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no such luck"):
        run([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path / "out")


def test_both_commands_are_ones_that_are_understood(tmp_path: Path) -> None:
    plain = Way(PLAIN, ("--save-field",)).command(Path("pictures"), tmp_path, 128)
    batch = Way(BATCH, ("--lanes=2",)).command(Path("pictures"), tmp_path, 128)
    assert plain_parser().parse_args(plain[3:]).resolution == 128
    assert batch[3] == "batch"
    understood = batch_parser().parse_args(batch[4:])
    assert (understood.lanes, understood.resolution, understood.source) == (2, 128, "pictures")


def test_the_table_has_the_ratio_and_says_how_many_meshes_are_the_same() -> None:
    plain, batch = Way(PLAIN, ()), Way(BATCH, ())
    plain.runs += [Run(20.0, 20.0, 4 * 10**8, {"a": "1", "b": "2"}), Run(22.0, 20.0, 4 * 10**8, {})]
    batch.runs += [Run(10.0, 19.0, 5 * 10**8, {"a": "1", "b": "3"}), Run(11.0, 19.0, 6 * 10**8, {})]
    row = {"resolution": 128, "pictures": 42, **compared([plain, batch], 42)}
    assert row["speedup"] == pytest.approx(2.0)
    shown = told([row])
    assert "1 of 42 at 128" in shown["note"]
    assert "| batch, 128 | 10.5 | 4 | 1.81 | 600 |" in own_table(shown)
