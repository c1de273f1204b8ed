# SPDX-License-Identifier: GPL-3.0-or-later
"""A pack in one file brings what is asked for, and nothing that somebody else put into it."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from vendor_installer.command_line import main
from vendor_installer.failures import InstallerFailure
from vendor_installer.model_catalogue import CATALOGUE
from vendor_installer.pack_zip import unpack, write_zip


def silent(fraction: float, detail: str) -> None:
    """Takes progress and drops it."""


def zipped(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_what_goes_in_comes_out_but_for_locks_and_parts(tmp_path: Path) -> None:
    (tmp_path / "pack/wheels").mkdir(parents=True)
    for name in ("a.whl", "b.whl.part", "a.whl.lock"):
        (tmp_path / "pack/wheels" / name).write_bytes(name.encode())
    write_zip(tmp_path / "pack", tmp_path / "pack.zip", silent)
    assert zipfile.ZipFile(tmp_path / "pack.zip").namelist() == ["wheels/a.whl"]
    unpack(tmp_path / "pack.zip", {"wheels/a.whl": 5}, tmp_path / "out", silent)
    assert (tmp_path / "out/wheels/a.whl").read_bytes() == b"a.whl"
    assert [path.name for path in tmp_path.glob("pack.zip*")] == ["pack.zip"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "PACK_UNREADABLE"),
        (b"no zip at all", "PACK_UNREADABLE"),
        ({"wheels/b.whl": b"12345"}, "NOT_IN_PACK"),
        ({"wheels/a.whl": b"longer than it may be"}, "PACK_UNREADABLE"),
    ],
)
def test_another_file_is_refused(content: bytes | Mapping[str, bytes] | None, code: str, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    if isinstance(content, bytes):
        pack.write_bytes(content)
    elif content is not None:
        zipped(pack, content)
    with pytest.raises(InstallerFailure) as caught:
        unpack(pack, {"wheels/a.whl": 5}, tmp_path / "out", silent)
    assert caught.value.code == code
    assert not list((tmp_path / "out").rglob("*.whl"))


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "pack.zip", {"wheels/a.whl": b"12345"})
    pack.write_bytes(pack.read_bytes().replace(b"12345", b"12x45"))
    with pytest.raises(InstallerFailure, match="can't be used"):
        unpack(pack, {"wheels/a.whl": 5}, tmp_path / "out", silent)
    assert not (tmp_path / "out/wheels/a.whl").exists()


def test_a_model_comes_out_of_a_zip_after_the_same_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = next(model for model in CATALOGUE if model.name == "u2netp")
    wrong = bytes(model.size)
    assert hashlib.sha256(wrong).hexdigest() != model.files[0].remote.sha256
    pack = zipped(tmp_path / "pack.zip", {model.files[0].place: wrong})
    code = main(["models", "get", "u2netp", "--from", str(pack), "--folder", str(tmp_path / "data")])
    assert (code, "PACK_UNREADABLE" in capsys.readouterr().err) == (27, True)
    assert not (tmp_path / "data" / model.files[0].place).exists()
