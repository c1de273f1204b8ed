# SPDX-License-Identifier: GPL-3.0-or-later
"""A short storm on the wire: one fault of each family, real workers; the long one is tests/long/wire_storm.py."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch")

from tests.long.storm_faults import BY_NAME, FAULTS  # noqa: E402 - after the check that torch is there
from tests.long.storm_ground import SHAPES, Ground, prepared  # noqa: E402
from tests.long.storm_round import Drawn, play  # noqa: E402
from tests.long.storm_scene import Scene  # noqa: E402
from tests.long.storm_tally import Tally  # noqa: E402
from tests.long.wire_storm import drawn, rounds  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.parity,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc"),
]

SHORT = (
    "full output",
    "byte by byte",
    "answers twice at the end",
    "NaN in a mesh",
    "half a field file",
    "killed at reconstruct",
    "cancelled at extract",
    "clock put forward",
    "a file for the folder",
    "suspended, then continued",
    "dies leaving children",
)
"""Those that leave the worker alive come first: a new one takes seconds."""


TRIES = 3
"""A job may be over before the hand comes that was to disturb it, on a busy machine: then the next one."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("TMPDIR", "TRIPOSR_STORM", "OMP_NUM_THREADS"):
            environment.setenv(name, "1")  # restored afterwards
        with prepared(tmp_path_factory.mktemp("storm")) as made:
            yield made


def test_a_short_storm(ground: Ground) -> None:
    scene, tally = Scene(ground), Tally()
    try:
        for number, (name, again) in enumerate(itertools.product(SHORT, range(TRIES))):
            fault = BY_NAME[name]
            if again and tally.faults[name]:
                continue
            jobs = [Drawn(2 * number, SHAPES[number % 4], fault), Drawn(2 * number + 1, SHAPES[number % 3], None)]
            play(scene, jobs[:1] if fault.alone else jobs, tally)
    finally:
        scene.clean_up()
        scene.generator.stop()
    tally.look_for_what_is_left(scene, set(), "the end")
    # How long a verdict took is told by the long storm: a busy machine must not fail this test.
    assert [line for line in tally.wrong if "told after" not in line] == []
    assert set(tally.faults) == set(SHORT)


def test_a_storm_can_be_split() -> None:
    faults = list(FAULTS)
    whole = [job for jobs in rounds(7, 0, 60, faults) for job in jobs]
    assert [job.number for job in whole] == list(range(60))
    assert whole[41] == drawn(7, 41, faults)
    assert len(faults) >= 25
    assert len({fault.name for fault in faults}) == len(faults)
