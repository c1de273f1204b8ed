# SPDX-License-Identifier: GPL-3.0-or-later
"""Small sound pictures of every kind, to be damaged, and pictures that ask for far more than they hold."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

SIDE = 48
PNG_START = b"\x89PNG\r\n\x1a\n"


@functools.cache
def sound_pictures() -> dict[str, bytes]:
    """By file name: each kind that is read, most of them in several modes, and a few that are refused."""
    made = {**_common_pictures(), **_pictures_of_tiff(), **_seldom_pictures()}
    if "AVIF" in Image.SAVE:
        made["rgb.avif"] = _saved(_disc("RGB"), "AVIF")
    return made


def _common_pictures() -> dict[str, bytes]:
    colour, grey = _disc("RGB"), _disc("L").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "rgb.png": _saved(colour, "PNG"),
        "rgba.png": _saved(_disc("RGBA"), "PNG"),
        "palette.png": _saved(colour.convert("P"), "PNG"),
        "deep.png": _saved(_deep(), "PNG"),
        "text.png": _saved(colour, "PNG", pnginfo=_texts()),
        "frames.png": _saved(colour, "PNG", save_all=True, append_images=[grey]),
        "turned.jpg": _saved(colour, "JPEG", exif=exif),
        "progressive.jpg": _saved(colour, "JPEG", progressive=True),
        "cmyk.jpg": _saved(colour.convert("CMYK"), "JPEG"),
        "lossy.webp": _saved(colour, "WEBP"),
        "lossless.webp": _saved(_disc("RGBA"), "WEBP", lossless=True),
        "frames.webp": _saved(colour, "WEBP", save_all=True, append_images=[grey]),
    }


def _pictures_of_tiff() -> dict[str, bytes]:
    colour = _disc("RGB")
    return {
        "plain.tif": _saved(colour, "TIFF"),
        "deflated.tif": _saved(colour, "TIFF", compression="tiff_deflate"),
        "lzw.tif": _saved(_disc("RGBA"), "TIFF", compression="tiff_lzw"),
        "deep.tif": _saved(_deep(), "TIFF"),
        "float.tif": _saved(_disc("L").convert("F"), "TIFF"),
        "jpeg.tif": _saved(colour, "TIFF", compression="jpeg"),
        "group4.tif": _saved(colour.convert("1"), "TIFF", compression="group4"),
    }


def _seldom_pictures() -> dict[str, bytes]:
    colour, grey = _disc("RGB"), _disc("L")
    return {
        "still.gif": _saved(colour.convert("P"), "GIF"),
        "frames.gif": _saved(colour.convert("P"), "GIF", save_all=True, append_images=[grey.convert("P")] * 3),
        "rgb.bmp": _saved(colour, "BMP"),
        "rle.tga": _saved(colour, "TGA", compression="tga_rle"),
        "rgb.ppm": _saved(colour, "PPM"),
        "rgb.jp2": _saved(colour, "JPEG2000"),
        "rgb.ico": _saved(colour, "ICO"),
        "rgb.icns": _saved(colour.resize((128, 128)), "ICNS"),
        "rgb.sgi": _saved(colour, "SGI"),
        "rgb.pcx": _saved(colour, "PCX"),
        "rgb.dds": _saved(colour, "DDS"),
        "rgb.qoi": _qoi(),
        "rgb.psd": _psd(),
    }


def _deep() -> Image.Image:
    """16 bits a pixel."""
    return Image.fromarray(np.linspace(0, 65535, SIDE * SIDE).reshape(SIDE, SIDE).astype(np.uint16))


def refused_pictures() -> dict[str, bytes]:
    """Drawings and programs: nothing of them may be run or drawn."""
    return {
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "program.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 48 48\n(touched) (w) file closefile showpage\n",
        "program.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 48 48\nshowpage\n",
        "light.exr": b"\x76\x2f\x31\x01\x02\x00\x00\x00channels\x00chlist\x00" + bytes(64),
        "page.pdf": b"%PDF-1.7\n1 0 obj<<>>endobj\n",
        "drawing.wmf": b"\xd7\xcd\xc6\x9a\x00\x00" + bytes(100),
    }


@functools.cache
def bombs() -> dict[str, bytes]:
    """Headers that promise more pixels, frames, tags or passes than anybody's photo has."""
    return {
        "60000.png": png_header(60_000, 60_000, 8, 2),
        "60000_deep.png": png_header(60_000, 60_000, 16, 6),
        "thin.png": png_header(2_000_000_000, 1, 8, 0),
        "65500.jpg": _with_size_of_jpeg(_saved(_disc("RGB"), "JPEG"), 65_500, 65_500),
        "16383.webp": _with_size_of_webp(16_383, 16_383),
        "60000.gif": b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + b"\xf0\x00\x00" + bytes(6) + b";",
        "100000_frames.gif": gif_of_frames(100_000),
        "60000.bmp": _bmp(60_000, 60_000),
        "60000.tif": tiff({256: 60_000, 257: 60_000}),
        "huge_tag.tif": tiff({256: 64, 257: 64}, {270: (2, 0x7FFFFFF0)}),
        "many_strips.tif": tiff({256: 64, 257: 8_000}, {273: (4, 60_000), 279: (4, 60_000)}, filling=500_000),
        "many_tags.tif": tiff({256: 64, 257: 64, **{30_000 + number: 1 for number in range(30_000)}}),
        "60000.psd": _psd(60_000, 60_000)[:100],
        "60000.qoi": b"qoif" + struct.pack(">IIBB", 60_000, 60_000, 4, 0) + bytes(20),
        "60000.ppm": b"P6 60000 60000 255\n" + bytes(100),
        "wide_text.png": png_header(48, 48, 8, 2, before=_chunk(b"zTXt", _long_text())),
        "wide_profile.png": png_header(48, 48, 8, 2, before=_chunk(b"iCCP", _long_text())),
        "nested.ico": ico_of(png_of_nothing(13_000, 13_000)),
    }


def png_header(width: int, height: int, depth: int, colour: int, before: bytes = b"") -> bytes:
    """A PNG of that size, without its pixels. before: chunks that stand before them."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def png_of_nothing(width: int, height: int) -> bytes:
    """A sound PNG, one bit a pixel, all of them black: a few kilobytes for as many pixels as you like."""
    rows = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def resealed(data: bytes) -> bytes:
    """A PNG whose chunks have the sums of what is in them now; anything else as it is."""
    if not data.startswith(PNG_START):
        return data
    sealed, at = bytearray(PNG_START), len(PNG_START)
    while at + 8 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        body = data[at + 4 : at + 8 + length]
        sealed += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(sealed)


def ico_of(png: bytes) -> bytes:
    """An icon that says 64 x 64 and holds `png`."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 64, 64, 0, 0, 1, 32, len(png), 22) + png


def gif_of_frames(count: int) -> bytes:
    """Frames of 1 x 1 pixel on a canvas of 48 x 48."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HH", SIDE, SIDE) + b"\x80\x00\x00" + b"\0\0\0\xff\xff\xff" + frame * count + b";"


def jpeg_of_passes(side: int, passes: int) -> bytes:
    """A progressive JPEG of side x side pixels; its last pass, an empty one, is there again and again."""
    image = Image.new("L", (side, side), 128)
    data = _saved(image, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * passes + data[-2:]


def tiff(values: Mapping[int, int], arrays: Mapping[int, tuple[int, int]] = {}, filling: int = 64) -> bytes:
    """A TIFF of one directory: numbers by tag, and (type, count) of arrays that begin behind it."""
    usual = {258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 16}
    numbers = {**usual, **values}
    entries = {tag: struct.pack("<HHII", tag, 4, 1, value) for tag, value in numbers.items()}
    behind = 8 + 2 + 12 * len({*entries, *arrays}) + 4
    entries |= {tag: struct.pack("<HHII", tag, kind, count, behind) for tag, (kind, count) in arrays.items()}
    body = b"".join(entries[tag] for tag in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + bytes(filling)


def _disc(mode: str) -> Image.Image:
    image = Image.new("RGBA", (SIDE, SIDE), "white")
    ImageDraw.Draw(image).ellipse((10, 8, 38, 40), fill=(200, 40, 30, 255))
    return image.convert(mode)


def _saved(image: Image.Image, kind: str, **more: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **more)
    return stream.getvalue()


def _long_text() -> bytes:
    """A name, and 50 MB of nothing in 50 kB."""
    return b"a\0\0" + zlib.compress(bytes(50 << 20))


def _texts() -> object:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Title", "x" * 1000, zip=True)
    info.add_itxt("Comment", "ö" * 100, zip=True)
    return info


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _qoi() -> bytes:
    pixels = b"".join(b"\xfe" + bytes((x, y, 90)) for y in range(SIDE) for x in range(SIDE))
    return b"qoif" + struct.pack(">IIBB", SIDE, SIDE, 3, 0) + pixels + bytes(7) + b"\1"


def _psd(width: int = SIDE, height: int = SIDE) -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3) + struct.pack(">III", 0, 0, 0)
    return head + struct.pack(">H", 0) + (bytes([120]) * (min(width * height, 10_000) * 3))


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


def _with_size_of_jpeg(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _with_size_of_webp(width: int, height: int) -> bytes:
    data = bytearray(_saved(_disc("RGBA"), "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    bits = struct.unpack_from("<I", data, at)[0] & ~0xFFFFFFF
    struct.pack_into("<I", data, at, bits | (width - 1) | ((height - 1) << 14))
    return bytes(data)
