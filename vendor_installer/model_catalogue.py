# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that can be fetched: each file pinned to the byte, with its licence and its place in the data folder.

TripoSR: sizes and SHA-256 of the files at one revision. rembg's networks: files of its release v0.0.0, with sizes and
SHA-256 as at least two unrelated projects pin them; bria-rmbg's SHA-256 is that of rembg's own code.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendor_installer.download import RemoteFile

TRIPOSR_REVISION = "5b521936b01fbe1890f6f9baed0254ab6351c04a"
TRIPOSR_URL = f"https://huggingface.co/stabilityai/TripoSR/resolve/{TRIPOSR_REVISION}/"
TRIPOSR_CACHE = f"models--stabilityai--TripoSR/snapshots/{TRIPOSR_REVISION}/"
REMBG_URL = "https://github.com/danielgatis/rembg/releases/download/v0.0.0/"


@dataclass(frozen=True)
class ModelFile:
    """One file. place: below the data folder. cached: below the cache of the Hugging Face Hub, "" for none. rembg: what
    rembg itself calls the network, "" for none: its own folders may hold the file.
    """

    place: str
    remote: RemoteFile
    cached: str = ""
    rembg: str = ""


@dataclass(frozen=True)
class Model:
    """One model. kind: triposr or background. commercial: whether its licence lets the results be sold."""

    name: str
    title: str
    kind: str
    licence: str
    source: str
    files: tuple[ModelFile, ...]
    commercial: bool = True
    made_later: tuple[str, ...] = ()
    """Places of what the worker makes of it, which goes with it."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.remote.size for file in self.files)


def _triposr(name: str, size: int, sha256: str) -> ModelFile:
    return ModelFile(
        f"models/TripoSR/{name}", RemoteFile(TRIPOSR_URL + name, size, sha256), cached=TRIPOSR_CACHE + name
    )


def _network(
    name: str, title: str, licence: str, size: int, sha256: str, file: str = "", commercial: bool = True
) -> Model:
    remote = RemoteFile(REMBG_URL + (file or f"{name}.onnx"), size, sha256)
    place = f"rembg/models/{name}/{name}.onnx"
    source = "github.com/danielgatis/rembg, release v0.0.0"
    return Model(name, title, "background", licence, source, (ModelFile(place, remote, rembg=name),), commercial)


CATALOGUE = (
    Model(
        name="triposr",
        title="TripoSR: picture to field, the released weights",
        kind="triposr",
        licence="MIT",
        source=f"huggingface.co/stabilityai/TripoSR, revision {TRIPOSR_REVISION[:8]}",
        files=(
            _triposr("config.yaml", 987, "74ca708ce086bf68e97709ea6b3d91f14717921c04691e84043f0eb8fcc68e62"),
            _triposr("model.ckpt", 1_677_246_742, "429e2c6b22a0923967459de24d67f05962b235f79cde6b032aa7ed2ffcd970ee"),
        ),
        made_later=("models/TripoSR/model.half.safetensors", "models/TripoSR/model.half.safetensors.json"),
    ),
    _network(
        "birefnet-general",
        "BiRefNet: best edges, slow",
        "MIT",
        972_666_916,
        "58f621f00f5d756097615970a88a791584600dcf7c45b18a0a6267535a1ebd3c",
        "BiRefNet-general-epoch_244.onnx",
    ),
    _network(
        "birefnet-general-lite",
        "BiRefNet Lite: nearly as good, a third of the time",
        "MIT",
        224_005_088,
        "5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",
        "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
    ),
    _network(
        "isnet-general-use",
        "IS-Net: clean outlines, quick",
        "Apache-2.0",
        178_648_008,
        "60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
    ),
    _network(
        "u2net",
        "U²-Net: softer edges, quick",
        "Apache-2.0",
        175_997_641,
        "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
    ),
    _network(
        "silueta",
        "Silueta: U²-Net made small",
        "none stated",
        44_173_029,
        "75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",
    ),
    _network(
        "u2netp",
        "U²-Net Small: the smallest and quickest",
        "Apache-2.0",
        4_574_861,
        "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    ),
    _network(
        "bria-rmbg",
        "BRIA RMBG 2.0: very good edges, slow",
        "CC BY-NC 4.0: not for commercial work",
        1_024_331_469,
        "5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958",
        "bria-rmbg-2.0.onnx",
        commercial=False,
    ),
)
"""Best first among the networks; those that are not for commercial work last."""
