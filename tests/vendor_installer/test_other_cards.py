# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards as Linux lists them in /sys, in folders made here; and vendors by an adapter's name."""

from pathlib import Path

import pytest

from vendor_installer.other_cards import linux_cards, vendor_of


def card(root: Path, number: int, vendor: str, device: str) -> None:
    folder = root / "sys/class/drm" / f"card{number}" / "device"
    folder.mkdir(parents=True)
    (folder / "vendor").write_text(f"{vendor}\n")
    (folder / "device").write_text(f"{device}\n")


def node(root: Path, number: int, version: int) -> None:
    folder = root / "sys/class/kfd/kfd/topology/nodes" / str(number)
    folder.mkdir(parents=True)
    (folder / "properties").write_text(f"cpu_cores_count 0\nsimd_count 192\ngfx_target_version {version}\n")


def test_each_vendor_is_named_and_amds_chip_too(tmp_path: Path) -> None:
    card(tmp_path, 0, "0x8086", "0xa7a0")
    card(tmp_path, 1, "0x1002", "0x744c")
    card(tmp_path, 2, "0x10de", "0x2684")
    card(tmp_path, 3, "0x1a03", "0x2000")
    (tmp_path / "sys/class/drm/card1-HDMI-A-1").mkdir()
    node(tmp_path, 0, 0)
    node(tmp_path, 1, 110000)
    found = linux_cards(tmp_path)
    assert [(one.vendor, one.target) for one in found] == [("intel", ""), ("amd", "gfx1100"), ("nvidia", "")]
    assert found[1].name == "AMD graphics, PCI device 744c"


@pytest.mark.parametrize(("version", "target"), [(90010, "gfx90a"), (100302, "gfx1032"), (90402, "gfx942")])
def test_amds_number_for_a_chip_is_its_name(tmp_path: Path, version: int, target: str) -> None:
    card(tmp_path, 0, "0x1002", "0x1")
    node(tmp_path, 1, version)
    assert linux_cards(tmp_path)[0].target == target


def test_without_sys_there_is_no_card(tmp_path: Path) -> None:
    assert linux_cards(tmp_path) == ()


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("NVIDIA GeForce RTX 4090", "nvidia"),
        ("AMD Radeon(TM) Graphics", "amd"),
        ("Intel(R) UHD Graphics 770", "intel"),
        ("Microsoft Basic Display Adapter", ""),
    ],
)
def test_an_adapters_name_tells_its_vendor(name: str, vendor: str) -> None:
    assert vendor_of(name) == vendor
