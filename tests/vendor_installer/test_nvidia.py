# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking for NVIDIA's cards: real child processes, with programs and libraries that say what real ones say."""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from vendor_installer.nvidia import ask_library, ask_smi, nvidia_cards, smi_programs
from vendor_installer.nvidia_library import cards

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs here are shell scripts")

NEW = "NVIDIA GeForce RTX 4090, 580.65.06, 24564, 8.9\nNVIDIA GeForce GTX 1080, 580.65.06, 8192, 6.1\n"
OLD = """case "$1" in *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2;; esac
echo 'Tesla K80, 418.226.00, 11441'
"""


def program(folder: Path, script: str) -> Path:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_what_nvidia_smi_says_is_read(tmp_path: Path) -> None:
    found = ask_smi(program(tmp_path, f"printf '{NEW}'"), os.environ)
    assert [(card.name, card.driver, card.capability, card.memory >> 20) for card in found] == [
        ("NVIDIA GeForce RTX 4090", (580, 65, 6), (8, 9), 24564),
        ("NVIDIA GeForce GTX 1080", (580, 65, 6), (6, 1), 8192),
    ]


def test_an_old_one_that_does_not_know_the_capability_is_asked_again(tmp_path: Path) -> None:
    (card,) = ask_smi(program(tmp_path, OLD), os.environ)
    assert (card.name, card.driver, card.capability) == ("Tesla K80", (418, 226, 0), ())


def test_values_that_it_does_not_know_stay_empty(tmp_path: Path) -> None:
    (card,) = ask_smi(program(tmp_path, "echo 'NVIDIA GB10, 580.95.05, [N/A], 12.1'"), os.environ)
    assert (card.memory, card.capability) == (0, (12, 1))


@pytest.mark.parametrize(
    "script",
    [
        "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9",
        "echo 'No devices were found'",
        "exit 0",
        "kill -9 $$",
    ],
)
def test_one_that_fails_tells_of_no_card(tmp_path: Path, script: str) -> None:
    assert ask_smi(program(tmp_path, script), os.environ) == ()


def test_it_is_found_on_the_path(tmp_path: Path) -> None:
    path = program(tmp_path, f"printf '{NEW}'")
    variables = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    assert smi_programs(variables)[0] == path
    assert len(nvidia_cards(variables)) == 2


def test_the_librarys_program_answers_in_a_process_of_its_own(tmp_path: Path) -> None:
    line = '[{"name": "A", "driver": "580.1", "cuda": [13, 0], "capability": [9, 0], "memory": 7, "found_by": "NVML"}]'
    (card,) = ask_library([sys.executable, "-I", "-c", f"print('noise'); print({line!r})"], os.environ)
    assert (card.vendor, card.driver, card.cuda, card.capability) == ("nvidia", (580, 1), (13, 0), (9, 0))
    assert ask_library([sys.executable, "-I", "-c", "import os; os.abort()"], os.environ) == ()


class Nvml:
    """libnvidia-ml as far as it is asked, with one card; `broken` names a call that fails."""

    def __init__(self, broken: str = "") -> None:
        self.broken = broken

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: 999 if name == self.broken else self.answer(name, arguments)

    def answer(self, name: str, arguments: tuple[Any, ...]) -> int:
        if name == "nvmlSystemGetDriverVersion":
            arguments[0].value = b"580.65.06"
        elif name == "nvmlSystemGetCudaDriverVersion_v2":
            arguments[0]._obj.value = 13010
        elif name == "nvmlDeviceGetCount_v2":
            arguments[0]._obj.value = 1
        elif name == "nvmlDeviceGetName":
            arguments[1].value = b"NVIDIA H200"
        elif name == "nvmlDeviceGetCudaComputeCapability":
            arguments[1]._obj.value, arguments[2]._obj.value = 9, 0
        elif name == "nvmlDeviceGetMemoryInfo":
            arguments[1]._obj.total = 143771 << 20
        return 0


class Cuda:
    """libcuda as far as it is asked, with one card."""

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> int:
            if name == "cuDeviceGetName":
                arguments[0].value = b"NVIDIA A100"
            elif name == "cuDeviceTotalMem_v2":
                arguments[0]._obj.value = 80 << 30
            elif name == "cuDeviceGetAttribute":
                arguments[0]._obj.value = {75: 8, 76: 0}[arguments[1].value]
            elif arguments and not isinstance(arguments[0], ctypes.c_uint):
                arguments[0]._obj.value = 12080 if name == "cuDriverGetVersion" else 1
            return 0

        return call


def test_nvml_tells_everything() -> None:
    (card,) = cards(lambda name: Nvml())
    assert card == {
        "name": "NVIDIA H200",
        "capability": [9, 0],
        "memory": 143771 << 20,
        "driver": "580.65.06",
        "cuda": [13, 1],
        "found_by": "NVML",
    }


@pytest.mark.parametrize("broken", ["nvmlInit_v2", "nvmlDeviceGetCudaComputeCapability", "gone"])
def test_without_nvml_the_cuda_library_tells_enough(broken: str) -> None:
    def load(name: str) -> Any:
        if "cuda" in name:
            return Cuda()
        if broken == "gone":
            raise OSError(name)
        return Nvml(broken)

    (card,) = cards(load)
    assert (card["name"], card["capability"], card["cuda"]) == ("NVIDIA A100", [8, 0], [12, 8])
    assert (card["memory"], card["driver"]) == (80 << 30, "")


def test_without_any_library_there_is_no_card() -> None:
    def load(name: str) -> Any:
        raise OSError(name)

    assert cards(load) == []
