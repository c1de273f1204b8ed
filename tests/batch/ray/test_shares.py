# SPDX-License-Identifier: GPL-3.0-or-later
"""How the two stages divide what a cluster has; without Ray, by the facts that it tells of its nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.batch.ray_cluster import Shares, cluster, shares, token_mode  # noqa: E402
from triposr_addon.batch.ray_failures import ClusterUnfit, ClusterUnreachable  # noqa: E402

pytestmark = pytest.mark.torch


def node(cpus: float, cards: float = 0.0, *, alive: bool = True) -> dict[str, Any]:
    return {"Alive": alive, "Resources": {"CPU": cpus} | ({"GPU": cards} if cards else {})}


def fits(given: Shares, cpus: float, cards: float = 0.0) -> int:
    """How many making actors find room on such a node beside one that prepares."""
    left = cpus - given.preparing["num_cpus"]
    by_card = cards / given.making["num_gpus"] if given.making.get("num_gpus") else float("inf")
    return int(min(left / given.making["num_cpus"], by_card))


def test_without_cards_each_processor_has_a_model_and_room_for_preparing() -> None:
    given = shares([node(1), node(1), node(4), node(0), node(8, alive=False)], "auto", None)
    assert (given.device, given.lanes, given.actors) == ("cpu", 1, 6)
    assert fits(given, 1) == 1
    assert fits(given, 4) >= 4


def test_lanes_share_a_model_and_never_ask_for_more_than_the_smallest_node_has() -> None:
    assert shares([node(16), node(4)], "cpu", 3).lanes == 3
    given = shares([node(16), node(4)], "cpu", 8)
    assert (given.lanes, given.actors) == (4, 5)
    assert fits(given, 4) == 1


def test_each_card_has_one_model_and_nodes_without_prepare() -> None:
    given = shares([node(0), node(8, 2), node(32)], "auto", None)
    assert (given.device, given.actors) == ("cuda", 2)
    assert given.lanes > 1, "one in the network, one extracting"
    assert fits(given, 8, 2) == 2
    alone = shares([node(1, 1)], "auto", None)
    assert alone.making["num_cpus"] + 2 * alone.preparing["num_cpus"] <= 1.0, "two more stages have to find room"
    assert shares([node(8, 2)], "cpu", None).device == "cpu"


def test_a_cluster_without_what_is_asked_for_is_named() -> None:
    with pytest.raises(ClusterUnfit, match="graphics card for --device cuda"):
        shares([node(8)], "cuda", None)
    with pytest.raises(ClusterUnfit, match="processor"):
        shares([node(0)], "auto", None)


def test_an_address_from_outside_is_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(ClusterUnreachable, match="ray job submit"), cluster("ray://head:10001", tmp_path / "log"):
        pass
    assert not (tmp_path / "log").exists()


def test_a_token_that_is_there_is_shown_to_any_cluster(tmp_path: Path) -> None:
    assert token_mode(tmp_path, {}) == {}
    assert token_mode(tmp_path, {"RAY_AUTH_TOKEN": "secret"}) == {"RAY_AUTH_MODE": "token"}
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("secret", encoding="ascii")
    assert token_mode(tmp_path, {}) == {"RAY_AUTH_MODE": "token"}
