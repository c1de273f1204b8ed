# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds of PyTorch that there are, as a table: for which computers, cards and drivers each was compiled.

Sources: PyTorch's RELEASE.md for 2.13 (kernels per build), NVIDIA's table of CUDA's minor version compatibility
(drivers), and the files of the package index. A build runs on a card of its own major capability and the same or a
higher minor one: that is CUDA's rule for compiled kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TORCH = "2.13.0"
PYTHONS = ((3, 11), (3, 13))
GLIBC = (2, 28)
MACOS = (14,)

GENERAL_INDEX = "https://pypi.org/simple"
PYTORCH_INDEX = "https://download.pytorch.org/whl/"

Platform = tuple[str, str]
"""(system, architecture), in the words of computer.Computer."""

Capability = tuple[int, ...]

LINUX, LINUX_ARM = ("linux", "x86_64"), ("linux", "arm64")
WINDOWS, MAC = ("windows", "x86_64"), ("macos", "arm64")


@dataclass(frozen=True)
class Build:
    """One build of PyTorch.

    name: what an option calls it. vendor: whose card it runs on, "" for the processor. indexes: where it comes from, by
    platform; those are all platforms that it exists for. kernels: the capabilities it was compiled for, by
    architecture. newer: the capability from which on it also runs on any newer card, by platform (code that the driver
    compiles). drivers: the oldest driver, by system. cuda: the same in CUDA's own version. targets: AMD's chips.
    """

    name: str
    title: str
    vendor: str
    indexes: Mapping[Platform, str]
    kernels: Mapping[str, tuple[Capability, ...]] = field(default_factory=dict)
    newer: Mapping[Platform, Capability] = field(default_factory=dict)
    drivers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    cuda: tuple[int, ...] = ()
    targets: frozenset[str] = frozenset()

    @property
    def device(self) -> str:
        """PyTorch's word for what it runs on."""
        return {"nvidia": "cuda", "amd": "cuda", "apple": "mps", "": "cpu"}[self.vendor]

    def has_kernels(self, platform: Platform, capability: Capability) -> bool:
        """Whether a card of that capability has code to run."""
        if platform in self.newer and capability >= self.newer[platform]:
            return True
        compiled = self.kernels.get(platform[1], ())
        return any(kernel[0] == capability[0] and kernel <= capability for kernel in compiled)


BUILDS = (
    Build(
        name="cu130",
        title="CUDA 13.0",
        vendor="nvidia",
        indexes={LINUX: GENERAL_INDEX, LINUX_ARM: GENERAL_INDEX, WINDOWS: f"{PYTORCH_INDEX}cu130"},
        kernels={
            "x86_64": ((7, 5), (8, 0), (8, 6), (9, 0), (10, 0), (12, 0)),
            "arm64": ((8, 0), (9, 0), (10, 0), (11, 0), (12, 0)),
        },
        newer={LINUX: (12, 0), LINUX_ARM: (12, 0)},
        drivers={"linux": (580,), "windows": (580,)},
        cuda=(13, 0),
    ),
    Build(
        name="cu126",
        title="CUDA 12.6",
        vendor="nvidia",
        indexes={LINUX: f"{PYTORCH_INDEX}cu126", WINDOWS: f"{PYTORCH_INDEX}cu126"},
        kernels={"x86_64": ((5, 0), (6, 0), (7, 0), (7, 5), (8, 0), (8, 6), (9, 0))},
        drivers={"linux": (525, 60, 13), "windows": (528, 33)},
        cuda=(12, 0),
    ),
    Build(
        name="rocm7.2",
        title="ROCm 7.2",
        vendor="amd",
        indexes={LINUX: f"{PYTORCH_INDEX}rocm7.2"},
        targets=frozenset(
            {
                "gfx900", "gfx906", "gfx908", "gfx90a", "gfx942", "gfx950",
                "gfx1030", "gfx1100", "gfx1101", "gfx1102", "gfx1150", "gfx1151", "gfx1200", "gfx1201",
            }
        ),
    ),
    Build(name="mps", title="Apple's Metal", vendor="apple", indexes={MAC: GENERAL_INDEX}),
    Build(
        name="cpu",
        title="the processor",
        vendor="",
        indexes={
            LINUX: f"{PYTORCH_INDEX}cpu",
            LINUX_ARM: f"{PYTORCH_INDEX}cpu",
            WINDOWS: GENERAL_INDEX,
            MAC: GENERAL_INDEX,
        },
    ),
)  # fmt: skip
"""Best first, for a card that several of them serve; the processor's last."""


def build_named(name: str) -> Build:
    """The build of that name; KeyError for none."""
    return {build.name: build for build in BUILDS}[name]


@dataclass(frozen=True)
class Size:
    """Bytes to download and on the disk afterwards, for the whole environment. `known`: measured, not estimated."""

    download: int
    on_disk: int
    known: bool


ESTIMATES: Mapping[tuple[str, Platform], Size] = {
    ("cu130", LINUX): Size(2_700_000_000, 4_900_000_000, known=False),
    ("cu130", LINUX_ARM): Size(2_800_000_000, 5_000_000_000, known=False),
    ("cu130", WINDOWS): Size(2_700_000_000, 5_500_000_000, known=False),
    ("cu126", LINUX): Size(3_000_000_000, 5_500_000_000, known=False),
    ("cu126", WINDOWS): Size(2_700_000_000, 5_500_000_000, known=False),
    ("rocm7.2", LINUX): Size(5_000_000_000, 16_000_000_000, known=False),
    ("mps", MAC): Size(150_000_000, 600_000_000, known=False),
    ("cpu", LINUX): Size(290_000_000, 1_000_000_000, known=False),
    ("cpu", LINUX_ARM): Size(250_000_000, 900_000_000, known=False),
    ("cpu", WINDOWS): Size(190_000_000, 700_000_000, known=False),
    ("cpu", MAC): Size(150_000_000, 600_000_000, known=False),
}
"""Where no lock file holds the exact figure. ROCm's and those of CUDA on Windows were never measured: generous."""
