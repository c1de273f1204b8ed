# SPDX-License-Identifier: GPL-3.0-or-later
"""Where other programs on this computer keep the same files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.model_catalogue import ModelFile


@dataclass(frozen=True)
class KnownCopies:
    """hub: the cache of the Hugging Face Hub. rembg: folders in which rembg keeps its networks, old and new. pack: a
    folder with the files under their places in a data folder.
    """

    hub: Path
    rembg: tuple[Path, ...]
    pack: Path | None = None

    @classmethod
    def of_user(cls, outside: Mapping[str, str], home: Path) -> KnownCopies:
        """As these programs themselves find them, from the variables `outside` and the home folder."""
        cache = Path(outside.get("XDG_CACHE_HOME") or home / ".cache")
        hub_home = Path(outside.get("HF_HOME") or cache / "huggingface")
        data = Path(outside.get("XDG_DATA_HOME") or home / ".local" / "share")
        named = [Path(outside[name]) for name in ("U2NET_HOME", "REMBG_HOME") if outside.get(name)]
        return cls(
            hub=Path(outside.get("HF_HUB_CACHE") or outside.get("HUGGINGFACE_HUB_CACHE") or hub_home / "hub"),
            rembg=(*named, data / "rembg", data / ".u2net", home / ".rembg", home / ".u2net"),
        )

    def of(self, file: ModelFile) -> list[Path]:
        """Files that may be `file`: those that are there. What is in them nobody has checked."""
        places = [self.pack / file.place] if self.pack else []
        places += [self.hub / file.cached] if file.cached else []
        if file.rembg:
            name = f"{file.rembg}.onnx"
            places += [folder / inside for folder in self.rembg for inside in (f"models/{file.rembg}/{name}", name)]
        return [place for place in places if place.is_file()]
