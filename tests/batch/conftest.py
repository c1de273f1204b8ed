# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests of libraries share."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import resource_tracker

import pytest


@pytest.fixture(scope="module", autouse=True)
def no_tracker_is_left() -> Iterator[None]:
    """What multiprocessing starts beside spawned processes lives as long as its parent: other tests count children."""
    yield
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]  # there is no other way to end it
