# SPDX-License-Identifier: GPL-3.0-or-later
"""Which shard a picture is in."""

from __future__ import annotations

import pytest

from triposr_addon.shards import Shard, read_shard, shard_of

IDS = [f"chairs/oak {number}" for number in range(2000)]


def test_every_picture_is_in_one_shard_and_they_are_about_equal() -> None:
    shards = [Shard(number, 8) for number in range(1, 9)]
    taken = [[picture for picture in IDS if shard.takes(picture)] for shard in shards]
    assert sorted(picture for part in taken for picture in part) == sorted(IDS)
    assert all(200 < len(part) < 300 for part in taken)


def test_the_split_is_the_same_in_every_version_on_every_machine() -> None:
    assert [shard_of(name, 8) for name in ("cup", "chairs/oak", "Stühle/Eiche", "half \udcff a letter")] == [3, 3, 1, 4]


@pytest.mark.parametrize(("text", "shard"), [("1/1", Shard(1, 1)), (" 02/08 ", Shard(2, 8)), ("8/8", Shard(8, 8))])
def test_a_shard_is_read(text: str, shard: Shard) -> None:
    assert read_shard(text) == shard
    assert read_shard(str(shard)) == shard


@pytest.mark.parametrize("text", ["", "0/8", "9/8", "2", "2/", "-1/8", "1/0", "2/8/3", "1.0/8", "¹/8", "1/100001"])
def test_no_shard_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no shard: write 2/8"):
        read_shard(text)
