# SPDX-License-Identifier: GPL-3.0-or-later
"""Every import that a file makes, read from its text; also those that it makes by a function while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Import:
    """`name` is imported at `line` of a file; None where it is not known before the program runs."""

    name: str | None
    line: int
    inside_function: bool = False


def imports_of(module: str, is_package: bool, text: str) -> Iterator[Import]:
    """Every import in a module's text, relative ones made absolute, dynamic ones with a literal name read."""
    package = module if is_package else module.rpartition(".")[0]
    tree = ast.parse(text)
    inside = {id(node) for function in ast.walk(tree) if _is_function(function) for node in ast.walk(function)}
    importers = _names_that_import(tree)
    for node in ast.walk(tree):
        for name in _imported(node, package, importers):
            yield Import(name, getattr(node, "lineno", 0), id(node) in inside)


def _imported(node: ast.AST, package: str, importers: frozenset[str]) -> list[str | None]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        origin = absolute("." * node.level + (node.module or ""), package)
        return [_module_or_its_home(origin, alias.name) for alias in node.names]
    if isinstance(node, ast.Call) and _called(node) in importers:
        return [_dynamic_name_or_none(node, package)]
    return []


def absolute(name: str, package: str) -> str:
    """`..protocol` in the package triposr_addon.host -> triposr_addon.protocol. The checkout's own name is nothing."""
    bare = name.lstrip(".")
    up = len(name) - len(bare)
    if up == 0:
        return bare
    parts = package.split(".") if package else []
    return ".".join([*parts[: max(len(parts) - up + 1, 0)], *([bare] if bare else [])])


def _module_or_its_home(origin: str, name: str) -> str:
    """`from triposr_addon import host` is the room host; `from json import loads` is json."""
    is_ours = origin.partition(".")[0] in ("", "triposr_addon", "vendor_installer")
    folder = ROOT.joinpath(*origin.split(".")) if origin else ROOT
    is_module = (folder / name).is_dir() or (folder / f"{name}.py").is_file()
    if is_ours and (is_module or not origin):
        return f"{origin}.{name}".lstrip(".")
    return origin


def _names_that_import(tree: ast.AST) -> frozenset[str]:
    """`import_module` and its like, under the names that this file gives them."""
    aliases = [
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("importlib", "runpy")
        for alias in node.names
    ]
    return frozenset({*aliases, "__import__", "import_module", "run_module", "run_path", "spec_from_file_location"})


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _dynamic_name_or_none(call: ast.Call, package: str) -> str | None:
    anchors = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "package")]
    for anchor in anchors:
        if isinstance(anchor, ast.Constant) and isinstance(anchor.value, str):
            package = anchor.value
    name = call.args[0] if call.args else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        return absolute(name.value, package)
    return None


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
