# SPDX-License-Identifier: GPL-3.0-or-later
"""Which environments a checkout could get, for recorded computers; and which it gets, by who offers PyTorch."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from vendor_installer.checkout import Checkout
from vendor_installer.checkout_plans import blender_plan, first_offered, ray_plan, sentence, worker_options
from vendor_installer.computer import Computer
from vendor_installer.failures import NotForThisComputer
from vendor_installer.lock_files import read_wheels
from vendor_installer.locked_environment import WHEELS
from vendor_installer.ours import RECEIPT
from vendor_installer.receipt import Receipt, write_receipt

FACTS = json.loads((Path(__file__).parent / "computers" / "facts.json").read_text(encoding="utf-8"))
NOWHERE = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
BARE = Computer.from_json({**FACTS["gtx_1080_ti_windows"], "cards": [], "system": "linux", "libc": "glibc"})
LINUX = replace(BARE, libc_version=(2, 36), architecture="x86_64", python=(3, 11))


def builds(computer: Computer, folder: Path) -> list[tuple[str, str]]:
    return [(option.build.name, option.plan.device) for option in worker_options(computer, folder)]


def test_a_card_decides_and_without_one_the_small_build_comes_first(tmp_path: Path) -> None:
    assert builds(LINUX, tmp_path) == [("cpu", "cpu"), ("cu130", "cpu")]
    windows = Computer.from_json(FACTS["gtx_1080_ti_windows"])
    assert builds(replace(windows, cards=()), tmp_path) == [("cpu", "cpu")]
    card = replace(windows.cards[0], capability=(8, 9), driver=(580, 65))
    assert builds(replace(LINUX, cards=(card,)), tmp_path) == [("cu130", "cuda")]
    old = replace(card, capability=(6, 1))  # its build is not locked for Linux
    assert builds(replace(LINUX, cards=(old,)), tmp_path) == [("cpu", "cpu"), ("cu130", "cpu")]


def test_the_locks_of_an_option_make_a_whole_without_anything_twice(tmp_path: Path) -> None:
    for option in worker_options(LINUX, tmp_path):
        names = [wheel.name for path in option.plan.requirements for wheel in read_wheels(path)]
        assert len(names) == len(set(names))
        assert {"torch", "pytest", "mypy", "rembg", "transformers"} <= set(names)
    assert "bpy" in {wheel.name for path in blender_plan(LINUX, tmp_path).requirements for wheel in read_wheels(path)}


def test_ray_agrees_with_all_that_it_is_put_on_top_of(tmp_path: Path) -> None:
    for computer in (LINUX, replace(LINUX, python=(3, 13))):
        above = {wheel.name: wheel.version for wheel in read_wheels(ray_plan(computer, tmp_path).requirements[0])}
        for option in worker_options(computer, tmp_path):
            below = {wheel.name: wheel.version for path in option.plan.requirements for wheel in read_wheels(path)}
            assert {name: below[name] for name in above.keys() & below.keys()} == {
                name: above[name] for name in above.keys() & below.keys()
            }
            assert {"ray", "pyarrow"}.isdisjoint(below)


def test_where_there_is_no_pytorch_no_blender_or_no_ray_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotForThisComputer, match=r"Ray is not published for windows on arm64 with Python 3\.11"):
        ray_plan(replace(LINUX, system="windows", architecture="arm64"), tmp_path)
    with pytest.raises(NotForThisComputer, match="Blender is not published"):
        blender_plan(replace(LINUX, architecture="arm64"), tmp_path)
    with pytest.raises(NotForThisComputer, match="Use the Python of Blender"):
        worker_options(replace(LINUX, python=(3, 12)), tmp_path)


def test_who_offers_the_small_build_decides_and_a_sentence_tells(tmp_path: Path) -> None:
    options = worker_options(LINUX, tmp_path)
    number, place = first_offered(options, LINUX, NOWHERE)
    told = sentence(options[number], place, options[0] if number else None)
    assert told == (
        "PyTorch for CUDA 13.0 from https://pypi.org/simple. No graphics card that PyTorch can use was found. "
        "The smaller build for the processor is offered nowhere."
    )
    torch = next(wheel for wheel in read_wheels(options[0].plan.requirements[0]) if wheel.name == "torch")
    (tmp_path / WHEELS).mkdir()
    (tmp_path / WHEELS / torch.file).touch()
    number, place = first_offered(options, LINUX, NOWHERE)
    assert (number, place) == (0, str(tmp_path / WHEELS))
    assert sentence(options[0], place, None).startswith("PyTorch for the processor from ")


def test_what_was_made_before_is_kept_whoever_offers_what_today(tmp_path: Path) -> None:
    told: list[str] = []
    checkout = Checkout(tmp_path, LINUX, told.append)
    assert checkout.worker(NOWHERE, 0).plan == worker_options(LINUX, tmp_path)[1].plan
    for number, option in enumerate(worker_options(LINUX, tmp_path)):
        (tmp_path / "worker").mkdir(exist_ok=True)
        write_receipt(tmp_path / "worker" / RECEIPT, Receipt.for_inputs(option.plan.inputs()))
        assert checkout.worker(NOWHERE, 0).plan == worker_options(LINUX, tmp_path)[number].plan
    assert len(told) == 1
