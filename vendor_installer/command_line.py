# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer COMMAND`: each command by its name, its options, and one way to tell a failure."""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vendor_installer import (
    doctor_command,
    install_command,
    lock_command,
    models_command,
    pack_command,
    plan_command,
    remove_command,
)
from vendor_installer.checkout import Checkout, default_environment_folder, prepare_environment_folder
from vendor_installer.checks import plan_runs, run_pytest
from vendor_installer.child import run_in_foreground
from vendor_installer.demo import Demo
from vendor_installer.environment import Environment
from vendor_installer.extension_zip import ExtensionZip
from vendor_installer.failures import InstallerFailure
from vendor_installer.folder_lock import folder_lock
from vendor_installer.isolation import isolated_environment
from vendor_installer.lock_files import RAY
from vendor_installer.machine_lines import tell_failure, wants_json
from vendor_installer.probe import probe
from vendor_installer.progress import Step, TerminalDisplay, run_steps
from vendor_installer.python_support import require_supported
from vendor_installer.removal import remove_wheels

ROOT = Path(__file__).resolve().parents[1]
LOCK_WAIT_S = 1800.0
INTERRUPTED = 130

OPTIONS = {"--environment": 2, "--wait": 2, "-h": 1, "--help": 1}
"""Our own options, and how many words each takes."""


@dataclass(frozen=True)
class Setting:
    """What every command works in, while it holds the lock. Asking for the worker may ask the network, where none is
    there yet.
    """

    checkout: Checkout
    outside: Mapping[str, str]
    lock: int

    @functools.cached_property
    def worker(self) -> Environment:
        """Where PyTorch is."""
        return self.checkout.worker(self.outside, self.lock)

    @functools.cached_property
    def blender(self) -> Environment:
        """Where Blender is."""
        return self.checkout.blender(self.outside, self.lock)

    @functools.cached_property
    def ray(self) -> Environment:
        """Where Ray is, on top of the worker's."""
        return self.checkout.ray(self.outside, self.lock)

    @functools.cached_property
    def zip(self) -> ExtensionZip:
        """The extension."""
        return ExtensionZip(ROOT, self.blender, self.checkout.environment_folder / "receipts")

    def run(self, steps: Sequence[Step], display: TerminalDisplay) -> None:
        """Run them; the wheels are not needed any more when the environments are there."""
        run_steps(steps, display)
        remove_wheels(self.checkout.environment_folder)


def main(arguments: Sequence[str]) -> int:
    """Run a command. Returns the exit code: a failure's own, or that of the program that was run."""
    options = _parser().parse_args(_separated(arguments))
    try:
        return int(options.command(options, dict(os.environ)))
    except InstallerFailure as failure:
        if wants_json(options):
            tell_failure(failure.code, failure.sentence, failure.details)
        if failure.details:
            print(failure.details, file=sys.stderr)
        print(f"\n{failure.code}: {failure.sentence}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        if wants_json(options):
            tell_failure("CANCELLED", "Stopped. Run it again to go on.")
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED


def demo(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Photo to object to picture, in the Blender that fits this Python."""
    with _setting(options, outside) as setting:
        show = Demo(ROOT, options.environment, setting.worker, setting.blender, setting.zip)
        setting.run(
            [setting.worker.step(), setting.blender.step(), setting.zip.step(), *show.steps()], TerminalDisplay()
        )
        for path in show.outputs():
            print(f"  {path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
        print(f"  Worker Python, for the extension's preferences: {setting.worker.python}")
    return 0


def build(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """The extension's zip, validated."""
    with _setting(options, outside) as setting:
        setting.run([setting.blender.step(), setting.zip.step()], TerminalDisplay())
        print(f"  {setting.zip.path.relative_to(ROOT)}  {setting.zip.path.stat().st_size / 1e6:.1f} MB")
    return 0


def test(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """The set-up of the demo, then pytest."""
    with _setting(options, outside) as setting:
        setting.run([setting.worker.step(), setting.blender.step(), setting.zip.step()], TerminalDisplay())
    runs = plan_runs(setting.worker, setting.blender, ROOT, options.pytest)
    return run_pytest(runs, ROOT, setting.worker, setting.blender)


def run(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Any program, with the environment's Python first on the path."""
    with _setting(options, outside) as setting:
        environments = _environments_of_run(setting, options)
        setting.run([environment.step() for environment in environments], TerminalDisplay(sys.stderr))
    environment = environments[-1]
    programs = environment.python.parent
    search = os.pathsep.join([str(programs), outside.get("PATH", "")])
    variables = {**isolated_environment(outside), "PATH": search, "VIRTUAL_ENV": str(environment.folder)}
    program = _program(options.program[0], environment)
    try:
        return run_in_foreground([program, *options.program[1:]], variables, Path.cwd())
    except OSError as error:
        print(f"{options.program[0]} can't be started: {error.strerror}", file=sys.stderr)
        return 127


def _environments_of_run(setting: Setting, options: argparse.Namespace) -> list[Environment]:
    """What has to be there; the program runs in the last one."""
    if options.blender:
        return [setting.blender]
    return [setting.worker, setting.ray] if options.more == RAY else [setting.worker]


def _program(name: str, environment: Environment) -> str:
    """`python` and `python3` are the environment's on every platform; programs beside it come first, then the path."""
    if name in ("python", "python3"):
        return str(environment.python)
    for beside in (environment.python.parent / name, environment.python.parent / f"{name}.exe"):
        if beside.is_file():
            return str(beside)
    return name


@contextlib.contextmanager
def _setting(options: argparse.Namespace, outside: Mapping[str, str]) -> Iterator[Setting]:
    require_supported(sys.version_info[:2])
    folder = options.environment
    prepare_environment_folder(folder)

    def on_wait(holder: str) -> None:
        print(f"Another installation ({holder}) is at work in {folder}; waiting for it.", file=sys.stderr, flush=True)

    def tell(line: str) -> None:
        print(line, file=sys.stderr if options.command is run else sys.stdout, flush=True)

    with folder_lock(folder, options.wait, on_wait) as lock:
        yield Setting(Checkout(folder, probe(folder, outside), tell), outside, lock)


def _separated(arguments: Sequence[str]) -> list[str]:
    """With a `--` between `test`'s own options and pytest's, which argparse would take for its own."""
    position = 1
    while position < len(arguments) and arguments[position].partition("=")[0] in OPTIONS:
        position += OPTIONS[arguments[position].partition("=")[0]] if "=" not in arguments[position] else 1
    if list(arguments[:1]) != ["test"] or "--" in arguments[position : position + 1]:
        return list(arguments)
    return [*arguments[:position], "--", *arguments[position:]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m vendor_installer",
        description="Install what the extension needs, look after it, or set up a checkout to show, test and run it.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "demo", demo, "turn the demo photo into an object in Blender, and render it: see demo/")
    _command(commands, "build", build, "build the extension's zip with Blender's own builder: see dist/")
    tests = _command(commands, "test", test, "run the tests; further arguments are pytest's")
    tests.add_argument("pytest", nargs="*", metavar="ARGUMENT", help="for pytest")
    anything = _command(commands, "run", run, "run a program in the environment: run -- python script.py")
    other = anything.add_mutually_exclusive_group()
    other.add_argument("--blender", action="store_true", help="in the environment that has bpy, not torch")
    other.add_argument("--with", dest="more", choices=[RAY], help="with Ray and Parquet, too, which it installs")
    anything.add_argument("program", nargs="+", metavar="-- PROGRAM", help="program and arguments")
    plan_command.add_to(commands, default_environment_folder(ROOT))
    install_command.add_to(commands, default_environment_folder(ROOT))
    models_command.add_to(commands, default_environment_folder(ROOT))
    doctor_command.add_to(commands, default_environment_folder(ROOT))
    remove_command.add_to(commands, default_environment_folder(ROOT))
    pack_command.add_to(commands)
    lock_command.add_to(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, action: object, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=action)
    command.add_argument(
        "--environment",
        metavar="FOLDER",
        type=lambda text: Path(text).expanduser().absolute(),
        default=default_environment_folder(ROOT),
        help="where the packages go (default: %(default)s)",
    )
    command.add_argument(
        "--wait", metavar="SECONDS", type=float, default=LOCK_WAIT_S, help="how long to wait for another installation"
    )
    return command
