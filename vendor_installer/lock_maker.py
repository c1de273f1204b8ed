# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes lock files, on a developer's machine: uv resolves for any platform, and the index tells hashes and sizes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import tempfile
import tomllib
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendor_installer.builds import BUILDS, GENERAL_INDEX, TORCH, build_named
from vendor_installer.failures import LockNotMade
from vendor_installer.lock_files import (
    BEYOND_THE_WORKERS,
    CHECKOUT_INPUTS,
    Lock,
    Target,
    Wheel,
    digest_of_inputs,
    inputs_of,
    read_lock,
)

UV_LIMIT_S = 300.0
ASK_LIMIT_S = 60.0
AT_ONCE = 4
UV_PLATFORMS = {
    ("linux", "x86_64"): "x86_64-manylinux_2_28",
    ("linux", "arm64"): "aarch64-manylinux_2_28",
    ("windows", "x86_64"): "x86_64-pc-windows-msvc",
    ("macos", "arm64"): "aarch64-apple-darwin",
}
OLDEST_MACOS = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}
CONSTRAINTS = "_constraints.txt"
OLD_NAMES = {"manylinux2014": "manylinux_2_17", "manylinux2010": "manylinux_2_12", "manylinux1": "manylinux_2_5"}
COPY_NOTE = "torch's hash is that of a copy of the wheel; it was not compared with the index"


@dataclass
class LockMaker:
    """uv: the program. wheels: a folder with wheels of PyTorch that stands for its index; None to use the index."""

    uv: str
    wheels: Path | None = None
    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def lock(self, target: Target) -> Lock:
        """Resolve one target. Raises LockNotMade."""
        of_checkout = target.build in CHECKOUT_INPUTS
        index = GENERAL_INDEX if of_checkout else build_named(target.build).indexes[target.platform]
        workers = _names_of_the_workers(target) if target.build in BEYOND_THE_WORKERS else set()
        packages = [package for package in self._resolve(target, index) if package["name"] not in workers]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            wheels = tuple(pool.map(self._wheel, packages))
        copied = any(_is_copy(_best_wheel(package)) for package in packages)
        return Lock(index, digest_of_inputs(target.build), wheels, COPY_NOTE if copied else "")

    def _resolve(self, target: Target, index: str) -> list[Mapping[str, Any]]:
        with tempfile.TemporaryDirectory() as folder:
            output, local = Path(folder) / "pylock.toml", Path(folder) / "local.txt"
            local.write_text(self._local_version(target, index), encoding="utf-8")
            python = ".".join(str(number) for number in target.python)
            inputs = inputs_of(target.build)
            wanted = [str(path) for name, path in inputs.items() if not name.endswith(CONSTRAINTS)]
            pinned = [part for name, path in inputs.items() if name.endswith(CONSTRAINTS) for part in ("-c", str(path))]
            argv = [self.uv, "pip", "compile", *wanted, str(local), *pinned, "--no-config", "--no-header", "-q"]
            argv += ["--only-binary", ":all:", "--python-version", python]
            argv += ["--python-platform", UV_PLATFORMS[target.platform], *self._index_arguments(index)]
            argv += ["--format", "pylock.toml", "-o", str(output)]
            self._run(argv)
            return list(tomllib.loads(output.read_text(encoding="utf-8"))["packages"])

    def _local_version(self, target: Target, index: str) -> str:
        """torch==2.13.0+cpu where the build is not the general index's."""
        return "" if index == GENERAL_INDEX else f"torch=={TORCH}+{target.build}\n"

    def _index_arguments(self, index: str) -> Sequence[str]:
        if index == GENERAL_INDEX:
            return ()
        if self.wheels:
            return "--find-links", str(self.wheels)
        return "--index", index, "--index-strategy", "unsafe-best-match"

    def _run(self, argv: Sequence[str]) -> None:
        try:
            ended = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                check=False,
                timeout=UV_LIMIT_S,
                env={**os.environ, **OLDEST_MACOS},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LockNotMade(str(error)) from error
        if ended.returncode != 0:
            raise LockNotMade(ended.stderr.strip())

    def _wheel(self, package: Mapping[str, Any]) -> Wheel:
        wheel = _best_wheel(package)
        place = _place(wheel)
        copy = Path(urllib.request.url2pathname(urllib.parse.urlsplit(place).path))
        if place not in self._sizes:
            self._sizes[place] = _sizes_of(copy) if _is_copy(wheel) else _remote_sizes(place)
        download, unpacked = self._sizes[place]
        sha256 = _sha256(copy) if _is_copy(wheel) else wheel["hashes"]["sha256"]
        where = copy.name if _is_copy(wheel) else place
        return Wheel(package["name"], package["version"], sha256, where, download, unpacked)


def _names_of_the_workers(target: Target) -> set[str]:
    """The packages of the worker's own locks of the same system and Python. Those of the general index are made
    before this one.
    """
    builds = (build.name for build in BUILDS if build.indexes.get(target.platform) == GENERAL_INDEX)
    locks = (Target(name, target.platform, target.python).path for name in builds)
    return {wheel.name for path in locks if path.is_file() for wheel in read_lock(path).wheels}


def _best_wheel(package: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one that pip would take. Raises LockNotMade where that is not clear."""
    wheels = sorted(package.get("wheels", ()), key=_rank)
    if not wheels or (len(wheels) > 1 and _rank(wheels[-1]) == _rank(wheels[-2])):
        raise LockNotMade(f"{package['name']} has {len(wheels)} wheels for one platform")
    best: Mapping[str, Any] = wheels[-1]
    return best


def _rank(wheel: Mapping[str, Any]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """pip's order, all of one platform and for one Python: compiled for it alone, for it and later ones, plain Python;
    then the newest Python, the newest system that it was compiled for.
    """
    python, abi, platform = _place(wheel).removesuffix(".whl").rsplit("-", 3)[1:]
    kind = 0 if platform == "any" else 1 if abi == "none" else 2 if abi == "abi3" else 3
    systems = [_numbers(tag) for tag in platform.split(".")]
    return kind, max(_numbers(tag) for tag in python.split(".")), max(systems)


def _numbers(tag: str) -> tuple[int, ...]:
    """manylinux_2_28_x86_64 -> 2, 28, 86, 64; cp311 -> 311."""
    return tuple(int(number) for number in re.findall(r"\d+", OLD_NAMES.get(tag.partition("_")[0], tag)))


def _place(wheel: Mapping[str, Any]) -> str:
    return str(wheel.get("url") or wheel["path"])


def _is_copy(wheel: Mapping[str, Any]) -> bool:
    return _place(wheel).startswith("file:")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sizes_of(path: Path) -> tuple[int, int]:
    with zipfile.ZipFile(path) as wheel:
        return path.stat().st_size, sum(entry.file_size for entry in wheel.infolist())


def _remote_sizes(url: str) -> tuple[int, int]:
    """Download and unpacked size of a wheel, from its list of contents alone. Raises LockNotMade."""
    try:
        remote = _RangeFile(url)
        with zipfile.ZipFile(remote) as wheel:
            return remote.size, sum(entry.file_size for entry in wheel.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise LockNotMade(f"{url}: {error}") from error


class _RangeFile(io.RawIOBase):
    """A file on a server, read by ranges."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._position = 0
        match = re.fullmatch(r"bytes \d+-\d+/(\d+)", self._get(0, 1)[1])
        if match is None:
            raise OSError(f"{url} can't be read by ranges")
        self.size = int(match[1])

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        count = self.size - self._position if size < 0 else min(size, self.size - self._position)
        content = self._get(self._position, count)[0] if count > 0 else b""
        self._position += len(content)
        return content

    def _get(self, start: int, count: int) -> tuple[bytes, str]:
        headers = {"Range": f"bytes={start}-{start + count - 1}"}
        # The index's own URL of the wheel, as uv wrote it.
        request = urllib.request.Request(self._url, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=ASK_LIMIT_S) as response:  # noqa: S310
            return response.read(), response.headers.get("Content-Range", "")
