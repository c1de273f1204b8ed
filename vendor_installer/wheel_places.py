# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a wheel is to be had: in the artist's own folders and indexes, as pip's settings name them, or where the lock
says. The hash decides in every case, so a place can be wrong, but not a file.
"""

from __future__ import annotations

import html
import http.client
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.builds import PYTORCH_INDEX
from vendor_installer.download import sha256_of
from vendor_installer.failures import InstallerFailure
from vendor_installer.fetch import Fetch, Limits
from vendor_installer.lock_files import Wheel
from vendor_installer.remote_stream import DIRECT, Way

ASK_LIMIT_S = 15.0
LARGEST_PAGE = 32 << 20
LINK = re.compile(r"""<a\b[^>]*\bhref=["']([^"']+)["']""", re.IGNORECASE)
PIP_ALONE = ("PIP_TRUSTED_HOST", "PIP_KEYRING_PROVIDER")
"""What only pip knows how to heed."""


@dataclass(frozen=True)
class WheelPlaces:
    """folders: hold wheels. pages: list wheels. indexes: have a page for each package. general: whether the general
    index may be asked; pytorch: whether PyTorch's own one. way: how to get to any of them.
    """

    folders: tuple[Path, ...] = ()
    pages: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    general: bool = True
    pytorch: bool = True
    way: Way = DIRECT

    def copy_or_none(self, wheel: Wheel) -> Path | None:
        """The very wheel in one of the folders. Raises OSError where it can't be read."""
        files = (folder / wheel.file for folder in self.folders)
        return next((file for file in files if file.is_file() and sha256_of(file) == wheel.sha256), None)

    def urls(self, wheel: Wheel) -> Iterator[str]:
        """Where to try, one after the other. A file's URL for what lies on this computer."""
        locked = wheel.url_or_none
        if locked and self._allows(locked) and not locked.startswith(PYTORCH_INDEX):
            yield locked
            return
        for page in (*self.pages, *(f"{index.rstrip('/')}/{_compared(wheel.name)}/" for index in self.indexes)):
            yield from _listed(page, wheel, self.way)
        if locked and self._allows(locked):
            yield locked

    def offers(self, wheel: Wheel) -> str:
        """The first place that has the wheel, in a word; "" for none. Asks, and fetches nothing."""
        limits = Limits(stall_s=ASK_LIMIT_S)
        if copy := self.copy_or_none(wheel):
            return str(copy.parent)
        for url in self.urls(wheel):
            host = urllib.parse.urlsplit(url).hostname or url
            try:
                Fetch(url, host, 0, Path(wheel.file), limits, lambda done: None, self.way).remote_size()
            except InstallerFailure:
                continue
            return host
        return ""

    def _allows(self, url: str) -> bool:
        return self.pytorch if url.startswith(PYTORCH_INDEX) else self.general


def places_or_none(pip_variables: Mapping[str, str]) -> WheelPlaces | None:
    """As the artist's settings say (isolation.pip_environment); None where only pip itself can go there."""
    index = pip_variables.get("PIP_INDEX_URL", "").split()
    indexes = [*index, *pip_variables.get("PIP_EXTRA_INDEX_URL", "").split()]
    links = _links(pip_variables.get("PIP_FIND_LINKS", ""))
    none = pip_variables.get("PIP_NO_INDEX", "0").lower() not in ("", "0", "false", "no", "off")
    if any(name in pip_variables for name in PIP_ALONE) or any("@" in url.split("://")[-1] for url in indexes + links):
        return None
    return WheelPlaces(
        folders=tuple(_folder(link) for link in links if not link.lower().startswith(("http:", "https:"))),
        pages=tuple(link for link in links if link.lower().startswith(("http:", "https:"))),
        indexes=() if none else tuple(_as_url(url) for url in indexes),
        general=not none and not index,
        pytorch=not none,
        way=Way(*(pip_variables.get(name, "") for name in ("PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY"))),
    )


def _links(text: str) -> list[str]:
    """pip's way of writing several: a line each, or spaces between. A folder with spaces in its name is one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [part for line in lines for part in ([line] if Path(line).exists() else line.split())]


def _folder(link: str) -> Path:
    if link.lower().startswith("file:"):
        return Path(urllib.request.url2pathname(urllib.parse.urlsplit(link).path))
    return Path(link).expanduser().absolute()


def _as_url(index: str) -> str:
    return index if "://" in index else Path(index).expanduser().absolute().as_uri()


def _listed(page: str, wheel: Wheel, way: Way) -> Iterator[str]:
    """The links of a page to a file of the wheel's name, unless another hash is told; none where there is no page."""
    address = f"{page}index.html" if page.startswith("file:") and page.endswith("/") else page
    request = urllib.request.Request(address, headers={"Accept": "text/html", "User-Agent": way.NAME})  # noqa: S310
    try:
        with way.opener().open(request, timeout=ASK_LIMIT_S) as answer:
            base, text = answer.url, answer.read(LARGEST_PAGE).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return
    for link in LINK.findall(text):
        url, _, fragment = urllib.parse.urljoin(base, html.unescape(link)).partition("#")
        name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
        if name == wheel.file and (not fragment.startswith("sha256=") or fragment == f"sha256={wheel.sha256}"):
            yield url


def _compared(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
