# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that a row has of its own, from the texts of its cells; an empty cell means the command's."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.failures import SettingsInvalid
from triposr_addon.worker.setting_limits import check_photo_settings, check_surface_settings

Value = str | bool | int | float

YES = frozenset(("true", "yes", "on", "1", "1.0", "wahr", "ja"))
NO = frozenset(("false", "no", "off", "0", "0.0", "falsch", "nein"))
"""In the words of English and German spreadsheets."""
LONGEST_NUMBER = 40
KEPT = 4096
"""So many combinations of cells are remembered, and shared by the rows that have them."""

_WHOLE = re.compile(r"[+-]?[0-9]+(?:[.,]0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """A row's settings, and those of its own as text: the same text for the same values."""

    photo: PhotoSettings
    surface: SurfaceSettings
    own: str = ""


class RowSettings:
    """Reads cells that belong to `names`, fields of PhotoSettings and SurfaceSettings; the rest is the command's.

    folder: where paths begin that are not absolute.
    """

    def __init__(self, names: Sequence[str], photo: PhotoSettings, surface: SurfaceSettings, folder: Path) -> None:
        self._names, self._folder = names, folder
        self._usual = Settings(photo, surface)
        self._of_cells = lru_cache(maxsize=KEPT)(self._read)

    def of(self, cells: tuple[str, ...]) -> Settings:
        """The settings that the cells say, in the order of `names`, without spaces around. Raises SettingsInvalid."""
        return self._of_cells(cells) if any(cells) else self._usual

    def _read(self, cells: tuple[str, ...]) -> Settings:
        said = {name: self._value(name, cell) for name, cell in zip(self._names, cells, strict=True) if cell}
        photo = dataclasses.replace(self._usual.photo, **_those_in(said, PhotoSettings))
        surface = dataclasses.replace(self._usual.surface, **_those_in(said, SurfaceSettings))
        check_photo_settings(photo)
        check_surface_settings(surface)
        return Settings(photo, surface, " ".join(f"{name}={said[name]!r}" for name in sorted(said)))

    def _value(self, name: str, cell: str) -> Value:
        value = READERS[KINDS[name]](name.replace("_", " "), cell)
        return str(self._folder / str(value)) if name == "mask_path" else value


def _those_in(said: Mapping[str, Value], kind: type[PhotoSettings] | type[SurfaceSettings]) -> dict[str, Any]:
    return {field.name: said[field.name] for field in dataclasses.fields(kind) if field.name in said}


def _text(name: str, cell: str) -> str:
    if "\0" in cell or len(cell) > 4096:
        raise SettingsInvalid(f"The {name} {cell[:20]!r} can't be. Write it anew.")
    return cell


def _yes_or_no(name: str, cell: str) -> bool:
    word = cell.lower()
    if word not in YES | NO:
        raise SettingsInvalid(f"The {name} {cell[:40]!r} must be yes or no.")
    return word in YES


def _whole(name: str, cell: str) -> int:
    if len(cell) > LONGEST_NUMBER or _WHOLE.fullmatch(cell) is None or _THOUSANDS.fullmatch(cell):
        raise SettingsInvalid(f"The {name} {cell[:40]!r} must be a whole number.")
    return int(re.split("[.,]", cell)[0])


def _number(name: str, cell: str) -> float:
    if len(cell) > LONGEST_NUMBER or _NUMBER.fullmatch(cell) is None:
        raise SettingsInvalid(f"The {name} {cell[:40]!r} must be a number.")
    if _THOUSANDS.fullmatch(cell):
        raise SettingsInvalid(f"The {name} {cell!r} could mean thousands or a decimal comma. Write it with a point.")
    value = float(cell.replace(",", "."))
    if not math.isfinite(value):
        raise SettingsInvalid(f"The {name} {cell!r} is too large.")
    return value


KINDS: Mapping[str, str] = {
    field.name: str(field.type) for kind in (PhotoSettings, SurfaceSettings) for field in dataclasses.fields(kind)
}
"""Of each setting, as the protocol writes it: str, bool, int or float."""
READERS: Mapping[str, Callable[[str, str], Value]] = {
    "str": _text,
    "bool": _yes_or_no,
    "int": _whole,
    "float": _number,
}
