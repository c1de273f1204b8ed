# SPDX-License-Identifier: GPL-3.0-or-later
"""The example for SLURM, with a stand-in for the scheduler: its shards and its merge give what one run gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import QUICK, draw_pictures, files_below, lasting  # noqa: E402
from triposr_addon.batch.command import main  # noqa: E402
from triposr_addon.catalogue_file import Record, records_in  # noqa: E402
from triposr_addon.shards import shard_of  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform == "win32", reason="clusters have bash"),
]

SCRIPT = Path(__file__).parents[2] / "docs" / "slurm" / "triposr_array.sbatch"
SBATCH = """#!/bin/bash
# Writes down how it was called, and gives each job a number.
echo "$@" >> "$CALLS"
echo "$((40 + $(wc -l < "$CALLS")));cluster"
"""
SHARDS = 2
ALONE = (*QUICK, "--lanes", "1")
"""Other tests have several lanes; here each run costs its start."""


def bash(folder: Path, words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script with the stand-in `sbatch`, and an echo instead of the program."""
    sbatch = folder / "bin" / "sbatch"
    sbatch.parent.mkdir(exist_ok=True)
    sbatch.write_text(SBATCH)
    sbatch.chmod(0o755)
    path = f"{sbatch.parent}:{os.environ['PATH']}"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    environment = {**bare, "PATH": path, "CALLS": str(folder / "calls"), "TRIPOSR": "printf %s\\n", **variables}
    command = ["bash", str(SCRIPT), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


def words_on_node(folder: Path, words: list[str], **variables: str) -> list[str]:
    """What a job runs: the words for the program."""
    return bash(folder, words, SLURM_JOB_ID="41", **variables).stdout.splitlines()


def records_of(target: Path) -> list[Record]:
    """The catalogue without what may differ from run to run."""
    with (target / "catalogue.jsonl").open("rb") as file:
        return [lasting(record) for record in records_in(file)]


def test_an_array_and_a_merge_behind_it_are_handed_in(tmp_path: Path) -> None:
    words = ["16", "my photos", str(tmp_path / "a library"), "--resolution", "64"]
    said = bash(tmp_path, words)
    logs = tmp_path / "a library" / "slurm"
    assert (said.returncode, said.stdout) == (0, f"shards: job 41, merge: job 42, logs: {logs}\n")
    array, merge = (tmp_path / "calls").read_text().splitlines()
    assert array.startswith(f"--parsable --array=1-16 --output={logs}/%x-%A-%a.log {SCRIPT} 16 my photos")
    assert merge.startswith(
        f"--parsable --dependency=afterany:41 --output={logs}/%x-merge-%j.log {SCRIPT} 16 my photos"
    )


def test_it_says_how_it_is_called(tmp_path: Path) -> None:
    said = bash(tmp_path, ["16", "photos"])
    assert (said.returncode, "usage: bash" in said.stderr) == (2, True)


def test_the_merge_gets_the_shards_options(tmp_path: Path) -> None:
    options = ["--resolution", "64", "--rembg-home", "my models", "--catalogue", "parquet"]
    words = ["16", "my photos", "a library", *options]
    shard = words_on_node(tmp_path, words, SLURM_ARRAY_TASK_ID="3")
    assert shard == ["batch", "my photos", "-o", "a library", "--shard", "3/16", *options]
    assert words_on_node(tmp_path, words) == ["batch", "--merge", "a library", "my photos", *options]


@pytest.mark.ray
def test_its_merge_writes_the_table_of_all_shards(tmp_path: Path) -> None:
    """And a later merge that says nothing of it writes it anew."""
    from pyarrow import parquet

    target, photos = tmp_path / "library", tmp_path / "photos"
    draw_pictures(photos, 1)
    words = [str(SHARDS), str(photos), str(target), *ALONE]
    asked = [*words, "--catalogue", "parquet"]
    table = target / "catalogue.parquet"

    def ids() -> list[str]:
        return [str(name) for name in parquet.read_table(table, use_threads=False)["id"].to_pylist()]

    assert main(words_on_node(tmp_path, asked, SLURM_ARRAY_TASK_ID=str(shard_of("blob0", SHARDS)))[1:]) == 0
    assert not table.exists()
    assert main(words_on_node(tmp_path, asked)[1:]) == 0
    assert ids() == ["blob0"]
    (photos / "broken.png").write_bytes(b"no picture")
    assert main(words_on_node(tmp_path, words, SLURM_ARRAY_TASK_ID=str(shard_of("broken", SHARDS)))[1:]) == 1
    assert ids() == ["blob0"]
    assert main(words_on_node(tmp_path, words)[1:]) == 1
    assert ids() == ["blob0", "broken"]


def test_its_shards_and_its_merge_give_what_one_run_gives(tmp_path: Path) -> None:
    """Bit for bit, but for times and the device."""
    photos, whole, shared = tmp_path / "photos", tmp_path / "whole", tmp_path / "shared"
    draw_pictures(photos, 3)
    (photos / "broken.png").write_bytes(b"no picture")
    words = [str(SHARDS), str(photos), str(shared), *ALONE]
    jobs = [words_on_node(tmp_path, words, SLURM_ARRAY_TASK_ID=str(number)) for number in (2, 1)]
    codes = [main(job[1:]) for job in jobs]
    merge = words_on_node(tmp_path, words)
    assert all(job[0] == "batch" for job in [*jobs, merge])
    assert (sorted(codes), main(merge[1:])) == ([0, 1], 1)
    assert main([str(photos), "-o", str(whole), *ALONE]) == 1
    assert records_of(shared) == records_of(whole)
    assert len(records_of(whole)) == 4
    assert files_below(shared) == files_below(whole)
