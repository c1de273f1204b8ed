# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom. Every import of every shipped file is held against the table RULES, dynamic ones included."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.import_scan import ROOT, imports_of

STDLIB = sys.stdlib_module_names
WORKERS_PACKAGES = frozenset(
    {"torch", "numpy", "PIL", "safetensors", "yaml", "rembg", "onnxruntime", "trimesh", "mcubes"}
)
"""What the installer pins for the worker; a package more is a decision, taken here."""


@dataclass(frozen=True)
class Rule:
    """What the modules of `room` may import beside themselves and the standard library: `may`, given by prefix."""

    room: str
    may: frozenset[str] = frozenset()

    def allows(self, name: str) -> bool:
        return name.partition(".")[0] in STDLIB or any(_is_within(name, allowed) for allowed in {self.room, *self.may})


RULES = (
    Rule("triposr_addon.settings"),
    Rule("triposr_addon.background_models"),
    Rule("triposr_addon.photo_files", frozenset({"triposr_addon.made_folders"})),
    Rule("triposr_addon.folder_log"),
    Rule("triposr_addon.shards"),
    Rule("triposr_addon.catalogue_file", frozenset({"triposr_addon.folder_log"})),
    Rule("triposr_addon.made_folders", frozenset({"triposr_addon.catalogue_file"})),
    Rule("triposr_addon.array_file", frozenset({"numpy"})),
    Rule("triposr_addon.messages", frozenset({"triposr_addon.settings"})),
    Rule("triposr_addon.protocol", frozenset({"triposr_addon.messages", "triposr_addon.settings"})),
    Rule("triposr_addon.wire", frozenset({"triposr_addon.protocol"})),
    Rule("triposr_addon.host", frozenset({"triposr_addon.protocol", "triposr_addon.wire", "triposr_addon.folder_log"})),
    Rule(
        "triposr_addon.blender",
        frozenset(
            {
                "bpy",
                "bl_operators",  # Blender's own scripts: its presets
                "bl_ui",
                "bmesh",
                "gpu",
                "gpu_extras",
                "mathutils",
                "numpy",
                "triposr_addon.host",
                "triposr_addon.protocol",
                "triposr_addon.background_models",
                "triposr_addon.photo_files",
                "triposr_addon.folder_log",
                "triposr_addon.catalogue_file",
                "triposr_addon.shards",
                "triposr_addon.array_file",
            }
        ),
    ),
    Rule("triposr_addon.worker.model", frozenset({"torch"})),
    Rule(
        "triposr_addon.worker",
        WORKERS_PACKAGES
        | {
            "triposr_addon.protocol",
            "triposr_addon.wire",
            "triposr_addon.background_models",
            "triposr_addon.folder_log",
            "triposr_addon.array_file",
        },
    ),
    Rule("triposr_addon.shell_options", frozenset({"triposr_addon.protocol"})),
    # Libraries of pictures: the worker's code on one machine or many. Ray and pyarrow are optional.
    Rule(
        "triposr_addon.batch",
        frozenset({"numpy", "torch", "PIL", "pyarrow", "ray"})
        | {
            f"triposr_addon.{name}"
            for name in (
                "protocol",
                "background_models",
                "photo_files",
                "shell_options",
                "folder_log",
                "catalogue_file",
                "made_folders",
                "shards",
                "worker",
            )
        },
    ),
    # The command line: the worker's code without Blender and without the wire.
    Rule(
        "triposr_addon.__main__",
        frozenset(f"triposr_addon.{name}" for name in ("protocol", "photo_files", "shell_options", "worker", "batch")),
    ),
    Rule("vendor_installer"),
)
"""The most exact room counts: worker.model is no worker."""

DOOR = frozenset({"vendor_installer", "triposr_addon.blender.registration"})
"""What the root __init__.py may import, inside its functions only."""


# --- the rules -------------------------------------------------------------------------------------------------------


def test_every_shipped_file_keeps_to_its_room() -> None:
    broken = [fault for path in shipped_files() for fault in faults(path.relative_to(ROOT), path.read_text("utf-8"))]
    assert not broken, "\n".join(broken)


def test_every_room_is_looked_at() -> None:
    modules = [module_name(path.relative_to(ROOT)) for path in shipped_files()]
    for rule in RULES:
        assert any(_is_within(module, rule.room) for module in modules), f"no file in {rule.room}"


def test_the_worker_can_be_imported_without_anything() -> None:
    """The worker imports through triposr_addon/__init__.py, so this file holds a docstring and nothing else."""
    body = ast.parse((ROOT / "triposr_addon" / "__init__.py").read_text("utf-8")).body
    assert [type(statement) for statement in body] == [ast.Expr]


def test_blenders_door_imports_only_inside_its_functions() -> None:
    imports = [*imports_of("", True, (ROOT / "__init__.py").read_text("utf-8"))]
    assert {entry.name for entry in imports} <= DOOR
    assert all(entry.inside_function for entry in imports)


# --- the rules' own test ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("triposr_addon/protocol.py", "import numpy"),
        ("triposr_addon/protocol.py", "from .host import jobs"),
        ("triposr_addon/protocol.py", "from . import host"),
        ("triposr_addon/messages/fields.py", "from ..protocol import STEPS"),
        ("triposr_addon/host/jobs.py", "from ..messages.fields import Extract"),
        ("triposr_addon/host/jobs.py", "import bpy"),
        ("triposr_addon/host/jobs.py", "def f():\n    import bpy.types"),
        ("triposr_addon/host/jobs.py", "import os, numpy as np"),
        ("triposr_addon/host/jobs.py", "try:\n    from torch import nn\nexcept ImportError:\n    nn = None"),
        ("triposr_addon/host/jobs.py", "from ..blender import panel"),
        ("triposr_addon/host/jobs.py", "from .. import worker"),
        ("triposr_addon/host/jobs.py", "from ..worker.device import choose_device"),
        ("triposr_addon/host/jobs.py", "from ... import vendor_installer"),
        ("triposr_addon/host/jobs.py", "from ..protocol import *\nfrom ..worker import *"),
        ("triposr_addon/host/jobs.py", "import importlib\nimportlib.import_module('bpy')"),
        ("triposr_addon/host/jobs.py", "from importlib import import_module as load\nload('bpy')"),
        ("triposr_addon/host/jobs.py", "import importlib as i\ni.import_module('..worker', package=__package__)"),
        ("triposr_addon/host/jobs.py", "import importlib\nimportlib.import_module('.blender', 'triposr_addon')"),
        ("triposr_addon/host/jobs.py", "__import__('torch')"),
        ("triposr_addon/host/jobs.py", "import builtins\nbuiltins.__import__('torch')"),
        ("triposr_addon/host/jobs.py", "import importlib\nimportlib.import_module(input())"),
        ("triposr_addon/host/jobs.py", "import runpy\nrunpy.run_module('triposr_addon.worker')"),
        ("triposr_addon/host/deep/er.py", "from ...worker import device"),
        ("triposr_addon/host/__init__.py", "from ..worker import device"),
        ("triposr_addon/blender/panel.py", "import torch"),
        ("triposr_addon/blender/panel.py", "from ..worker.checkpoint import load"),
        ("triposr_addon/blender/panel.py", "from ... import vendor_installer"),
        ("triposr_addon/blender/panel.py", "import vendor_installer.plan"),
        ("triposr_addon/worker/photo.py", "import bpy"),
        ("triposr_addon/worker/photo.py", "import mathutils"),
        ("triposr_addon/worker/photo.py", "from triposr_addon.host import storage"),
        ("triposr_addon/worker/photo.py", "from triposr_addon import blender"),
        ("triposr_addon/worker/photo.py", "import requests"),
        ("triposr_addon/worker/photo.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bpy"),
        ("triposr_addon/worker/model/decoder.py", "import numpy"),
        ("triposr_addon/worker/model/image_encoder.py", "from transformers import ViTModel"),
        ("triposr_addon/worker/model/decoder.py", "from triposr_addon import protocol"),
        ("triposr_addon/worker/model/decoder.py", "from triposr_addon.worker.failures import ModelFailure"),
        ("triposr_addon/__main__.py", "from triposr_addon.blender import panel"),
        ("triposr_addon/stranger.py", "import os"),
        ("vendor_installer/plan.py", "import triposr_addon"),
        ("vendor_installer/plan.py", "from triposr_addon.protocol import STEPS"),
        ("vendor_installer/plan.py", "import pip"),
        ("vendor_installer/plan.py", "import torch"),
        ("vendor_installer/plan.py", "from . import nothing_here\nfrom .. import training"),
    ],
)
def test_a_planted_fault_is_found(path: str, text: str) -> None:
    assert faults(Path(path), text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("triposr_addon/protocol.py", "import json\nfrom collections.abc import Mapping"),
        (
            "triposr_addon/host/jobs.py",
            "from .. import protocol\nfrom ..protocol import Extract\nfrom . import storage",
        ),
        ("triposr_addon/host/jobs.py", "import importlib\nimportlib.import_module('json')"),
        ("triposr_addon/host/__init__.py", "from . import jobs\nfrom .storage import Storage"),
        (
            "triposr_addon/blender/panel.py",
            "import bpy, gpu\nfrom mathutils import Color\nfrom ..host import jobs",
        ),
        ("triposr_addon/worker/photo.py", "import numpy\nfrom PIL import Image\nfrom triposr_addon import protocol"),
        ("triposr_addon/worker/photo.py", "from triposr_addon.worker.model.reconstructor import Reconstructor"),
        (
            "triposr_addon/worker/model/decoder.py",
            "from torch import nn\nfrom triposr_addon.worker.model import config",
        ),
        ("vendor_installer/plan.py", "import tomllib\nfrom vendor_installer.progress import Report"),
    ],
)
def test_what_the_table_allows_is_no_fault(path: str, text: str) -> None:
    assert faults(Path(path), text) == []


# --- how it is found -------------------------------------------------------------------------------------------------


def shipped_files() -> list[Path]:
    """All Python files of the extension but the root __init__.py, which has a test of its own."""
    return [path for folder in ("triposr_addon", "vendor_installer") for path in sorted((ROOT / folder).rglob("*.py"))]


def faults(path: Path, text: str) -> list[str]:
    """Each import in `text` that a file at `path`, relative to the checkout, may not make."""
    module = module_name(path)
    if module == "triposr_addon":
        return []
    rule = rule_or_none(module)
    if rule is None:
        return [f"{path}: in no room that the table knows"]
    imports = imports_of(module, path.name == "__init__.py", text)
    return [
        f"{path}:{entry.line}: {rule.room} may not import {entry.name or 'what is known only at run time'}"
        for entry in imports
        if entry.name is None or not rule.allows(entry.name)
    ]


def rule_or_none(module: str) -> Rule | None:
    """The rule of the most exact room that holds `module`."""
    rules = [rule for rule in RULES if _is_within(module, rule.room)]
    return max(rules, key=lambda rule: len(rule.room), default=None)


def module_name(path: Path) -> str:
    """`triposr_addon/host/jobs.py` -> `triposr_addon.host.jobs`; a package goes by its folder."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")
