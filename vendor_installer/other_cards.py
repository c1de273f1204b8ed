# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards as the operating system tells of them: enough to name AMD's, Intel's, and NVIDIA's without a driver."""

from __future__ import annotations

import sys
from pathlib import Path

from vendor_installer.computer import GraphicsCard

VENDORS = {0x10DE: "nvidia", 0x1002: "amd", 0x8086: "intel"}
TITLES = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}
DISPLAY_CLASS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
"""Windows' list of display adapters."""


def linux_cards(root: Path) -> tuple[GraphicsCard, ...]:
    """From /sys below `root`. AMD's own driver (kfd) also tells the chip's name, which decides about ROCm."""
    targets = _rocm_targets(root)
    cards: list[GraphicsCard] = []
    for device in dict.fromkeys(path.resolve() for path in sorted((root / "sys/class/drm").glob("card[0-9]*/device"))):
        vendor = VENDORS.get(_hexadecimal(device / "vendor"), "")
        if vendor:
            target = targets.pop(0) if vendor == "amd" and targets else ""
            title = f"{TITLES[vendor]} graphics, PCI device {_hexadecimal(device / 'device'):04x}"
            cards.append(GraphicsCard(vendor, title, target=target, found_by="/sys"))
    return tuple(cards)


def _rocm_targets(root: Path) -> list[str]:
    """gfx names in the order of AMD's list of nodes; a node without one is a processor."""
    found = []
    for node in sorted((root / "sys/class/kfd/kfd/topology/nodes").glob("*/properties")):
        fields = dict(line.split(maxsplit=1) for line in _text(node).splitlines() if " " in line)
        version = int(fields.get("gfx_target_version", "0"))
        if version:
            found.append(f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}")
    return found


def vendor_of(name: str) -> str:
    """The maker that an adapter's name tells; "" for none of those that matter."""
    lowered = name.lower()
    marks = {"nvidia": ("nvidia", "geforce", "quadro"), "amd": ("amd", "radeon"), "intel": ("intel",)}
    return next((vendor for vendor, words in marks.items() if any(word in lowered for word in words)), "")


def _hexadecimal(path: Path) -> int:
    text = _text(path).strip()
    return int(text, 16) if text else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


if sys.platform == "win32":
    import winreg

    def windows_cards() -> tuple[GraphicsCard, ...]:
        """Display adapters by name, from the registry. The driver's version there is Windows', not the vendor's."""
        names: dict[str, None] = {}
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, DISPLAY_CLASS) as adapters:
            for index in range(winreg.QueryInfoKey(adapters)[0]):
                try:
                    with winreg.OpenKey(adapters, winreg.EnumKey(adapters, index)) as adapter:
                        names[str(winreg.QueryValueEx(adapter, "DriverDesc")[0])] = None
                except OSError:  # a key that only the system may read, or one without a name
                    continue
        return tuple(GraphicsCard(vendor_of(name), name, found_by="registry") for name in names if vendor_of(name))
else:

    def windows_cards() -> tuple[GraphicsCard, ...]:
        """There is no registry here."""
        return ()
