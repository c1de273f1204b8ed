# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking names and secrets out of a text that will be sent to others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

SECRET_NAMES = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY", re.IGNORECASE)
"""Variables of the system whose values are nobody's business."""

IN_ADDRESSES = re.compile(r"(?<=://)[^/@\s\"']+@")
"""Who signs in, and with which password, as proxies have it."""

TOKENS = re.compile(r"\b(?:hf_|ghp_|gho_|github_pat_|glpat-|sk-)[A-Za-z0-9_-]{8,}|(?<=[Bb]earer )\S+")
HOMES = re.compile(r"(?P<before>(?:/home/|/Users/|[A-Za-z]:(?:\\\\?|/)Users(?:\\\\?|/)))[^/\\\s\"']+")
SHORTEST_NAME = 3
SHORTEST_SECRET = 6


def without_names(text: str, home: PurePath, variables: Mapping[str, str]) -> str:
    """The text with the home folder as ~, and without people's names, tokens, passwords, and secrets in `variables`."""
    for secret in _secrets(variables):
        text = text.replace(secret, "(secret)")
    text = TOKENS.sub("(secret)", IN_ADDRESSES.sub("", text))
    for private in _spellings(str(home)):
        text = text.replace(private, "~")
    text = HOMES.sub(r"\g<before>~", text)
    for name in _names(home, variables):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", "~", text)
    return text


def _spellings(path: str) -> set[str]:
    """As it is, as JSON doubles its backslashes, and with slashes."""
    found = {path, json.dumps(path, ensure_ascii=False)[1:-1], path.replace("\\", "/")}
    return {spelling for spelling in found if len(spelling) > 1}


def _secrets(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if SECRET_NAMES.search(name) and len(value) >= SHORTEST_SECRET:
            yield value


def _names(home: PurePath, variables: Mapping[str, str]) -> set[str]:
    names = {
        home.name,
        *(variables.get(name, "") for name in ("USER", "USERNAME", "LOGNAME", "COMPUTERNAME", "HOSTNAME")),
    }
    return {name for name in names if len(name) >= SHORTEST_NAME and name != "root"}
