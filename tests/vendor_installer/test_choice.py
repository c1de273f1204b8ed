# SPDX-License-Identifier: GPL-3.0-or-later
"""One computer for each row of the table. The facts are written in the form that the probe gives; no test asks ours."""

import json
from pathlib import Path

import pytest

from vendor_installer.builds import BUILDS, ESTIMATES
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.sentences import joined

FACTS = json.loads((Path(__file__).parent / "computers" / "facts.json").read_text(encoding="utf-8"))


def computer(name: str) -> Computer:
    return Computer.from_json(FACTS[name])


@pytest.mark.parametrize(
    ("name", "build", "words"),
    [
        ("rtx_5090_linux", "cu130", "newest build"),
        ("rtx_5070_windows", "cu130", "newest build"),
        ("rtx_5090_old_driver", "cpu", "Update NVIDIA's driver to 580"),
        ("rtx_4090_windows", "cu130", "newest build"),
        ("rtx_4070_driver_550", "cu126", "With driver 580 or newer the CUDA 13.0 build fits"),
        ("rtx_3060_wsl", "cu130", "newest build"),
        ("rtx_2070_linux", "cu130", "newest build"),
        ("gtx_1080_ti_windows", "cu126", "no longer has code for this card"),
        ("gtx_1060_driver_580", "cu126", "no longer has code for this card"),
        ("gtx_1070_driver_470", "cpu", "Update NVIDIA's driver to 525.60.13"),
        ("gtx_680", "cpu", "has no code"),
        ("h200", "cu130", "newest build"),
        ("a100_driver_535", "cu126", "too old for the CUDA 13.0 build"),
        ("a100_container", "cu130", "driver (CUDA 13.0)"),
        ("grace_hopper", "cu130", "newest build"),
        ("jetson_orin", "cpu", "Update NVIDIA's driver to 580"),
        ("no_driver_read", "cpu", "Install or repair NVIDIA's driver"),
        ("nothing_linux", "cpu", "No graphics card"),
        ("nothing_windows", "cpu", "No graphics card"),
        ("nothing_arm_linux", "cpu", "No graphics card"),
        ("radeon_7900_linux", "rocm7.2", "list of ROCm"),
        ("radeon_6600_linux", "cpu", "gfx1032, which is not in the list"),
        ("radeon_windows", "cpu", "no build for AMD cards on windows"),
        ("arc_windows", "cpu", "Intel graphics is not offered"),
        ("laptop_intel_and_nvidia", "cu130", "RTX 4060"),
        ("apple_m2", "mps", "Metal"),
    ],
)
def test_each_computer_gets_its_build_and_the_reason(name: str, build: str, words: str) -> None:
    choice = choose(computer(name))
    assert choice.build is not None
    assert choice.build.name == build
    assert words in joined((choice.reason, *choice.advice))
    assert (choice.card is None) == (build == "cpu")


@pytest.mark.parametrize(
    ("name", "code", "advice"),
    [
        ("intel_mac", "INTEL_MAC", "Mac with an Apple chip"),
        ("apple_rosetta", "TRANSLATED_PYTHON", "Apple silicon version"),
        ("apple_macos_13", "SYSTEM_TOO_OLD", "Update macOS"),
        ("python_3_12", "PYTHON_NOT_SUPPORTED", "Blender 4.2"),
        ("windows_arm", "PLATFORM_NOT_SUPPORTED", "Windows on x86_64"),
        ("alpine", "SYSTEM_TOO_OLD", "newer Linux"),
        ("centos_7", "SYSTEM_TOO_OLD", "newer Linux"),
    ],
)
def test_what_can_not_work_is_refused_with_the_next_step(name: str, code: str, advice: str) -> None:
    choice = choose(computer(name))
    assert choice.build is None
    assert choice.code == code
    assert advice in str(choice.advice[0])


def test_of_two_cards_the_chosen_one_decides_and_the_other_is_named() -> None:
    both = computer("old_and_new_card")
    by_itself, old, new = choose(both), choose(both, gpu=0), choose(both, gpu=1)
    assert by_itself == new
    assert new.build is not None
    assert old.build is not None
    assert (new.build.name, old.build.name) == ("cu130", "cu126")
    assert "GTX 1080 can't use this build" in str(new.advice[0])
    assert "RTX 5080 can't use this build" in str(old.advice[0])


def test_a_wish_is_followed_where_it_exists_and_its_price_is_told() -> None:
    wished = choose(computer("rtx_5090_linux"), backend="cu126")
    assert wished.build is not None
    assert wished.build.name == "cu126"
    assert "no code for NVIDIA GeForce RTX 5090" in str(wished.advice[0])
    processor = choose(computer("h200"), backend="cpu")
    assert processor.build is not None
    assert (processor.build.name, processor.card, processor.advice) == ("cpu", None, ())
    assert "run slowly" in str(choose(computer("nothing_linux"), backend="cu130").advice[0])
    nowhere = choose(computer("apple_m2"), backend="cu130")
    assert (nowhere.build, nowhere.code) == (None, "BACKEND_NOT_HERE")
    assert "mps, cpu" in str(nowhere.advice[0])


@pytest.mark.parametrize(
    ("capability", "platform", "able"),
    [
        ((5, 2), ("linux", "x86_64"), ["cu126"]),
        ((7, 0), ("windows", "x86_64"), ["cu126"]),
        ((7, 5), ("linux", "x86_64"), ["cu130", "cu126"]),
        ((8, 9), ("windows", "x86_64"), ["cu130", "cu126"]),
        ((10, 3), ("linux", "x86_64"), ["cu130"]),
        ((12, 1), ("windows", "x86_64"), ["cu130"]),
        ((13, 0), ("linux", "x86_64"), ["cu130"]),  # compiled by the driver, which only the Linux build allows
        ((13, 0), ("windows", "x86_64"), []),
        ((7, 5), ("linux", "arm64"), []),
        ((11, 0), ("linux", "arm64"), ["cu130"]),
    ],
)
def test_code_for_a_card(capability: tuple[int, int], platform: tuple[str, str], able: list[str]) -> None:
    builds = [build for build in BUILDS if platform in build.indexes]
    assert [build.name for build in builds if build.has_kernels(platform, capability)] == able


def test_every_build_has_a_size_for_every_platform_of_its_own() -> None:
    assert {(build.name, platform) for build in BUILDS for platform in build.indexes} == set(ESTIMATES)


def test_facts_survive_their_way_through_json() -> None:
    for name in FACTS:
        assert Computer.from_json(json.loads(json.dumps(computer(name).to_json()))) == computer(name)
