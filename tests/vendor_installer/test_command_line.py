# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands, started as an artist starts them, in a small checkout whose packages are made here.

Its Blender and its pytest are tiny wheels that do what a file beside the checkout tells them to.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.small_installer import small_checkout
from vendor_installer.folder_lock import folder_lock

LONG_S = 300.0

PYTEST = """
import os, sys
def main(arguments):
    where = "blender" if "blender" in os.path.basename(sys.prefix) else "worker"
    print("PYTEST", where, *arguments)
    print("WORKER", os.environ["TRIPOSR_TEST_WORKER_PYTHON"])
    return int(os.environ.get("CODE_IN_" + where.upper(), "0"))
"""
BUILDER = """
import pathlib, sys
print("tags known:", pathlib.Path(sys.argv[sys.argv.index("--valid-tags") + 1]).is_file())
if pathlib.Path("refuse.txt").exists():
    print("ERROR: tagline ends in punctuation")
    sys.exit(1)
if sys.argv[1] == "build":
    pathlib.Path(sys.argv[sys.argv.index("--output-filepath") + 1]).write_bytes(b"zip")
"""
BPY = "class app:\n    version_string = '4.5.0 tiny'\n"
SHOWCASE = """
import os, pathlib, sys
import bpy
behaviour = pathlib.Path("behaviour.txt")
say = behaviour.read_text() if behaviour.exists() else ""
print("resources", os.environ["BLENDER_USER_RESOURCES"])
print("progress 0.50 half way", flush=True)
if say.startswith("FAILED"):
    print(say)
    sys.exit(1)
if say == "crash":
    os.abort()
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
for name in () if say == "forget" else ("--blend", "--glb", "--picture"):
    if name in options and not (name == "--blend" and sys.argv[1] == "render"):
        pathlib.Path(options[name]).write_bytes(sys.argv[1].encode())
"""
FILES = {
    "blender_manifest.toml": 'id = "tiny"\nversion = "1.2.3"\n',
    "__init__.py": "",
    "LICENSE": "",
    "triposr_addon/__init__.py": "",
    "docs/images/demo_photo.png": "a photo",
    "benchmarks/showcase/in_blender.py": SHOWCASE,
    "benchmarks/showcase/stage.py": "",
    "tests/blender/test_a.py": "",
    "tests/worker/test_b.py": "",
    "vendor_installer/requirements/worker_proof.txt": "import leaf\n",
    "vendor_installer/requirements/ray_proof.txt": "import ray, leaf\n",
}


@dataclass(frozen=True)
class SmallCheckout:
    """A checkout and the variables that lead pip to its packages."""

    root: Path
    variables: dict[str, str]

    @property
    def environment(self) -> Path:
        return self.root.parent / f"{self.root.name}-environment"

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "vendor_installer", *arguments]
        environment = {**self.variables, **variables}
        return subprocess.run(
            argv, cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=LONG_S
        )


@pytest.fixture(scope="module")
def used_checkout(tmp_path_factory: pytest.TempPathFactory, wheel_maker: Callable[..., Path]) -> SmallCheckout:
    folder = tmp_path_factory.mktemp("small")
    wheels, root = folder / "wheels", folder / "tiny addon"
    wheels.mkdir()
    torch = wheel_maker(wheels, "torch", "1.0", {"leaf.py": ""})
    checks = wheel_maker(wheels, "pytest", "1.0", {"pytest.py": PYTEST})
    inside = "bpy/4.5/scripts"
    ray = wheel_maker(wheels, "ray", "2.0", {"ray.py": "VERSION = '2.0'\n"})
    blender = {
        "bpy/__init__.py": BPY,
        f"{inside}/addons_core/bl_pkg/cli/blender_ext.py": BUILDER,
        f"{inside}/modules/_bpy_internal/extensions/tags.py": "",
    }
    bpy = wheel_maker(wheels, "bpy", "4.5.0", blender)
    small_checkout(root, {"cpu": [torch], "development": [checks], "blender": [bpy, checks], "ray": [ray]})
    for place, text in FILES.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    variables = {**own, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return SmallCheckout(root, variables)


@pytest.fixture
def checkout(used_checkout: SmallCheckout) -> Iterator[SmallCheckout]:
    """Its environments are made by the first test and are then there; everything else is as it was."""
    yield used_checkout
    for name in ("refuse.txt", "behaviour.txt"):
        (used_checkout.root / name).unlink(missing_ok=True)


def test_build_writes_the_zip_and_says_so_and_has_nothing_to_do_the_second_time(checkout: SmallCheckout) -> None:
    first = checkout.run("build")
    assert first.returncode == 0, first.stderr
    assert (checkout.root / "dist" / "tiny-1.2.3.zip").read_bytes() == b"zip"
    assert str(checkout.root / "dist" / "tiny-1.2.3.zip") in first.stdout
    assert "100 %" in first.stdout
    second = checkout.run("build")
    assert second.stdout.count("already done") == 2


def test_the_builders_refusal_is_handed_on(checkout: SmallCheckout) -> None:
    (checkout.root / "LICENSE").write_text("changed")
    (checkout.root / "refuse.txt").touch()
    told = checkout.run("build")
    assert told.returncode == 15
    assert "tagline ends in punctuation" in told.stderr
    assert told.stderr.strip().splitlines()[-1].startswith("BUILD_FAILED: ")
    (checkout.root / "refuse.txt").unlink()
    assert checkout.run("build").returncode == 0


def test_run_hands_on_output_arguments_and_code(checkout: SmallCheckout) -> None:
    code = "import leaf, sys; print(sys.argv[1:], sys.prefix); sys.exit(7)"
    told = checkout.run("run", "--", "python", "-c", code, "--environment", "--", "-x")
    assert told.returncode == 7, told.stderr
    assert told.stdout == f"['--environment', '--', '-x'] {checkout.environment / 'worker'}\n"


def test_run_can_use_blenders_environment(checkout: SmallCheckout) -> None:
    told = checkout.run("run", "--blender", "--", "python3", "-c", "import bpy; print(bpy.app.version_string)")
    assert told.stdout == "4.5.0 tiny\n"


def test_run_with_ray_puts_it_on_top_of_the_workers_packages_and_nobody_else_gets_it(checkout: SmallCheckout) -> None:
    code = "import leaf, ray, sys; print(ray.VERSION, sys.prefix)"
    for _ in range(2):
        told = checkout.run("run", "--with", "ray", "--", "python", "-c", code)
        assert told.stdout == f"2.0 {checkout.environment / 'ray'}\n", told.stderr
    assert told.stderr.count("already done") == 2
    plain = checkout.run("run", "--", "python", "-c", "import leaf, ray")
    assert plain.returncode == 1
    assert "No module named 'ray'" in plain.stderr


def test_a_program_that_is_not_there_is_127(checkout: SmallCheckout) -> None:
    told = checkout.run("run", "--", "no-such-program")
    assert told.returncode == 127
    assert "no-such-program can't be started" in told.stderr


def pytest_calls(told: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in told.stdout.splitlines() if line.startswith("PYTEST")]


def test_test_runs_each_part_in_its_environment(checkout: SmallCheckout) -> None:
    told = checkout.run("test", "-x", "-k", "some thing")
    ignored = [f"--ignore={checkout.root / name}" for name in ("tests/blender", "tests/end_to_end")]
    assert told.returncode == 0, told.stderr
    assert pytest_calls(told) == [
        f"PYTEST worker -x -k some thing {' '.join(ignored)}",
        "PYTEST blender -x -k some thing tests/blender",
    ]
    assert f"WORKER {checkout.environment / 'worker'}" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["tests/blender/test_a.py"], ["blender"]),
        (["tests/worker/test_b.py::test_c"], ["worker"]),
        (["tests/worker", "tests/blender"], ["worker", "blender"]),
        (["tests"], ["worker", "blender"]),
        (["--environment", "{environment}", "--", "--environment", "tests/worker"], ["worker"]),
    ],
)
def test_paths_go_to_the_environment_that_they_need(
    checkout: SmallCheckout, arguments: list[str], where: list[str]
) -> None:
    told = checkout.run("test", *(part.format(environment=checkout.environment) for part in arguments))
    assert [line.split()[1] for line in pytest_calls(told)] == where, told.stderr


@pytest.mark.parametrize(
    ("worker", "blender", "expected"), [(0, 1, 1), (2, 0, 2), (1, 3, 1), (5, 0, 0), (0, 5, 0), (5, 5, 5), (5, 1, 1)]
)
def test_pytests_own_code_is_the_code(checkout: SmallCheckout, worker: int, blender: int, expected: int) -> None:
    told = checkout.run("test", CODE_IN_WORKER=str(worker), CODE_IN_BLENDER=str(blender))
    assert told.returncode == expected
    assert len(pytest_calls(told)) == 2


def test_demo_writes_its_files_and_has_nothing_to_do_the_second_time(checkout: SmallCheckout) -> None:
    shutil.rmtree(checkout.root / "demo", ignore_errors=True)
    first = checkout.run("demo")
    assert first.returncode == 0, first.stderr
    outputs = {path.name: path.read_text() for path in (checkout.root / "demo").iterdir()}
    assert outputs == {"demo_photo.blend": "generate", "demo_photo.glb": "generate", "preview.png": "render"}
    assert all(name in first.stdout for name in outputs)
    assert str(checkout.environment / "worker") in first.stdout
    second = checkout.run("demo")
    assert second.stdout.count("already done") == 6


def test_demo_does_again_what_a_new_photo_or_a_lost_file_asks_for(checkout: SmallCheckout) -> None:
    assert checkout.run("demo").returncode == 0
    (checkout.root / "demo" / "preview.png").unlink()
    assert checkout.run("demo").stdout.count("already done") == 5
    (checkout.root / "docs" / "images" / "demo_photo.png").write_text("another photo")
    assert checkout.run("demo").stdout.count("already done") == 3


@pytest.mark.parametrize(
    ("behaviour", "code", "word"),
    [
        ("FAILED: no subject was found", 17, "DEMO_FAILED: The demo's step 'install' failed: no subject was found"),
        ("crash", 16, "BLENDER_FAILED: Blender ended with 134"),
        ("forget", 16, "BLENDER_FAILED: Blender ended with 0 in the demo's step 'generate'"),
    ],
)
def test_what_goes_wrong_in_blender_is_told_and_the_next_run_goes_on(
    checkout: SmallCheckout, behaviour: str, code: int, word: str
) -> None:
    (checkout.root / "docs" / "images" / "demo_photo.png").write_text(f"a photo for {behaviour}")
    shutil.rmtree(checkout.root / "demo", ignore_errors=True)
    (checkout.root / "behaviour.txt").write_text(behaviour)
    told = checkout.run("demo")
    assert told.returncode == code, told.stderr
    assert word in told.stderr
    assert "Traceback" not in told.stderr
    (checkout.root / "behaviour.txt").unlink()
    assert checkout.run("demo").returncode == 0
    assert (checkout.root / "demo" / "preview.png").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(checkout: SmallCheckout, tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("chapter one")
    told = checkout.run("build", "--environment", str(tmp_path))
    assert told.returncode == 18
    assert "novel.txt" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["novel.txt"]


def test_a_place_that_cannot_be_a_folder_is_named(checkout: SmallCheckout, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = checkout.run("build", "--environment", str(tmp_path / "file" / "below"))
    assert told.returncode == 18
    assert told.stderr.strip().splitlines()[-1].startswith("FOLDER_UNUSABLE: ")


def test_a_second_installation_waits_and_then_gives_up(checkout: SmallCheckout) -> None:
    assert checkout.run("build").returncode == 0
    with folder_lock(checkout.environment, 0):
        told = checkout.run("build", "--wait", "0.3")
    assert told.returncode == 11
    assert f"process {os.getpid()}" in told.stderr
    assert checkout.run("build").returncode == 0


@pytest.mark.parametrize("arguments", [[], ["paint"], ["demo", "extra"], ["run"], ["demo", "--env", "x"]])
def test_wrong_words_get_the_usage(checkout: SmallCheckout, arguments: list[str]) -> None:
    told = checkout.run(*arguments)
    assert told.returncode == 2
    assert "usage: python3 -m vendor_installer" in told.stderr
