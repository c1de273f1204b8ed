# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender shows about the extension is there: icons, descriptions, reasons for what is greyed out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

ROOM = Path(__file__).parents[2] / "triposr_addon" / "blender"
ICON_WORDS = {"icon", "bl_icon"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOM.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def string_constants(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def icons_of(tree: ast.Module) -> set[str]:
    """What is given as an icon: `icon="X"`, `icon="X" if … else "Y"`, `bl_icon = "X"`, tables called …ICON…; and what
    stands in the place of a function's parameter `icon`, or in a tuple that a loop's `icon` runs through.
    """
    found: set[str] = set()
    places = {
        node.name: [argument.arg for argument in node.args.args].index("icon")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "icon" in [argument.arg for argument in node.args.args]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
            for argument in node.args[places[node.func.id] : places[node.func.id] + 1]:
                found |= string_constants(argument)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Tuple):
            names = [getattr(part, "id", "") for part in node.target.elts]
            for row in node.iter.elts if "icon" in names else ():
                found |= string_constants(row.elts[names.index("icon")]) if isinstance(row, ast.Tuple) else set()
        if isinstance(node, ast.keyword) and node.arg in ICON_WORDS:
            found |= string_constants(node.value)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        named = [target.id for target in targets if isinstance(target, ast.Name)]
        if value is not None and any("ICON" in name.upper() for name in named):
            found |= string_constants(value)
    return {icon for icon in found if icon}


def test_every_icon_exists_in_this_blender(bpy: Any) -> None:
    known = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
    used = {(icon, path.name) for path, tree in sources() for icon in icons_of(tree)}
    assert len(used) > 20
    assert {(icon, name) for icon, name in used if icon not in known} == set()


@pytest.fixture
def classes(room: Callable[[str], Any]) -> tuple[Any, ...]:
    kinds: tuple[Any, ...] = room("blender.registration").CLASSES
    return kinds


def rna_of(bpy: Any, kind: Any) -> Any:
    """What Blender holds of a class: an operator's own properties are in a type of another name."""
    if issubclass(kind, bpy.types.Operator):
        room, name = kind.bl_idname.split(".")
        return getattr(getattr(bpy.ops, room), name).get_rna_type()
    return kind.bl_rna


HIDDEN = {"rna_type", "name", "bl_idname"}


def own_properties(bpy: Any, kind: Any) -> Iterator[Any]:
    """The class's own, but for those that only Blender sets, and that it never shows."""
    if not issubclass(kind, bpy.types.Operator | bpy.types.PropertyGroup | bpy.types.AddonPreferences):
        return
    for prop in rna_of(bpy, kind).properties:
        if prop.identifier not in HIDDEN and not prop.is_hidden:
            yield prop


BROWSERS_OWN = {"filepath", "directory"}
"""Of a file browser: Blender shows them as the browser's own path field, without a tooltip of ours."""


def test_every_property_has_a_description_without_a_full_stop(bpy: Any, classes: tuple[Any, ...]) -> None:
    properties = [(kind.__name__, prop) for kind in classes for prop in own_properties(bpy, kind)]
    assert len(properties) > 25
    shown = [(name, prop) for name, prop in properties if prop.identifier not in BROWSERS_OWN]
    assert [(name, prop.identifier) for name, prop in shown if len(prop.description) < 10] == []
    assert [(name, prop.identifier) for name, prop in shown if prop.description.endswith(".")] == []


UNITS = ("share", "steps", "metres", "minutes", "seconds", "density", "texels", "units", "pixels", "number")
"""What a number can be counted in; a length that Blender shows with its unit needs no word."""


def test_every_number_says_what_it_counts(bpy: Any, classes: tuple[Any, ...]) -> None:
    for kind in classes:
        for prop in own_properties(bpy, kind):
            if prop.type in ("INT", "FLOAT") and prop.unit == "NONE":
                described = prop.description.lower()
                assert any(unit in described for unit in UNITS), (kind.__name__, prop.identifier, described)


def test_every_choice_has_a_description(bpy: Any, classes: tuple[Any, ...]) -> None:
    for kind in classes:
        for prop in own_properties(bpy, kind):
            for item in prop.enum_items if prop.type == "ENUM" else ():
                assert min(len(item.name), len(item.description)) > 0, (kind.__name__, prop.identifier, item.identifier)


def test_every_operator_has_a_label_and_a_description_without_a_full_stop(bpy: Any, classes: tuple[Any, ...]) -> None:
    operators = [kind for kind in classes if issubclass(kind, bpy.types.Operator)]
    assert len(operators) > 15
    for kind in operators:
        described = rna_of(bpy, kind).description
        assert len(described) > 10, kind.__name__
        assert not described.endswith("."), kind.__name__
        assert kind.bl_label, kind.__name__


def poll_of(tree: ast.Module, name: str) -> tuple[ast.AST | None, ast.Module]:
    """The poll that a class defines itself, or inherits from a class of the same file."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    waiting = [name]
    while waiting:
        found = classes.get(waiting.pop(0))
        if found is None:
            continue
        for part in found.body:
            if isinstance(part, ast.FunctionDef) and part.name == "poll":
                return part, tree
        waiting += [base.id for base in found.bases if isinstance(base, ast.Name)]
    return None, tree


ONLY_KEYS = {"TRIPOSR_OT_leave_preview"}
"""They have no button that could be greyed out."""


def test_every_operator_that_can_be_greyed_out_says_why() -> None:
    """A poll that can say no, itself or by a function of its file, gives a message."""
    silent = []
    for path, tree in sources():
        helpers = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for kind in [node for node in tree.body if isinstance(node, ast.ClassDef) and "_OT_" in node.name]:
            poll, _ = poll_of(tree, kind.name)
            if poll is not None and kind.name not in ONLY_KEYS and not says_why(poll, helpers):
                silent.append((path.name, kind.name))
    assert silent == []


def says_why(function: ast.AST, helpers: dict[str, ast.FunctionDef], deep: int = 2) -> bool:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in called}
    if "poll_message_set" in names:
        return True
    return deep > 0 and any(says_why(helpers[name], helpers, deep - 1) for name in names if name in helpers)
