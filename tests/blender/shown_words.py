# SPDX-License-Identifier: GPL-3.0-or-later
"""Every English text that the extension shows: what Blender holds of its classes, and what its code draws and tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOM = Path(__file__).parents[2] / "triposr_addon" / "blender"
NOT_IN_A_WINDOW = {"command.py", "command_line.py", "command_run.py", "command_scene.py", "command_words.py"}
LOOKED_UP = {"ui", "told"}
"""Functions of words.py: their first argument is looked up."""

NEVER_SHOWN = {"rna_type", "name", "bl_idname", "filepath", "directory"}
"""Blender's own; and a file browser's path, which has no label."""

SENTENCE_NAMES = {"NONE_KEPT", "refusal", "template", "where", "alone", "sentence"}
"""Of constants and variables that hold a text until it is looked up."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    """The files of the room that speak in a window."""
    for path in sorted(ROOM.rglob("*.py")):
        if path.name not in NOT_IN_A_WINDOW:
            yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def shown_arguments(call: ast.Call) -> list[ast.expr]:
    """What a call puts on the screen: `text=` and `heading=` of layouts, the second argument of a report."""
    shown = [word.value for word in call.keywords if word.arg in ("text", "heading")]
    if called(call) == "report" and len(call.args) > 1:
        shown.append(call.args[1])
    if called(call) in ("poll_message_set", "status_text_set", *LOOKED_UP) and call.args:
        shown.append(call.args[0])
    if called(call) == "draw_lines":
        shown.append(call.args[2])
    return shown


def literals(shown: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(shown, ast.Constant) and isinstance(shown.value, str):
        yield shown.value
    elif isinstance(shown, ast.IfExp):
        yield from literals(shown.body)
        yield from literals(shown.orelse)
    elif isinstance(shown, ast.BoolOp):
        for part in shown.values:
            yield from literals(part)


def has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def code_texts() -> set[str]:
    """Texts in the code: where they are shown, and what functions that are shown give back as whole sentences."""
    found: set[str] = set()
    for _name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for shown in shown_arguments(node):
                    found |= set(literals(shown))
            elif isinstance(node, ast.Return) and node.value is not None:
                found |= {text for text in literals(node.value) if " " in text}
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in SENTENCE_NAMES:
                found |= set(literals(node.value))
    return {text for text in found if has_letters(text)}


def composed_texts() -> list[str]:
    """Places where a text is put together of parts before anyone looks it up, on the screen or in a notice."""
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            shown: list[ast.AST] = [*shown_arguments(node)] if isinstance(node, ast.Call) else []
            if isinstance(node, ast.Assign) and "notice" in ast.unparse(node.targets[0]):
                shown = list(ast.walk(node.value))
            found += [f"{name}:{part.lineno}" for part in shown if isinstance(part, ast.JoinedStr) and is_wordy(part)]
    return found


def is_wordy(composed: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.Constant) and has_letters(str(part.value)) for part in composed.values)


def blender_texts(bpy: Any, classes: tuple[Any, ...]) -> set[str]:
    """Labels, descriptions and choices of the registered classes."""
    found: set[str] = set()
    for kind in classes:
        rna = kind.bl_rna
        if issubclass(kind, bpy.types.Operator):
            room, name = kind.bl_idname.split(".")
            rna = getattr(getattr(bpy.ops, room), name).get_rna_type()
        if issubclass(kind, bpy.types.Operator | bpy.types.Panel):
            # Into the label of a list of presets Blender writes the name of the one that was used.
            found |= {kind.bl_label} if not hasattr(kind, "preset_subdir") else set()
        if issubclass(kind, bpy.types.Operator):
            found |= {rna.description}
        if issubclass(kind, bpy.types.Operator | bpy.types.PropertyGroup | bpy.types.AddonPreferences):
            for prop in rna.properties:
                if prop.identifier not in NEVER_SHOWN and not prop.is_hidden:
                    found |= {prop.name, prop.description}
                    found |= {
                        text for item in getattr(prop, "enum_items", ()) for text in (item.name, item.description)
                    }
    return {text for text in found if has_letters(text)}
