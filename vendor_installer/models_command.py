# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer models list | get | add | remove`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vendor_installer.environment import python_in
from vendor_installer.folder_removal import remove_folder
from vendor_installer.known_copies import KnownCopies
from vendor_installer.locked_environment import ENVIRONMENT
from vendor_installer.machine_lines import add_progress, display_for, tell_result
from vendor_installer.model_catalogue import CATALOGUE, Model
from vendor_installer.model_store import ModelState, ModelStore, at_server, require_accepted
from vendor_installer.ours import RECEIPT
from vendor_installer.pack_zip import is_zip, unpack
from vendor_installer.progress import Report, Step, run_steps
from vendor_installer.worker_proof import halve_by_worker

HALVED_EACH = 4
"""What counts as long as one byte of a model that is fetched."""

UNZIPPED = "unzipped_pack"
"""In the data folder, while models come out of a pack that is a zip."""

SERVER_VARIABLE = "TRIPOSR_MODEL_SERVER"
"""A mirror of one's own that keeps the files under their places in the data folder."""

STATES = {"installed": "installed", "partly": "fetched in part", "damaged": "damaged: get it again", "absent": "-"}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], folder: Path) -> None:
    """Add the command and its own commands. `folder`: the data folder if nobody says otherwise."""
    text = "list, fetch, take over or remove models"
    models = commands.add_parser("models", help=text, description=text, allow_abbrev=False)
    actions = models.add_subparsers(required=True, metavar="ACTION")
    listing = _action(actions, "list", list_models, "which models there are, their licences, sizes and state", folder)
    listing.add_argument("--json", action="store_true", help="the same for a program")
    getting = _action(actions, "get", get, "fetch a model, or take over the copy that another program has", folder)
    getting.add_argument("name", metavar="NAME", nargs="+", help="as `models list` calls it")
    getting.add_argument(
        "--accept-non-commercial", action="store_true", help="also models whose licence forbids commercial work"
    )
    getting.add_argument(
        "--from",
        dest="pack",
        metavar="PACK",
        type=lambda text: Path(text).expanduser().absolute(),
        help="without the network, from a folder or zip that `pack` made",
    )
    adding = _action(actions, "add", add, "copy a file that you have to its place, after the same check", folder)
    adding.add_argument("file", metavar="FILE", nargs="+", type=Path, help="under whatever name")
    removing = _action(actions, "remove", remove, "delete a model", folder)
    removing.add_argument("name", metavar="NAME", nargs="+", help="as `models list` calls it")


def list_models(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Print all of them."""
    store = store_in(options.folder, outside)
    states = [store.state(model) for model in store.catalogue]
    print(json.dumps([_fields(state, store) for state in states], indent=1) if options.json else _table(states, store))
    return 0


def get(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Fetch each of those named, behind one bar."""
    unzipped = options.folder / UNZIPPED
    store = store_in(options.folder, outside, unzipped if is_zip(options.pack) else options.pack)
    models = [store.model(name) for name in options.name]
    for model in models:
        require_accepted(model, options.accept_non_commercial)
        print(f"{model.title}. Licence: {model.licence}. From {model.source}", flush=True)
    steps = model_steps(store, models, options.accept_non_commercial)
    if is_zip(options.pack):
        steps.insert(0, _unzip_step(options.pack, models, unzipped))
    run_steps([*steps, *half_steps(store, models, outside)], display_for(options))
    remove_folder(unzipped)
    print(f"In Blender, let the extension's Data Folder be {store.root}")
    tell_result(options, models=[model.name for model in models], folder=str(store.root))
    return 0


def _unzip_step(pack: Path, models: Sequence[Model], folder: Path) -> Step:
    sizes = {file.place: file.remote.size for model in models for file in model.files}

    def work(report: Report) -> str:
        remove_folder(folder)
        unpack(pack, sizes, folder, report)
        return f"{len(sizes)} files"

    return Step(f"Unpack {pack.name}", sum(sizes.values()) / 2, lambda: False, work)


def model_steps(store: ModelStore, models: Sequence[Model], accept_non_commercial: bool) -> list[Step]:
    """A step for each of them."""
    return [_step(store, model, accept_non_commercial) for model in models]


def _step(store: ModelStore, model: Model, accept_non_commercial: bool) -> Step:
    def work(report: Report) -> str:
        return "; ".join(store.get(model, report, accept_non_commercial=accept_non_commercial))

    return Step(f"Get {model.name}", float(model.size), lambda: False, work, model.size)


def half_steps(store: ModelStore, models: Sequence[Model], outside: Mapping[str, str]) -> list[Step]:
    """The worker's half precision copies, where an environment is there to make them. Whether its device gains from
    them the worker knows.
    """
    inside = store.root / ENVIRONMENT
    if not (inside / RECEIPT).is_file():
        return []
    halved = [model for model in models if model.made_later]
    return [_half_step(store, model, python_in(inside), outside) for model in halved]


def _half_step(store: ModelStore, model: Model, python: Path, outside: Mapping[str, str]) -> Step:
    """What goes wrong here stops nobody: the worker tries again at the model's first use."""

    def work(report: Report) -> str:
        report(0.0, "reading the model")
        told = halve_by_worker(python, store.folder_of(model), outside)
        half = store.half_or_none(model)
        if half is None:
            return "none" if told.exit_code == 0 else f"not made: {(told.tail or ('',))[-1]}"
        return f"{half.size / 1e6:.0f} MB, SHA-256 {half.sha256}, of the one with SHA-256 {half.source_sha256}"

    weight = model.size / HALVED_EACH
    return Step(f"Half precision copy of {model.name}", weight, lambda: not store.half_is_wanted(model), work)


def add(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Take over each of those files."""
    store = store_in(options.folder, outside)
    for path in options.file:
        model, target = store.add(path.expanduser())
        print(f"{path} is of {model.name} (licence: {model.licence}); it is now {target}")
        print(f"  {model.name}: {STATES[store.state(model).state]}")
        run_steps(half_steps(store, [model], outside), display_for(options))
        tell_result(options, model=model.name, file=str(target), state=store.state(model).state)
    return 0


def remove(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Delete each of those named."""
    store = store_in(options.folder, outside)
    freed = 0
    for model in [store.model(name) for name in options.name]:
        here = store.remove(model)
        freed += here
        print(f"{model.name}: removed, {here / 1e6:.1f} MB are free again")
    tell_result(options, removed=list(options.name), freed=freed)
    return 0


def store_in(folder: Path, outside: Mapping[str, str], pack: Path | None = None) -> ModelStore:
    """The data folder's models. pack: take them from that folder, and never from the network."""
    server = outside.get(SERVER_VARIABLE, "")
    catalogue = at_server(CATALOGUE, server) if server else CATALOGUE
    copies = KnownCopies.of_user(outside, Path.home())
    return ModelStore(folder, catalogue, replace(copies, pack=pack) if pack else copies, offline=pack is not None)


def _table(states: list[ModelState], store: ModelStore) -> str:
    lines = [f"{'NAME':22} {'SIZE':>9}  {'STATE':21} {'LICENCE':38} WHAT IT IS"]
    for state in states:
        model = state.model
        size = f"{model.size / 1e6:.1f} MB"
        lines.append(f"{model.name:22} {size:>9}  {STATES[state.state]:21} {model.licence:38} {model.title}")
        if half := store.half_or_none(model):
            lines.append(f"{'':22} {half.size / 1e6:>6.1f} MB  in half precision, SHA-256 {half.sha256}")
            lines.append(f"{'':34} made of the one with SHA-256 {half.source_sha256}")
    return "\n".join([*lines, "", f"Data folder: {store.root}"])


def _fields(state: ModelState, store: ModelStore) -> dict[str, object]:
    model = state.model
    half = store.half_or_none(model)
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "licence": model.licence,
        "commercial": model.commercial,
        "source": model.source,
        "size": model.size,
        "state": state.state,
        "bytes_there": state.bytes_there,
        "half_precision": vars(half) if half else None,
        "files": [{"place": file.place, **vars(file.remote)} for file in model.files],
    }


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, work: object, text: str, folder: Path
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    action.set_defaults(command=work)
    add_progress(action)
    action.add_argument(
        "--folder",
        metavar="FOLDER",
        type=lambda text: Path(text).expanduser().absolute(),
        default=folder,
        help="the extension's data folder (default: %(default)s)",
    )
    return action
