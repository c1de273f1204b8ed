# SPDX-License-Identifier: GPL-3.0-or-later
"""What each process of a cluster is told before it works on a library, and what it looks at before it begins."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import platform
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from triposr_addon.background_models import best_installed_or_none
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.ray_failures import NodeUnfit
from triposr_addon.batch.target_failures import named

MARK = ".ray-{number}"
PACKAGE = Path(__file__).resolve().parents[1]
PACKAGES = ("torch", "numpy", "pillow", "onnxruntime", "trimesh")
"""Those whose versions decide over a mesh's bits. Builds of one version (torch's +cpu, +cu128) pass: a node with a card
needs another one than those without. Bits are the same for sure among nodes of one build alone.
"""
LIKE_THE_OTHERS = "install the same lock on all"


@dataclass(frozen=True)
class Errand:
    """A run's wishes for its nodes.

    mark: a file in the target that is there as long as the run is wanted; a node that does not see it sees another
    folder. picture: one that must be there; "" where the first computer sees none either. model_within: the model's
    folder within the package, which every node has; "" where it lies elsewhere and must be seen. versions: by package.
    background_model: the one that "auto" takes on the first computer.
    """

    plan: BatchPlan
    mark: Path
    picture: str
    model_within: str
    versions: Mapping[str, str]
    background_model: str = ""

    def is_wanted(self) -> bool:
        """False once the run is to end: what is in work is finished, nothing more is begun."""
        return self.mark.is_file()

    @property
    def hands(self) -> Path:
        """A folder with a file of each parcel that some process has in hand."""
        return self.mark.with_name(f"{self.mark.name}-hands")

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Within the block a process has the parcel of this name in hand. Whoever does it again takes the same name, so
        a process that is lost leaves no file for longer than that takes.
        """
        with suppress(OSError):  # then nobody waits for it; a target that takes no file says so by itself
            self._hand(name).touch()
        try:
            yield
        finally:
            self.let_go(name)

    def let_go(self, name: str) -> None:
        """The parcel of this name is in nobody's hand, also where a process that is lost had it."""
        with suppress(OSError):
            self._hand(name).unlink(missing_ok=True)

    def _hand(self, name: str) -> Path:
        return self.hands / hashlib.sha256(name.encode()).hexdigest()[:24]

    def is_any_held(self) -> bool:
        """Whether any process has something in hand."""
        with suppress(OSError):
            return any(self.hands.iterdir())
        return False

    def plan_here(self) -> BatchPlan:
        """The plan with the model's place on this node."""
        return replace(self.plan, model=PACKAGE / self.model_within) if self.model_within else self.plan

    def complaint(self) -> str:
        """Why this node can't work on it, in the middle of a sentence; "" where it can."""
        here = versions()
        if others := [name for name, version in self.versions.items() if here[name] != version]:
            name, version = others[0], self.versions[others[0]] or "without it"
            has = f"{name} {here[name]}" if here[name] else f"no {name}"
            return f"has {has}, not {version}: {LIKE_THE_OTHERS}"
        try:
            return self._unseen()
        except OSError as error:
            reason = error.strerror or "the system refused"
            return f"can't read {error.filename or self.plan.target}: {reason}. Check its rights there"

    def _unseen(self) -> str:
        """What of the library is not to be seen here. Raises OSError where that can't be told."""
        if not self.is_wanted():
            return f"does not see {self.plan.target}: a target must be shared, at the same path on every node"
        if self.picture and not Path(self.picture).is_file():
            return f"does not see {self.picture}: the pictures must be shared, at the same path on every node"
        if best_background_model(self.plan) != self.background_model:
            where = self.plan.rembg_home
            return f"sees other background models in {where}: they must be shared, at the same path on every node"
        if not self.plan_here().model.is_dir():
            return f"does not see the model {self.plan.model}: it must be shared, at the same path on every node"
        return ""

    def check(self) -> None:
        """For a process that is about to begin. Raises NodeUnfit; nothing where the run is over already."""
        if (complaint := self.complaint()) and not self._is_over():
            raise NodeUnfit(f"The node {platform.node()} {complaint}.")

    def _is_over(self) -> bool:
        with suppress(OSError):
            return self.plan.target.is_dir() and not self.is_wanted()
        return False


def complaint_here(errand: Errand) -> str:
    """What each node is asked before anything is made: as `Errand.complaint`, and whether the actors can begin.

    A node that lacks a package can still answer: this module needs none.
    """
    if complaint := errand.complaint():
        return complaint
    try:
        importlib.import_module("triposr_addon.batch.ray_actors")
    except (ImportError, OSError) as error:  # torch raises both, where a file of its own is missing
        reason = (str(error).splitlines() or [repr(error)])[-1]
        return f"can't load what the work needs ({reason}): {LIKE_THE_OTHERS}"
    return ""


def best_background_model(plan: BatchPlan) -> str:
    """The one that "auto" takes here; "" for none. A node with another one would cut out otherwise, without a word."""
    best = best_installed_or_none(plan.rembg_home)
    return best.name if best else ""


def versions() -> dict[str, str]:
    """Of Python and of what the meshes depend on; empty for what is not there."""
    told = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        told[name] = ""
        with suppress(importlib.metadata.PackageNotFoundError):
            told[name] = importlib.metadata.version(name).partition("+")[0]
    return told


@contextmanager
def errand_for(plan: BatchPlan, picture: str) -> Iterator[Errand]:
    """A run's errand; its mark goes at the end. picture: one of its pictures. Raises TargetFailure."""
    mark = plan.target / MARK.format(number=uuid.uuid4().hex[:12])
    within = plan.model.resolve()
    inside = within.relative_to(PACKAGE).as_posix() if within.is_relative_to(PACKAGE) else ""
    seen = picture if Path(picture).is_file() else ""
    errand = Errand(plan, mark, seen, inside, versions(), best_background_model(plan))
    try:
        try:
            mark.write_bytes(b"")
            errand.hands.mkdir()
        except OSError as error:
            raise named(error, plan.target) from error
        yield errand
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
        shutil.rmtree(errand.hands, ignore_errors=True)
