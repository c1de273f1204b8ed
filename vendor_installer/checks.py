# SPDX-License-Identifier: GPL-3.0-or-later
"""Run pytest where each test finds what it needs: tests of Blender in the bpy environment, all others beside torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.child import run_in_foreground
from vendor_installer.environment import Environment
from vendor_installer.isolation import isolated_environment

BLENDER_TESTS = ("tests/blender", "tests/end_to_end")
WORKER_PYTHON_VARIABLE = "TRIPOSR_TEST_WORKER_PYTHON"
BLENDER_PYTHON_VARIABLE = "TRIPOSR_TEST_BLENDER_PYTHON"
NO_TESTS_COLLECTED = 5
PYTEST = """
import os, sys, pytest
code = pytest.main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
"""
"""Some Blender modules crash while Python shuts down, with all work done and told: leave before that."""


@dataclass(frozen=True)
class PytestRun:
    """One call of pytest: in which environment, with which arguments."""

    environment: Environment
    arguments: tuple[str, ...]


def plan_runs(worker: Environment, blender: Environment, root: Path, arguments: Sequence[str]) -> list[PytestRun]:
    """Deal the arguments out: a path goes to the environment that it needs, everything else to both.

    Without a path both run, each on its own part.
    """
    paths = [argument for argument in arguments if _is_path(root, argument)]
    others = tuple(argument for argument in arguments if argument not in paths)
    in_blender = [path for path in paths if _is_blender_test(root, path)]
    in_worker = [path for path in paths if path not in in_blender]
    if not paths or any(_target(root, path) in (root, root / "tests") for path in in_worker):
        in_blender += [name for name in BLENDER_TESTS if (root / name).is_dir()]
    ignored = tuple(f"--ignore={root / name}" for name in BLENDER_TESTS)
    runs = [PytestRun(worker, (*others, *ignored, *in_worker))] if in_worker or not paths else []
    return [*runs, PytestRun(blender, (*others, *in_blender))] if in_blender else runs


def run_pytest(runs: Sequence[PytestRun], root: Path, worker: Environment, blender: Environment) -> int:
    """Run all of them; pytest's own exit code: the first that is not 0. A run that selects no test fails only if none
    does.
    """
    codes = [_run(run, root, _test_variables(worker, blender)) for run in runs]
    ran = [code for code in codes if code != NO_TESTS_COLLECTED]
    return next((code for code in ran if code != 0), 0) if ran else NO_TESTS_COLLECTED


def _run(run: PytestRun, root: Path, more: Mapping[str, str]) -> int:
    print(f"\npytest in the {run.environment.plan.name} environment", flush=True)
    argv = [str(run.environment.python), "-P", "-c", PYTEST, *run.arguments]
    variables = {**isolated_environment(run.environment.outside), **more}
    return run_in_foreground(argv, variables, root)


def _test_variables(worker: Environment, blender: Environment) -> dict[str, str]:
    return {WORKER_PYTHON_VARIABLE: str(worker.python), BLENDER_PYTHON_VARIABLE: str(blender.python)}


def _target(root: Path, argument: str) -> Path:
    return (root / argument.partition("::")[0]).resolve()


def _is_path(root: Path, argument: str) -> bool:
    return not argument.startswith("-") and _target(root, argument).exists()


def _is_blender_test(root: Path, argument: str) -> bool:
    return any(_target(root, argument).is_relative_to(root / name) for name in BLENDER_TESTS)
