# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that can't do the work, really started: each is told in one sentence before anything is made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.long.cluster_pictures import draw_library
from tests.long.shaken_cluster import CHECKOUT, STORE_BYTES, cluster_of

pytestmark = [pytest.mark.torch, pytest.mark.ray]

LIMIT_S = 240.0


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    draw_library(tmp_path / "pictures", 2, seed=1)
    return tmp_path / "pictures"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with cluster_of(0) as (cluster, _):
        yield cluster


def batch(
    pictures: Path, address: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "triposr_addon", "batch", str(pictures), "--resolution", "32", "--device", "cpu"]
    argv += ["--ray", address, "-o", str(pictures.parent / "out")]
    return subprocess.run(
        argv, cwd=CHECKOUT, check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment
    )


def test_a_node_on_which_torch_is_not_to_be_had_is_named(tmp_path: Path, pictures: Path, cluster: Any) -> None:
    fake = tmp_path / "packages" / "torch" / "__init__.py"
    fake.parent.mkdir(parents=True)
    fake.write_text("raise ModuleNotFoundError(\"No module named 'torch'\")\n", encoding="utf-8")
    node = cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES, env_vars={"PYTHONPATH": str(fake.parents[1])})
    try:
        told = batch(pictures, cluster.address)
    finally:
        cluster.remove_node(node)
    assert told.returncode == 2, told.stderr
    assert "[RAY_NODE_UNFIT]" in told.stderr
    assert "No module named 'torch'" in told.stderr


def test_a_token_that_is_missing_is_named(tmp_path: Path, pictures: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH")}
    told = batch(pictures, "127.0.0.1:1", {**variables, "HOME": str(tmp_path), "RAY_AUTH_MODE": "token"})
    assert "Traceback" not in told.stderr
    assert "[RAY_UNREACHABLE]" in told.stderr
    assert "get-auth-token" in told.stderr
