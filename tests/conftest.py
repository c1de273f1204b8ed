# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test run has at hand. In CI a missing torch, bpy or facts folder is a failure, never a skip."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
FACTS = CHECKOUT.parent / "shared"
WORKER_PYTHON = os.environ.get("TRIPOSR_TEST_WORKER_PYTHON", "")
IN_CI = os.environ.get("TRIPOSR_CI") == "1"

REQUIREMENTS: dict[str, tuple[str, Callable[[], bool]]] = {
    # Beside Blender there is no PyTorch: those tests start a worker in another Python.
    "torch": ("PyTorch is not installed", lambda: WORKER_PYTHON != "" or importlib.util.find_spec("torch") is not None),
    "bpy": ("Blender is not installed as a Python module", lambda: importlib.util.find_spec("bpy") is not None),
    "parity": ("the facts folder ../shared/parity is absent", lambda: (FACTS / "parity").is_dir()),
}


HAS_RAY = importlib.util.find_spec("ray") is not None
"""Only an environment that is made for it has Ray and pyarrow. Elsewhere those tests are no part of the run."""


def pytest_configure() -> None:
    """A shell's background jobs begin with CTRL-C ignored, and hand that on: our children must be stoppable by it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests whose requirement is absent; the mark carries the reason."""
    elsewhere = [] if HAS_RAY else [item for item in items if item.get_closest_marker("ray")]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]
    absent = {name: reason for name, (reason, present) in REQUIREMENTS.items() if not present()}
    for item in items:
        for name, reason in absent.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is a failure: a green run must have run everything."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of facts beside the checkout."""
    return FACTS


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout."""
    return CHECKOUT
