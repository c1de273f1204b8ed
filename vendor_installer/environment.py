# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual environments made from pinned packages: whole and proved, or absent.

An environment is made in its final place, because a virtual environment can't be moved. Its receipt is written last,
after a proof has run in it. Without a current receipt the next run deletes it and makes it anew, from the wheels that
were fetched by then.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from vendor_installer.child import ChildCommand, ChildResult, run_child
from vendor_installer.failures import DiskFull, EnvironmentNotMade, disk_is_full
from vendor_installer.folder_removal import discard_folder, remove_folder
from vendor_installer.isolation import INDEX_VARIABLES, isolated_environment, pip_environment
from vendor_installer.kept_packages import changes, in_words
from vendor_installer.ours import RECEIPT, write_mark
from vendor_installer.overlay import see_packages_of, site_packages
from vendor_installer.pip_run import PipInstall, pip_install
from vendor_installer.progress import Report, Step
from vendor_installer.receipt import Receipt, digest_of_files, is_current, read_receipt_or_none, write_receipt
from vendor_installer.worker_proof import prove_by_worker

PROOF_LIMIT_S = 600.0
BROUGHT_AT = 0.7
"""The part of the bar for bringing the wheels."""
UNPACKED_EACH_S = 25_000_000
"""Bytes a second that pip unpacks; about what two busy cores did."""


class WheelSource(Protocol):
    """A folder to which wheels can be brought."""

    @property
    def folder(self) -> Path:
        """Where they are then."""

    @property
    def download(self) -> int:
        """Bytes of all of them."""

    @property
    def unpacked(self) -> int:
        """Bytes that they unpack to."""

    @property
    def pins(self) -> Mapping[str, str]:
        """Their versions by names."""

    @property
    def pip(self) -> Path:
        """The one of them from which pip can be run."""

    def with_settings_or_none(self, pip_variables: Mapping[str, str]) -> WheelSource | None:
        """The same for the artist's pip settings; None where pip itself must fetch."""

    def bring(self, report: Report) -> None:
        """Have them there. Raises an InstallerFailure."""


@dataclass(frozen=True)
class EnvironmentPlan:
    """What an environment holds. `pip` is the requirement file of pip itself, None to keep the one that Python brings.

    `constraints`: None where the requirements pin everything themselves. `proof` is a file of Python code that must
    run in the finished environment: the packages import, and compute. `device`: where our own worker must then make a
    mesh; "" where nobody asks. `weight` is its share of the bar. `options`: pip's, beyond the usual ones. `wheels`:
    brings all of them beforehand; None where pip fetches them. `below`: the name of the environment beside this one
    whose packages it sees, too; "" for none.
    """

    name: str
    title: str
    requirements: tuple[Path, ...]
    constraints: Path | None
    pip: Path | None
    proof: Path
    weight: float
    options: tuple[str, ...] = ()
    wheels: WheelSource | None = None
    device: str = ""
    below: str = ""

    def inputs(self) -> str:
        """SHA-256 over all pins and the proof."""
        optional = [path for path in (self.constraints, self.pip) if path]
        return digest_of_files({path.name: path for path in (*self.requirements, *optional, self.proof)})


@dataclass(frozen=True)
class Environment:
    """A plan and the folder that holds the environment once its `step` has run.

    `outside`: the variables we were given. `lock`: the file descriptor that pip holds, too.
    """

    plan: EnvironmentPlan
    folder: Path
    outside: Mapping[str, str]
    lock: int

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return python_in(self.folder)

    @property
    def log(self) -> Path:
        """pip's whole log."""
        return self.folder.parent / "logs" / f"pip_{self.plan.name}.log"

    def step(self) -> Step:
        """Make it, unless it is there."""
        wheels = self.plan.wheels
        if wheels is None:
            return Step(self.plan.title, self.plan.weight, self.is_current, self.make)
        after_s = wheels.unpacked / UNPACKED_EACH_S
        return Step(self.plan.title, self.plan.weight, self.is_current, self.make, wheels.download, BROUGHT_AT, after_s)

    def has_receipt(self) -> bool:
        """Whether it was made from these pins by this Python."""
        return is_current(self._receipt_path, self._receipt())

    def is_current(self) -> bool:
        """The same, and its interpreter still starts."""
        return self.has_receipt() and self._run_python("pass", 60.0).exit_code == 0

    def forget(self) -> None:
        """Let it count as not made, so that the next step makes it anew."""
        self._receipt_path.unlink(missing_ok=True)

    def make(self, report: Report) -> str:
        """Delete what is there, make it anew, prove it, write the receipt. Raises an InstallerFailure."""
        try:
            changed = self._changes_or_none()
            if changed == [] and self._keep(report):
                return f"kept the packages in {self.folder}, which are those of this version, too"
            self._make(report)
        except OSError as error:
            if disk_is_full(self.folder, str(error)):
                raise DiskFull(self.folder, str(error)) from error
            raise EnvironmentNotMade(
                f"{self.folder} can't be written. Close programs that use it or choose another place with "
                "--environment FOLDER, then run this again.",
                str(error),
            ) from error
        return f"wrote {self.folder}" + (f", anew because of {in_words(changed)}" if changed else "")

    def _changes_or_none(self) -> list[str] | None:
        """What this version of the extension wants otherwise than the one that finished the environment; None where
        none was finished, or by another Python.
        """
        receipt = read_receipt_or_none(self._receipt_path)
        if receipt is None or replace(receipt, inputs=self._receipt().inputs) != self._receipt():
            return None
        return changes(self.folder, self.plan.wheels.pins) if self.plan.wheels else None

    def _keep(self, report: Report) -> bool:
        """Prove what is there; False where it no longer works."""
        report(0.5, "proving what is there")
        try:
            self._prove()
        except EnvironmentNotMade:
            return False
        write_receipt(self._receipt_path, self._receipt())
        return True

    def _make(self, report: Report) -> None:
        report(0.0, "clearing the place")
        self._receipt_path.unlink(missing_ok=True)
        discard_folder(self.folder)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        environment = pip_environment(self.outside)
        source = self.plan.wheels.with_settings_or_none(environment) if self.plan.wheels else None
        report(0.0, "making a virtual environment")
        self._make_bare(with_pip=source is None)
        environment.update(self._temporary_folder())
        if source:
            source.bring(_part(report, 0.0, BROUGHT_AT))
            self._install_from(source, environment, _part(report, BROUGHT_AT, 0.93))
        else:
            self._install(environment, _part(report, 0.0, 0.93))
        if self.plan.below:
            see_packages_of(self.folder.parent / self.plan.below, self.folder)
        report(0.93, "proving that it works")
        self._prove()
        remove_folder(self._temporary)
        write_receipt(self._receipt_path, self._receipt())

    def _install_from(self, source: WheelSource, environment: Mapping[str, str], report: Report) -> None:
        """From a folder alone, by the pip that lies in it: the environment's Python needs none, nor anything for it."""
        variables = {name: value for name, value in environment.items() if name not in INDEX_VARIABLES}
        files = [path for path in (self.plan.pip, *self.plan.requirements) if path]
        arguments = [*_requirements(files), *self.plan.options, "--no-index", "--find-links", str(source.folder)]
        self._pip(arguments, variables, report, count=sum(_pin_count(path) for path in files), pip=source.pip)

    def _install(self, environment: Mapping[str, str], report: Report) -> None:
        if self.plan.pip:
            self._pip(["-r", str(self.plan.pip)], environment, _part(report, 0.0, 0.03), count=1)
        arguments = _requirements(self.plan.requirements)
        arguments += ["-c", str(self.plan.constraints)] if self.plan.constraints else []
        counted = [self.plan.constraints] if self.plan.constraints else self.plan.requirements
        count = sum(_pin_count(path) for path in counted)
        self._pip([*arguments, *self.plan.options], environment, _part(report, 0.03, 1.0), count=count)

    def _temporary_folder(self) -> dict[str, str]:
        """A place of our own for pip's files on the way: what a killed pip leaves there goes with the next run."""
        remove_folder(self._temporary)
        self._temporary.mkdir()
        return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary))

    def _make_bare(self, *, with_pip: bool) -> None:
        self.folder.mkdir()
        write_mark(self.folder)
        argv = [sys.executable, "-I", "-m", "venv", *([] if with_pip else ["--without-pip"]), str(self.folder)]
        command = ChildCommand(
            argv, isolated_environment(self.outside), self.folder.parent, PROOF_LIMIT_S, (self.lock,)
        )
        self._check(
            run_child(command),
            "Python could not make a virtual environment. On Debian and Ubuntu install the package python3-venv, "
            "elsewhere install Python anew; then run this again.",
        )

    def _pip(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        report: Report,
        *,
        count: int,
        pip: Path | None = None,
    ) -> None:
        install = PipInstall(self.python, arguments, site_packages(self.folder), count, self.log, pip)
        pip_install(install, environment, report, (self.lock,))

    def _prove(self) -> None:
        sentence = (
            f"The packages in {self.folder} were installed, but do not work on this computer. "
            "Report the lines below to the developers."
        )
        self._check(self._run_python(self.plan.proof.read_text(encoding="utf-8"), PROOF_LIMIT_S), sentence)
        if self.plan.device:
            self._check(prove_by_worker(self.python, self.plan.device, self.outside), sentence)

    def _check(self, result: ChildResult, sentence: str) -> None:
        if result.exit_code == 0:
            return
        if disk_is_full(self.folder, result.text):
            raise DiskFull(self.folder, result.text)
        raise EnvironmentNotMade(sentence, result.text)

    def _run_python(self, code: str, limit_s: float) -> ChildResult:
        argv = [str(self.python), "-I", "-c", code]
        try:
            return run_child(ChildCommand(argv, isolated_environment(self.outside), self.folder, limit_s))
        except OSError as error:  # the Python that it was made with is gone
            return ChildResult(127, (str(error),), 0.0)

    @property
    def _temporary(self) -> Path:
        return self.folder.parent / f"temporary_{self.plan.name}"

    @property
    def _receipt_path(self) -> Path:
        return self.folder / RECEIPT

    def _receipt(self) -> Receipt:
        return Receipt.for_inputs(self.plan.inputs())


def python_in(environment: Path) -> Path:
    """The interpreter of the environment in that folder."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _part(report: Report, start: float, end: float) -> Report:
    """A report whose 0..1 is start..end of `report`'s."""
    return lambda fraction, detail: report(start + (end - start) * fraction, detail)


def _requirements(files: Sequence[Path]) -> list[str]:
    return [part for path in files for part in ("-r", str(path))]


def _pin_count(constraints: Path) -> int:
    lines = constraints.read_text(encoding="utf-8").splitlines()
    return len({line.partition("==")[0] for line in lines if "==" in line and not line.startswith("#")})
