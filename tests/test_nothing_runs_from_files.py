# SPDX-License-Identifier: GPL-3.0-or-later
"""No shipped line can run what a file says, open a door, or leave a temporary file to others. The code is walked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.import_scan import ROOT

PLACES = ("__init__.py", "triposr_addon", "vendor_installer")

FORBIDDEN_CALLS = {
    "eval": "runs text", "exec": "runs text", "compile": "makes code of text", "__import__": "imports by name",
    "importlib.import_module": "imports by name", "runpy.run_path": "runs a file", "runpy.run_module": "runs a file",
    "pickle.load": "runs what is in it", "pickle.loads": "runs what is in it", "marshal.loads": "reads code",
    "shelve.open": "pickles", "dill.load": "pickles", "joblib.load": "pickles",
    "os.system": "is a shell", "os.popen": "is a shell", "os.startfile": "runs by ending", "os.execv": "runs",
    "subprocess.getoutput": "is a shell", "subprocess.getstatusoutput": "is a shell",
    "tempfile.mktemp": "leaves a name to others", "os.tempnam": "leaves a name to others",
    "yaml.load": "makes objects", "yaml.unsafe_load": "makes objects", "yaml.full_load": "makes objects",
    "yaml.load_all": "makes objects",
    "np.load": "believes the file; see array_file", "numpy.load": "believes the file; see array_file",
    "shutil.unpack_archive": "writes by the archive's names", "socket.socket": "opens a door",
    "socket.create_server": "opens a door", "webbrowser.open": "sends the artist elsewhere",
    "bpy.utils.execfile": "runs a file", "xml.etree.ElementTree.parse": "expands entities",
}  # fmt: skip
FORBIDDEN_METHODS = {"extractall": "writes by the archive's names"}
BY_NAME = frozenset({"importlib.import_module", "runpy.run_module"})
"""Fine with a name that stands in the code."""
FORBIDDEN_MODULES = frozenset(
    {"pickle", "cPickle", "marshal", "shelve", "socketserver", "http.server", "xmlrpc", "multiprocessing", "telnetlib"}
)
"""Where a module is imported for something else, that is a decision, taken in DECIDED."""

DECIDED = {
    # Pipes to children that the batch command has started itself; nobody else can write into them.
    "triposr_addon/batch/lanes.py": {"imports multiprocessing"},
    "triposr_addon/batch/card_works.py": {"imports multiprocessing"},
    # What one actor of a run hands to another through Ray, which pickles whatever it carries: no file, and no stranger.
    "triposr_addon/batch/ray_actors.py": {"imports pickle", "pickle.loads runs what is in it"},
}


def test_nothing_that_is_shipped_can_run_what_a_file_says() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), fault) for path in shipped() for fault in faults(path.read_text("utf-8"))
    }
    fine = {(path, fault) for path, fault in found if fault.partition(": ")[2] in DECIDED.get(path, ())}
    assert not found - fine, "\n".join(f"{path}:{fault}" for path, fault in sorted(found - fine))
    assert {path for path, _ in fine} == set(DECIDED), "a decision that nothing needs any more"


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "import pickle",
        "from pickle import loads",
        "import os\nos.system('ls')",
        "from os import system as run\nrun('ls')",
        "import subprocess as s\ns.run('ls', shell=True)",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "import numpy\nnumpy.load('x')",
        "import yaml\nyaml.load(text)",
        "import torch\ntorch.load('x')",
        "import torch\ntorch.load('x', weights_only=False)",
        "import tempfile\ntempfile.mktemp()",
        "archive.extractall()",
        "from importlib import import_module\nimport_module(name)",
        "import http.server",
    ],
)
def test_a_planted_fault_is_found(text: str) -> None:
    assert list(faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "network.eval()",
        "import torch\ntorch.load('x', weights_only=True)",
        "import re\nre.compile('x')",
        "import yaml\nyaml.safe_load(text)",
        "import subprocess\nsubprocess.run(['ls'])",
        "import ast\nast.literal_eval('1')",
    ],
)
def test_what_is_safe_is_no_fault(text: str) -> None:
    assert not list(faults(text))


def shipped() -> list[Path]:
    """All Python files that artists get, presets included."""
    places = [ROOT / place for place in PLACES]
    return [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]


def faults(text: str) -> Iterator[str]:
    """Line and reason of each."""
    tree = ast.parse(text)
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"{node.lineno}: imports {module}" for module in modules if module in FORBIDDEN_MODULES)
        elif isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {why}" for why in _why_not(node, names))


def _why_not(call: ast.Call, names: dict[str, str]) -> Iterator[str]:
    called = _dotted(call.func)
    head, _, rest = called.partition(".")
    called = names.get(head, head) + (f".{rest}" if rest else "")
    given = {word.arg: word.value for word in call.keywords}
    written_out = bool(call.args) and isinstance(call.args[0], ast.Constant)
    if called in FORBIDDEN_CALLS and not (called in BY_NAME and written_out):
        yield f"{called} {FORBIDDEN_CALLS[called]}"
    if isinstance(call.func, ast.Attribute) and call.func.attr in FORBIDDEN_METHODS:
        yield f"{call.func.attr} {FORBIDDEN_METHODS[call.func.attr]}"
    for word, allowed in (("shell", False), ("allow_pickle", False)):
        if word in given and not (isinstance(given[word], ast.Constant) and given[word].value is allowed):  # type: ignore[attr-defined]
            yield f"{word} is not {allowed}"
    if called == "torch.load" and not _is_true(given.get("weights_only")):
        yield "torch.load without weights_only"


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _imported_names(tree: ast.AST) -> dict[str, str]:
    """What a name in the file stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
