# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between a library of pictures and Blender; each is a HostFailure.

HostFailure
├── CatalogueMissing     the catalogue is not there, or can't be read
├── CatalogueEmpty       it holds no record
├── CatalogueChanged     it was written anew since it was opened
├── ItemUnknown          a script names an item that the library does not have
├── NothingChosen        none is ticked in the list, and none clicked
├── ItemNotMade          the batch made no mesh of the item's picture
├── ItemFileMissing      one of the item's files is not there, or can't be read
├── ItemFileChanged      one of them is not as the record says
├── ItemFileUnreadable   the mesh's file holds no mesh of ours
└── NothingCame          of all that was chosen
"""

from __future__ import annotations

from pathlib import Path

from ...host.failures import HostFailure


class CatalogueMissing(HostFailure):
    """Not there, or not to be read."""

    CODE = "CATALOGUE_MISSING"

    def __init__(self, path: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        super().__init__(f"The catalogue {path.name} can't be read ({why}). Choose another one.", str(path))


class CatalogueEmpty(HostFailure):
    """No line of it is a record."""

    CODE = "CATALOGUE_EMPTY"

    def __init__(self, path: Path) -> None:
        sentence = f"{path.name} holds no record of a picture. Choose the catalogue.jsonl that a batch has written."
        super().__init__(sentence, str(path))


class CatalogueChanged(HostFailure):
    """A batch has gone on since, and its lines stand elsewhere."""

    CODE = "CATALOGUE_CHANGED"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} was written anew since it was opened. Open the library again.", str(path))


class ItemUnknown(HostFailure):
    """No row has that id."""

    CODE = "ITEM_UNKNOWN"

    def __init__(self, item: str) -> None:
        super().__init__(f"The library has no item {item}. Look for its id in the list.")


class NothingChosen(HostFailure):
    """Nor does a script name any."""

    CODE = "NOTHING_CHOSEN"

    def __init__(self) -> None:
        super().__init__("No picture of the library is chosen. Choose pictures in the list first.")


class ItemNotMade(HostFailure):
    """Its record says what failed; the batch's own sentence says what to do."""

    CODE = "ITEM_NOT_MADE"

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"There is no mesh: {sentence}", code)


class ItemFileMissing(HostFailure):
    """The record names a file that can't be read."""

    CODE = "ITEM_FILE_MISSING"

    def __init__(self, path: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        super().__init__(f"{path.name} can't be read ({why}). Run the batch again, which makes it anew.", str(path))


class ItemFileChanged(HostFailure):
    """Size or content are not those of the record."""

    CODE = "ITEM_FILE_CHANGED"

    def __init__(self, path: Path, details: str) -> None:
        sentence = (
            f"{path.name} is not the file that was written. Run the batch again with --verify, which makes it anew."
        )
        super().__init__(sentence, f"{path}: {details}")


class ItemFileUnreadable(HostFailure):
    """What is in it is no mesh as the batch writes them."""

    CODE = "ITEM_FILE_UNREADABLE"

    def __init__(self, path: Path, details: str) -> None:
        super().__init__(f"{path.name} holds no mesh of ours. Import it by Blender's File menu.", f"{path}: {details}")


class NothingCame(HostFailure):
    """Each one has failed; here is what the first one failed of."""

    CODE = "NOTHING_CAME"

    def __init__(self, count: int, first: str, reason: str) -> None:
        super().__init__(f"None of {count} could be taken. {first}: {reason}")
