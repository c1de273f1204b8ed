# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking names and secrets out of a text that will be sent to others."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

SECRET_NAMES = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY", re.IGNORECASE)
"""Variables of the system whose values are nobody's business."""

IN_ADDRESSES = re.compile(r"(?<=://)[^/@\s\"']+@")
"""Who signs in, and with which password, as proxies have it."""

BEFORE_HOSTS = re.compile(r"[^\s/@:\"'=]+:[^\s/@\"']+@(?=[\w.-]+:\d)")
"""The same where a proxy is written without its `http://`."""

IN_QUERIES = re.compile(
    r"(?<=[?&])(?P<name>[\w-]*(?:token|key|secret|password|signature|credential)[\w-]*)=[^&\s\"']+", re.I
)
TOKENS = re.compile(
    r"\b(?:hf_|ghp_|gho_|ghs_|github_pat_|glpat-|sk-|pypi-|xox[a-z]-|AKIA|eyJ)[A-Za-z0-9_.-]{8,}"
    r"|(?<=[Bb]earer )\S+|(?<=[Bb]asic )[A-Za-z0-9+/=]{8,}"
)
HOMES = re.compile(r"(?P<before>(?:/home/|/Users/|[A-Z]:(?:\\\\?|/)Users(?:\\\\?|/)))[^/\\\s\"']+", re.IGNORECASE)
ADDRESS_NAMES = re.compile(r"PROXY|INDEX_URL|FIND_LINKS|MIRROR|SERVER|ENDPOINT", re.IGNORECASE)
"""Variables that hold addresses, which may have a password in them."""

NOBODY = {"root", "localhost", "user", "admin", "blender"}
"""Names that tell nothing, and stand in too many words."""

SHORTEST_NAME = 3
SHORTEST_SECRET = 6


def for_report(text: str) -> str:
    """The text without what this computer's owner would not tell."""
    return without_names(text, Path.home(), {"HOSTNAME": platform.node(), **os.environ})


def without_names(text: str, home: PurePath, variables: Mapping[str, str]) -> str:
    """The text with the home folder as ~, and without people's names, tokens, passwords, and secrets in `variables`."""
    for secret in _secrets(variables):
        text = text.replace(secret, "(secret)")
    text = BEFORE_HOSTS.sub("", IN_ADDRESSES.sub("", text))
    text = TOKENS.sub("(secret)", IN_QUERIES.sub(r"\g<name>=(secret)", text))
    for private in _spellings(str(home)):
        text = text.replace(private, "~")
    text = HOMES.sub(r"\g<before>~", text)
    for name in _names(home, variables):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", "~", text, flags=re.IGNORECASE)
    return text


def _spellings(path: str) -> set[str]:
    """As it is, as JSON doubles its backslashes, and with slashes."""
    found = {path, json.dumps(path, ensure_ascii=False)[1:-1], path.replace("\\", "/")}
    return {spelling for spelling in found if len(spelling) > 1}


def _secrets(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if SECRET_NAMES.search(name) and len(value) >= SHORTEST_SECRET:
            yield value
        if ADDRESS_NAMES.search(name):
            yield from _passwords(value)


def _passwords(addresses: str) -> Iterator[str]:
    """Of addresses as variables hold them, one or several, with and without `http://`; as written and decoded."""
    for address in addresses.split():
        try:
            password = urlsplit(address if "://" in address else f"//{address}").password
        except ValueError:  # no address at all
            continue
        if password and len(password) >= SHORTEST_NAME:
            yield from {password, unquote(password)}


def _names(home: PurePath, variables: Mapping[str, str]) -> set[str]:
    names = {
        home.name,
        *(variables.get(name, "") for name in ("USER", "USERNAME", "LOGNAME", "COMPUTERNAME", "HOSTNAME")),
    }
    return {name for name in names if len(name) >= SHORTEST_NAME and name.lower() not in NOBODY}
