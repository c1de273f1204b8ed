# SPDX-License-Identifier: GPL-3.0-or-later
"""Receipts: the same inputs are current, anything else is not."""

import dataclasses
import json
from pathlib import Path

import pytest

from vendor_installer.receipt import Receipt, digest_of_files, is_current, write_receipt

RECEIPT = Receipt.for_inputs("a" * 64)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    write_receipt(path, RECEIPT)
    return path


def test_what_was_written_is_current_and_leaves_no_partial_file(written: Path) -> None:
    assert is_current(written, RECEIPT)
    assert [path.name for path in written.parent.iterdir()] == ["receipt.json"]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Receipt)])
def test_any_difference_makes_it_old(written: Path, field: str) -> None:
    content = json.loads(written.read_text(encoding="utf-8"))
    written.write_text(json.dumps({**content, field: "other"}), encoding="utf-8")
    assert not is_current(written, RECEIPT)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"inputs": "a"}'])
def test_a_damaged_receipt_is_none(written: Path, content: bytes) -> None:
    written.write_bytes(content)
    assert not is_current(written, RECEIPT)


def test_no_receipt_is_none(tmp_path: Path) -> None:
    assert not is_current(tmp_path / "absent" / "receipt.json", RECEIPT)


def test_the_digest_follows_names_contents_and_words(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("one")
    second.write_text("two")
    digests = {
        digest_of_files({"a": first}),
        digest_of_files({"b": first}),
        digest_of_files({"a": second}),
        digest_of_files({"a": first}, "word"),
        digest_of_files({"a": first, "b": second}),
        digest_of_files({"a": second, "b": first}),
    }
    assert len(digests) == 6
    assert digest_of_files({"b": second, "a": first}) == digest_of_files({"a": first, "b": second})
