# SPDX-License-Identifier: GPL-3.0-or-later
"""What a library is: a folder of pictures, a pattern, a list of paths, or a manifest with a row for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from triposr_addon.batch.entry import Denied, Entry
from triposr_addon.batch.failures import (
    FolderUnreadable,
    SourceEmpty,
    SourceKindUnknown,
    SourceMissing,
    SourceUnreadable,
)
from triposr_addon.batch.id_text import id_of_path
from triposr_addon.batch.item import Listing
from triposr_addon.batch.manifest import listing_of_csv
from triposr_addon.batch.naming import listing_of
from triposr_addon.batch.parquet_rows import listing_of_parquet
from triposr_addon.batch.path_list import listing_of_list
from triposr_addon.batch.pattern import Pattern, is_pattern, pattern_of
from triposr_addon.batch.picture_folder import Walk, is_named_like_a_picture
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

MOST_NAMED = 3
"""Of the folders that are passed over."""


def read_listing(
    source: str | Path, photo: PhotoSettings, surface: SurfaceSettings, target: Path | None = None
) -> Listing:
    """Every picture of the source, in its order, with `photo` and `surface` where it says nothing else.

    source: a folder (all pictures in it and in the folders within), a pattern such as `photos/**/front*.png`, a .txt
    with a path a line, a .csv, .tsv or .parquet manifest, or one picture. Files that are named in a list need not be
    there: who opens them will tell. target: where results go; pictures that lie there are no source.

    Raises SourceFailure where the source as a whole gives no library.
    """
    path = Path(source).absolute()
    try:
        return _listing(str(source), path, photo, surface, target)
    except OSError as error:
        raise SourceUnreadable(f"{path} can't be read. Check its permissions.", repr(error)) from error


def _listing(source: str, path: Path, photo: PhotoSettings, surface: SurfaceSettings, target: Path | None) -> Listing:
    if path.is_dir():
        return listing_of_walk(Walk(path, target), photo, surface)
    if path.is_file():
        return _of_file(path, photo, surface)
    if is_pattern(source):
        return _of_pattern(pattern_of(source), photo, surface, target)
    raise SourceMissing(f"There is no {path}. Check the path; a pattern such as 'photos/*.png' stands in quotes.")


def _of_file(path: Path, photo: PhotoSettings, surface: SurfaceSettings) -> Listing:
    if is_named_like_a_picture(path.name):
        return listing_of([Entry(str(path), path.name, path.name, photo, surface)])
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise SourceKindUnknown(
            f"{path.name} is neither a picture nor a list of pictures. Give a folder, a .txt, .csv or .parquet file, "
            "or a pattern in quotes."
        )
    return read(path, photo, surface)


def _of_pattern(pattern: Pattern, photo: PhotoSettings, surface: SurfaceSettings, target: Path | None) -> Listing:
    _check_is_folder(pattern.root)
    walk = Walk(pattern.root, target, pattern.may_enter)
    entries = [
        Entry(found.picture, found.within, found.within, photo, surface)
        for found in walk.files()
        if pattern.matches(found.within)
    ]
    passed_over = _passed_over(walk)
    if not entries and not walk.unreadable:
        empty = f"No picture matches the pattern below {pattern.root}. Check it; ** stands for any folders."
        raise SourceEmpty(" ".join([empty, *passed_over]))
    return listing_of(entries, _unreadable(walk), passed_over)


def _check_is_folder(root: Path) -> None:
    """Raises SourceMissing; OSError where it can't be looked at."""
    if not root.exists():
        raise SourceMissing(f"There is no {root}. Check the path that the pattern begins with.")
    if not root.is_dir():
        raise SourceMissing(f"{root} is a file, no folder. Check the path that the pattern begins with.")


def listing_of_walk(walk: Walk, photo: PhotoSettings, surface: SurfaceSettings) -> Listing:
    """The pictures that a walk finds. Raises SourceEmpty; OSError where its root can't be read."""
    entries = [Entry(found.picture, found.within, found.within, photo, surface) for found in walk.files()]
    passed_over = _passed_over(walk)
    if not entries and not walk.unreadable:
        empty = f"The folder {walk.root} and those within hold no pictures. Choose another folder."
        raise SourceEmpty(" ".join([empty, *passed_over]))
    return listing_of(entries, _unreadable(walk), passed_over)


def _unreadable(walk: Walk) -> list[Denied]:
    return [
        Denied(
            FolderUnreadable(f"The folder {within} can't be read. Check its permissions.", repr(error)),
            told=within,
            id=f"{id_of_path(within)}/",
        )
        for within, error in walk.unreadable.items()
    ]


def _passed_over(walk: Walk) -> list[str]:
    told = []
    if walk.links:
        links = "1 link to a folder was" if len(walk.links) == 1 else f"{len(walk.links)} links to folders were"
        told.append(
            f"{links} not followed: {_named(walk.links)}. To make what lies there too, give that folder as a source "
            "of its own."
        )
    if walk.made:
        made = "1 folder was" if len(walk.made) == 1 else f"{len(walk.made)} folders were"
        told.append(
            f"{made} left out: {_named(walk.made)}. What other libraries have made lies there; to make meshes of that "
            "too, give the folder as a source of its own."
        )
    if walk.unseen:
        unseen = "1 link or file was" if walk.unseen == 1 else f"{walk.unseen} links or files were"
        told.append(f"{unseen} passed over, which can't be looked at. Check the permissions where they lead.")
    return told


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(id_of_path(path) for path in paths[:MOST_NAMED])
    return shown if len(paths) <= MOST_NAMED else f"{shown} and {len(paths) - MOST_NAMED} more"


READERS = {".txt": listing_of_list, ".csv": listing_of_csv, ".tsv": listing_of_csv, ".parquet": listing_of_parquet}
"""By the file's ending, in small letters."""
