# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheels of PyTorch's own index, as others publish them: for builds that could not be locked from the index itself.

Each SHA-256 stands in the files of at least two projects that have nothing to do with each other
(docs/decisions/locks.md names them). Around PyTorch the packages are those of a target of the same system and Python
that is locked: the builds differ in nothing but PyTorch itself and NVIDIA's libraries, which Linux's CUDA build alone
has as packages of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendor_installer.builds import PYTORCH_INDEX, TORCH, Platform
from vendor_installer.lock_files import Lock, Target, Wheel, read_lock

NOTE = "torch's hash is that of two projects that publish it, at least; it was not compared with the index"
CUDA_PREFIXES = ("cuda-", "nvidia-", "triton")
WINDOWS, LINUX, LINUX_ARM = ("windows", "x86_64"), ("linux", "x86_64"), ("linux", "arm64")
TAGS = {WINDOWS: "win_amd64", LINUX: "manylinux_2_28_x86_64", LINUX_ARM: "manylinux_2_28_aarch64"}
UNPACKED_TIMES = {"cpu": 3.65, "cu126": 2.0, "cu130": 2.0}
"""What the wheel unpacks to, in its own size: measured for Linux' processor build, a generous guess for the others."""


@dataclass(frozen=True)
class PublishedWheel:
    """PyTorch for one target. size: bytes; about so many where `exact` is false. like: the build whose packages are
    taken for the rest.
    """

    build: str
    platform: Platform
    python: tuple[int, ...]
    sha256: str
    size: int
    like: str
    exact: bool = True

    @property
    def target(self) -> Target:
        """What it makes a lock for."""
        return Target(self.build, self.platform, self.python)

    @property
    def wheel(self) -> Wheel:
        """Its line in the lock."""
        tag = f"cp{''.join(str(number) for number in self.python)}"
        file = f"torch-{TORCH}%2B{self.build}-{tag}-{tag}-{TAGS[self.platform]}.whl"
        place = f"{PYTORCH_INDEX}{self.build}/{file}"
        unpacked = round(self.size * UNPACKED_TIMES[self.build], -6)
        return Wheel("torch", f"{TORCH}+{self.build}", self.sha256, place, self.size, int(unpacked), self.exact)


PUBLISHED = (
    PublishedWheel(
        "cpu",
        LINUX,
        (3, 11),
        "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
        191_794_682,
        like="cu130",
    ),
    PublishedWheel(
        "cpu",
        LINUX,
        (3, 13),
        "3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",
        191_815_667,
        like="cu130",
    ),
    PublishedWheel(
        "cpu",
        LINUX_ARM,
        (3, 11),
        "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
        155_000_000,
        like="cu130",
        exact=False,
    ),
    PublishedWheel(
        "cpu",
        LINUX_ARM,
        (3, 13),
        "0b8f7d0423027ae8b90c7977c627f3379f325363a08224dffad9b4b2d684a83d",
        155_000_000,
        like="cu130",
        exact=False,
    ),
    PublishedWheel(
        "cu130",
        WINDOWS,
        (3, 11),
        "45e97bd9bc0416f4f4190b5098c55119a389fa5a7c8bbf2639f08f1d04e0a0dc",
        1_915_000_000,
        like="cpu",
        exact=False,
    ),
    PublishedWheel(
        "cu130",
        WINDOWS,
        (3, 13),
        "cf23236e9deed7d3510d14d9b9592d75d272ef7b35bbfee31a02bea339c73971",
        1_915_517_499,
        like="cpu",
    ),
    PublishedWheel(
        "cu126",
        WINDOWS,
        (3, 11),
        "8095729db14e7fd5178a39676fdd679208eff4041407ea34e3d898336c90f5c5",
        2_594_548_547,
        like="cpu",
    ),
)


def published_lock_or_none(target: Target) -> Lock | None:
    """The lock of a target by what others publish; None for a target of which nothing is known."""
    for published in PUBLISHED:
        if published.target == target:
            return _lock(published)
    return None


def _lock(published: PublishedWheel) -> Lock:
    sibling = read_lock(Target(published.like, published.platform, published.python).path)
    kept = (wheel for wheel in sibling.wheels if not wheel.name.startswith(CUDA_PREFIXES))
    wheels = tuple(published.wheel if wheel.name == "torch" else wheel for wheel in kept)
    note = NOTE if published.exact else f"{NOTE}; nor is its size known, only about (~)"
    return Lock(f"{PYTORCH_INDEX}{published.build}", sibling.inputs, wheels, note)
