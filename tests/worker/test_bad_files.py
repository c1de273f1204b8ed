# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are damaged or forged, through the real doors: a part of tests/long/bad_files.py, and its findings."""

from __future__ import annotations

import io
import random
import sys
import warnings
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from tests.bad_files import arrays, pictures, texts  # noqa: E402
from tests.bad_files.doors import CPU, Door, doors, outcome_of, steps  # noqa: E402
from triposr_addon.folder_log import FolderLog  # noqa: E402
from triposr_addon.protocol import DrawSheet, Extracted  # noqa: E402
from triposr_addon.wire import MalformedMessage, decode_worker_line, message_from_json  # noqa: E402
from triposr_addon.worker.checkpoint import load_checkpoint, read_config  # noqa: E402
from triposr_addon.worker.failures import (  # noqa: E402
    FieldFileUnreadable,
    ModelFailure,
    ModelFileUnreadable,
    PhotoFailure,
    PhotoTooLarge,
)
from triposr_addon.worker.field import load_field  # noqa: E402
from triposr_addon.worker.mesh_file import load_mesh  # noqa: E402
from triposr_addon.worker.photo import load_photo  # noqa: E402
from triposr_addon.worker.review import load_cutout  # noqa: E402
from triposr_addon.worker.review_failures import CutOutUnreadable, MeshFileUnreadable  # noqa: E402
from triposr_addon.worker.sheet import make_sheet  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

EACH = 12


@pytest.fixture(scope="module")
def known(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Door]:
    return doors(tmp_path_factory.mktemp("doors"), facts, sys.executable)


def written(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "kind",
    ["photo", "mask", "mesh", "points", "field", "config", "checkpoint", "weights", "line", "log", "lock", "pack"],
)
def test_a_damaged_file_gives_a_result_or_a_named_failure(kind: str, known: dict[str, Door], tmp_path: Path) -> None:
    for number in range(EACH):
        folder = tmp_path / str(number)
        folder.mkdir()
        file = written(folder, known[kind].name, known[kind].make(random.Random(f"short {kind} {number}")))
        outcome, why = outcome_of(known[kind], file)
        assert outcome != "crash", f"number {number}: {why}"


@pytest.mark.parametrize("name", [*pictures.refused_pictures(), *pictures.bombs()])
def test_a_picture_that_asks_for_too_much_is_refused_or_small(name: str, tmp_path: Path) -> None:
    data = {**pictures.refused_pictures(), **pictures.bombs()}[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            size = load_photo(written(tmp_path, name, data)).size
        except PhotoFailure:
            size = 0
    assert size < 10_000_000


def test_a_jpeg_of_endless_passes_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    few, many = pictures.jpeg_of_passes(64, 100), pictures.jpeg_of_passes(3000, 150)
    assert load_photo(written(tmp_path, "few.jpg", few)).shape == (64, 64, 4)
    with pytest.raises(PhotoTooLarge, match=r"15\d passes"):
        load_photo(written(tmp_path, "many.jpg", many))


def test_a_tiff_of_a_million_strips_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    strips = pictures.tiff({256: 64, 257: 100_000}, {273: (4, 100_000), 279: (4, 100_000)}, filling=400_000)
    with pytest.raises(PhotoTooLarge, match="100,000 parts"):
        load_photo(written(tmp_path, "strips.tif", strips))


def test_a_picture_within_an_icon_is_measured_too(tmp_path: Path) -> None:
    with pytest.raises(PhotoFailure):
        load_photo(written(tmp_path, "x.ico", pictures.ico_of(pictures.png_of_nothing(9_000, 9_000))))


@pytest.mark.parametrize("size", [(60_000, 20), (16, 40_000)])
def test_a_strip_of_a_picture_is_cut_out_like_any(
    size: tuple[int, int], known: dict[str, Door], tmp_path: Path
) -> None:
    Image.new("L", size, 128).save(tmp_path / "strip.png")
    assert outcome_of(known["photo"], tmp_path / "strip.png") == ("used", "")


def test_no_picture_starts_a_program(tmp_path: Path) -> None:
    """Pillow would hand PostScript to Ghostscript, whatever the file is called."""
    program = written(tmp_path, "x.png", pictures.refused_pictures()["program.eps"])
    with pytest.raises(PhotoFailure):
        load_photo(program)
    with pytest.raises(CutOutUnreadable):
        load_cutout(program)


@pytest.mark.parametrize(("width", "side"), [(1024, 512), (4096, 64), (4, 2048)])
def test_a_field_whose_maps_would_fill_the_memory_is_refused(width: int, side: int, tmp_path: Path) -> None:
    file = written(tmp_path, "x.triplane.safetensors", arrays.wide_field(width, side))
    with pytest.raises(FieldFileUnreadable):
        load_field(file, CPU)


def test_a_field_of_endless_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldFileUnreadable):
        load_field(written(tmp_path, "x.triplane.safetensors", arrays.deep_field(2000)), CPU)


@pytest.mark.parametrize("text", texts.ODD_YAML)
def test_a_config_that_laughs_runs_or_stumbles_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFailure) as caught:
        read_config(written(tmp_path, "config.yaml", text.encode("utf-8", "surrogatepass")))
    assert len(caught.value.sentence) < 400


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("backbone", "num_layers", 1_000_000),
        ("tokenizer", "plane_size", 100_000),
        ("decoder", "n_hidden_layers", 65),
        ("renderer", "radius", "0x" + "f" * 5000),
        ("renderer", "density_bias", ".nan"),
    ],
)
def test_a_network_beyond_all_measure_is_refused(
    section: str, name: str, value: object, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    import yaml

    config = yaml.safe_load((tiny_checkpoint / "config.yaml").read_text())
    config[section][name] = "VALUE"
    text = yaml.safe_dump(config).replace("VALUE", str(value))
    with pytest.raises(ModelFailure) as caught:
        read_config(written(tmp_path, "config.yaml", text.encode()))
    assert len(caught.value.sentence) < 400


@pytest.mark.parametrize("seed", range(12))
def test_a_checkpoint_of_ill_will_runs_nothing(seed: int, known: dict[str, Door], tmp_path: Path) -> None:
    mark = Path("/tmp/triposr_was_here")
    file = written(tmp_path, "model.ckpt", arrays.evil_checkpoint(seed))
    with pytest.raises(ModelFileUnreadable):
        known["checkpoint"].enter(file)
    assert not mark.exists()


def test_a_tensor_that_shows_the_same_number_again_and_again_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    weights = torch.load(tiny_checkpoint / "model.ckpt", weights_only=True)
    weights["tokenizer.embeddings"] = torch.zeros(1).expand(weights["tokenizer.embeddings"].shape)
    torch.save(weights, tmp_path / "model.ckpt")
    written(tmp_path, "config.yaml", (tiny_checkpoint / "config.yaml").read_bytes())
    with pytest.raises(ModelFileUnreadable):
        load_checkpoint(tmp_path, CPU)


def test_arrays_that_are_packed_or_larger_than_their_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshFileUnreadable):
        load_mesh(written(tmp_path, "bomb.npz", arrays.bomb_npz()))
    head = arrays.npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 3), }")
    with pytest.raises(MeshFileUnreadable):
        load_mesh(written(tmp_path, "wide.npz", arrays.zipped({"vertices.npy": head + bytes(12)})))


def test_a_line_of_endless_depth_is_malformed() -> None:
    for depth in (400, 900, 990, 100_000):
        deep = b'{"jsonrpc":"2.0","id":1,"result":{"mesh_path":' + b"[" * depth + b"]" * depth + b"}}\n"
        with pytest.raises(MalformedMessage):
            message_from_json(Extracted, decode_worker_line(deep).result)  # type: ignore[union-attr]


def test_a_log_is_read_however_broken_and_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (32, 32), "red").save(tmp_path / "secret.png")
    Image.new("RGB", (32, 32), "red").save(tmp_path / "pictures" / "cup.png")
    line = b'{"picture": "%s", "bytes": 1, "modified": 2, "at": "", "status": "made", "cutout": "%s"%s}\n'
    lines = [
        b"[" * 100_000 + b"\n",
        line % (b"../secret.png", b"", b""),
        line % (b"/etc/passwd", b"", b""),
        line % (b"jug.png", b"../secret.png", b""),
        line % (b"cup.png", b"", b', "overlap": NaN'),
        line % (b"cup.png", b"", b', "review": {"missed": "x", "camera": [], "size": ["a", 1, 2], "overlap": 1e999}'),
        line % (b"cup.png", b"", b', "triangles": ' + b"9" * 400),
        line % (b"x" * 300 + b".png", b"", b""),
        line % (b"x" * 100_000, b"", b""),
        line % (b"cup.png", b"", b', "warnings": ["%s"]' % (b"x" * 100_000)),
    ]
    log = written(tmp_path, "log.jsonl", b"".join(lines))
    assert set(FolderLog(log).latest()) == {"cup.png", "x" * 300 + ".png"}
    drawn = make_sheet(DrawSheet("j", str(log), str(tmp_path / "pictures"), str(tmp_path / "sheet.png")), steps())
    assert drawn.pictures == 1
    assert Image.open(io.BytesIO((tmp_path / "sheet.png").read_bytes())).width > 100
