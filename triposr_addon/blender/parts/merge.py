# SPDX-License-Identifier: GPL-3.0-or-later
"""After all shards: the catalogue of what they made, what is missing, and, where it is wanted, one .blend of all."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...catalogue_file import CATALOGUE_NAME, FAILED, MADE, Record, as_line
from ...folder_log import LONGEST_TEXT
from ..command_line import Wish
from ..command_run import files_of
from ..command_words import CommandWords
from ..mesh_writers import WRITERS, write_file
from .failures import PartUnreadable
from .gathering import gather
from .records import record_file, recorded_or_none, write_whole

NOT_MADE = "NOT_MADE"


def merge(wish: Wish, pictures: Mapping[Path, str], words: CommandWords) -> int:
    """The exit code: 0 where every picture has a mesh. pictures: all of the source, with their ids.

    Raises FileNotWritten.
    """
    files = files_of(wish, pictures)
    records = {picture: _record(wish.output, picture, pictures[picture], files[picture]) for picture in pictures}
    written = [wish.output / CATALOGUE_NAME]
    if wish.into is not None:
        records |= _gathered(records, files)
        if any(record.status == MADE for record in records.values()):  # else what is there stays
            write_file(wish.into)
            written.append(wish.into)
    in_order = sorted(records.values(), key=lambda record: record.id)
    write_whole(written[0], b"".join(as_line(record) for record in in_order))
    return _told(in_order, written, words, wish.forgive)


def _record(folder: Path, picture: Path, name: str, file: Path) -> Record:
    """As it was recorded; made only where its file is there, whoever made it, and no later try has failed."""
    known = recorded_or_none(folder, file)
    if file.is_file() and not _failed_since(known, folder, file):
        found = known if known is not None and known.status == MADE else Record(name, str(picture), MADE)
        mesh = file.name if file.suffix in WRITERS else ""
        return dataclasses.replace(found, id=name, picture=str(picture), mesh=mesh)
    if known is not None and known.status == FAILED:
        return dataclasses.replace(known, id=name, picture=str(picture))
    return Record(name, str(picture), FAILED, NOT_MADE, "No shard has made it yet. Run its shard again.")


def _failed_since(known: Record | None, folder: Path, file: Path) -> bool:
    """Whether the file is of an earlier try: the latest one has recorded that it failed, and left the file."""
    if known is None or known.status != FAILED:
        return False
    return record_file(folder, file).stat().st_mtime_ns >= file.stat().st_mtime_ns


def _gathered(records: Mapping[Path, Record], files: Mapping[Path, Path]) -> dict[Path, Record]:
    """Put the meshes into the open file; the records of those whose files can't be read."""
    made = [picture for picture, record in records.items() if record.status == MADE]
    broken = gather([files[picture] for picture in made])
    return {
        picture: _unreadable(records[picture], broken[file]) for picture in made if (file := files[picture]) in broken
    }


def _unreadable(record: Record, failure: PartUnreadable) -> Record:
    return Record(record.id, record.picture, FAILED, failure.code, failure.sentence[:LONGEST_TEXT])


def _told(records: Sequence[Record], written: Sequence[Path], words: CommandWords, forgive: bool) -> int:
    missing = [record for record in records if record.status != MADE]
    for record in missing:
        words.missing(record.id, record.code, record.sentence)
    words.merged(len(records) - len(missing), len(records), tuple(written))
    return 0 if not missing or (forgive and len(missing) < len(records)) else 1
