# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a storm takes place: pictures with the meshes that they give, a model, a small disk, and who is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.fakes.bends import MEMORY_GROUPS
from tests.worker.conversation import Conversation
from tests.worker.questions import READY, extract, reconstruct
from triposr_addon.blender.mesh_arrays import MeshArrays, read_mesh_file
from triposr_addon.protocol import Extracted, Reconstructed, SurfaceSettings

PARITY = Path(__file__).resolve().parents[3] / "shared" / "parity"
NURSERY = Path(__file__).parents[1] / "fakes" / "worker_nursery.py"
SURFACE = SurfaceSettings(24, 0.39)
"""The small synthetic network's field is noise around that density."""
SHAPES = ("disc", "bar", "ring", "cross")
DISK = "48m"
MARK = "TRIPOSR_STORM"
"""An environment variable: whoever has it was started by this storm."""


@dataclass(frozen=True)
class Ground:
    """root: of the storage, on a disk of its own where that may be mounted. expected: the mesh of each picture."""

    folder: Path
    root: Path
    model: Path
    expected: dict[str, MeshArrays]
    own_disk: bool

    @property
    def stamps(self) -> Path:
        """Where the man in the middle writes down when he did something."""
        return self.folder / "stamps"

    def photo(self, shape: str, bend: str, number: int) -> Path:
        """A picture of that shape whose name says what is to be done to it."""
        path = self.folder / "photos" / (f"{shape}~{bend}~{number}.png" if bend else f"{shape}.png")
        if not path.exists():
            path.symlink_to(f"{shape}.png")
        return path

    def is_right(self, shape: str, mesh: MeshArrays) -> bool:
        """Whether it is the picture's own."""
        wanted = self.expected[shape]
        return (
            np.array_equal(mesh.triangles, wanted.triangles)
            and np.allclose(mesh.vertices, wanted.vertices, atol=1e-6)
            and np.allclose(mesh.colours, wanted.colours, atol=1e-6)
        )


@contextmanager
def prepared(folder: Path, *, fork: bool = False) -> Iterator[Ground]:
    """Make everything in `folder`, which is there and empty; a disk that was mounted goes at the end.

    fork: workers come from a nursery, which spares each of them the seconds of its start.
    """
    for name in ("photos", "stamps", "storage", "model", "expected", "tmp"):
        (folder / name).mkdir()
    os.environ[MARK], os.environ["TMPDIR"] = str(folder), str(folder / "tmp")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    maker = [sys.executable, str(PARITY / "synthetic_checkpoint.py"), str(folder / "model"), "--size", "tiny"]
    subprocess.run(maker, check=True, timeout=120, stdout=subprocess.DEVNULL)
    for shape in SHAPES:
        draw(shape).save(folder / "photos" / f"{shape}.png")
    expected = meshes(folder)
    nursery = open_nursery(folder / "stamps" / "nursery") if fork else None
    mounted = mount(["-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder / "storage")])
    try:
        yield Ground(folder, folder / "storage", folder / "model", expected, mounted)
    finally:
        for group in MEMORY_GROUPS.glob("triposr-storm-*"):
            with contextlib.suppress(OSError):  # somebody is in it still, of another storm
                group.rmdir()
        if nursery is not None:
            os.killpg(nursery.pid, signal.SIGKILL)
            nursery.wait()
        if mounted:
            subprocess.run(["umount", "-l", str(folder / "storage")], check=False)


def open_nursery(door: Path) -> subprocess.Popen[bytes]:
    """In a process group of its own."""
    nursery = subprocess.Popen([sys.executable, "-I", str(NURSERY), str(door)], start_new_session=True)
    until = time.monotonic() + 120.0
    while not door.exists():
        assert time.monotonic() < until, "the nursery does not open"
        time.sleep(0.05)
    return nursery


def draw(shape: str) -> Image.Image:
    """A cut-out picture: no background has to be removed."""
    image = Image.new("RGBA", (96, 96))
    pen = ImageDraw.Draw(image)
    if shape == "disc":
        pen.ellipse((20, 20, 76, 76), fill=(200, 40, 30, 255))
    elif shape == "bar":
        pen.rectangle((36, 8, 60, 88), fill=(30, 90, 200, 255))
    elif shape == "ring":
        pen.ellipse((12, 12, 84, 84), outline=(40, 160, 60, 255), width=14)
    else:
        pen.line((12, 12, 84, 84), fill=(220, 200, 40, 255), width=12)
        pen.line((12, 84, 84, 12), fill=(120, 40, 160, 255), width=12)
    return image


def meshes(folder: Path) -> dict[str, MeshArrays]:
    """What a worker that nobody disturbs makes of each picture; no two are alike."""
    made, out = {}, folder / "expected"
    with Conversation() as worker:
        worker.ask(READY)
        for shape in SHAPES:
            answer = worker.ask(reconstruct(folder / "photos" / f"{shape}.png", folder / "model", out))
            assert isinstance(answer, Reconstructed), answer
            answer = worker.ask(extract(out / "x.triplane.safetensors", out, settings=SURFACE))
            assert isinstance(answer, Extracted), answer
            made[shape] = read_mesh_file(out / "x.npz")
    assert len({mesh.vertices.tobytes() for mesh in made.values()}) == len(SHAPES), "pictures with the same mesh"
    return made


def mount(arguments: list[str]) -> bool:
    """Whether the system let us; only its administrator may."""
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True)
    return done.returncode == 0


def marked_processes(folder: Path) -> dict[int, str]:
    """Living processes that the storm in `folder` started, by number: this one excepted."""
    found = {}
    wanted = f"{MARK}={folder}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120]
        except OSError:
            continue
    return found


def left_processes(folder: Path, allowed_groups: set[int], seconds: float = 6.0) -> dict[int, str]:
    """Those that are still there after so long, outside the groups of the worker that may be, and of the nursery."""
    until = time.monotonic() + seconds
    while True:
        found = marked_processes(folder)
        allowed = allowed_groups | {pid for pid, line in found.items() if NURSERY.name in line and is_leader(pid)}
        left = {pid: line for pid, line in found.items() if group_or_none(pid) not in allowed}
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)


def group_or_none(pid: int) -> int | None:
    """The process' group; None where it has just gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def is_leader(pid: int) -> bool:
    """Whether it has a parent that is no nursery: that one is the nursery itself."""
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        return NURSERY.name.encode() not in Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False
