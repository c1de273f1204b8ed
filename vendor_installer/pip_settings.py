# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's own pip settings, read where pip reads them, but without pip: there may be none yet.

The places and their order are those of pip's documentation: the system's files, the user's, the one that
PIP_CONFIG_FILE names (which stands for the user's), and the PIP_* variables.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from vendor_installer.failures import PipFailed

KEPT_PIP_SETTINGS = frozenset(
    {
        "cache-dir", "cert", "client-cert", "default-timeout", "extra-index-url", "find-links", "index-url",
        "keyring-provider", "no-cache-dir", "no-index", "proxy", "resume-retries", "retries", "timeout", "trusted-host",
    }
)  # fmt: skip
"""Where packages come from and how to get there. What says where they go (user, target, prefix ...) is not kept."""

SECTIONS = ("global", "install")
"""pip's own order: the later one wins, and a variable over both."""

CONFIG_VARIABLE = "PIP_CONFIG_FILE"


def kept_pip_settings(outside: Mapping[str, str]) -> dict[str, str]:
    """KEPT_PIP_SETTINGS by their names, as files and variables give them. Raises PipFailed for a file that can't be
    read.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for path in _files(outside):
        for section, values in _read(path).items():
            found.setdefault(section, {}).update(values)
    settings = {**found["global"], **found["install"], **_of_variables(outside)}
    return {name: value for name, value in settings.items() if name in KEPT_PIP_SETTINGS}


def _of_variables(outside: Mapping[str, str]) -> dict[str, str]:
    """PIP_INDEX_URL=x -> index-url: x."""
    return {
        name[4:].lower().replace("_", "-"): value
        for name, value in outside.items()
        if name.startswith("PIP_") and value and name != CONFIG_VARIABLE
    }


def _files(outside: Mapping[str, str]) -> Iterator[Path]:
    named = outside.get(CONFIG_VARIABLE, "")
    if named == os.devnull:
        return
    yield from _system_files(outside)
    if not (named and Path(named).exists()):
        yield from _user_files(outside)
    if named:
        yield Path(named)


if sys.platform == "win32":

    def _system_files(outside: Mapping[str, str]) -> Iterator[Path]:
        yield Path(outside.get("PROGRAMDATA", r"C:\ProgramData")) / "pip" / "pip.ini"

    def _user_files(outside: Mapping[str, str]) -> Iterator[Path]:
        home = Path(outside.get("USERPROFILE", str(Path.home())))
        yield home / "pip" / "pip.ini"
        yield Path(outside.get("APPDATA", str(home / "AppData" / "Roaming"))) / "pip" / "pip.ini"

elif sys.platform == "darwin":

    def _system_files(_outside: Mapping[str, str]) -> Iterator[Path]:
        yield Path("/Library/Application Support/pip/pip.conf")

    def _user_files(outside: Mapping[str, str]) -> Iterator[Path]:
        home = Path(outside.get("HOME", str(Path.home())))
        yield home / ".pip" / "pip.conf"
        own = home / "Library" / "Application Support" / "pip"
        yield (own if own.is_dir() else home / ".config" / "pip") / "pip.conf"

else:

    def _system_files(outside: Mapping[str, str]) -> Iterator[Path]:
        for folder in (outside.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
            yield Path(folder) / "pip" / "pip.conf"
        yield Path("/etc/pip.conf")

    def _user_files(outside: Mapping[str, str]) -> Iterator[Path]:
        home = Path(outside.get("HOME", str(Path.home())))
        yield home / ".pip" / "pip.conf"
        yield Path(outside.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"


def _read(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    try:
        with path.open(encoding="utf-8") as stream:
            parser.read_file(stream)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise PipFailed(
            "pip's own configuration can't be read. Repair the file that is named below, then run this again.",
            f"{path}: {error}",
        ) from error
    return {
        section: {name.replace("_", "-"): value for name, value in parser.items(section)}
        for section in parser.sections()
    }
