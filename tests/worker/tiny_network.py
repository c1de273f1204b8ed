# SPDX-License-Identifier: GPL-3.0-or-later
"""An ONNX network of one operation, written byte by byte: what it sees is how bright each pixel is.

Protocol Buffers' wire format: a field is its number and kind, then a number or a length and that many bytes. The field
numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, ValueInfoProto).
"""

from __future__ import annotations

NUMBER, BYTES = 0, 2
FLOAT = 1
INTS = 7
INT = 2


def brightness_network(side: int) -> bytes:
    """A model file: input [1, 3, side, side], output [1, 1, side, side], the mean of the channels."""
    axes = _field(1, b"axes") + _field(8, 1) + _field(20, INTS)
    keep = _field(1, b"keepdims") + _field(3, 1) + _field(20, INT)
    node = _field(1, b"seen") + _field(2, b"bright") + _field(4, b"ReduceMean") + _field(5, axes) + _field(5, keep)
    ends = _field(11, _tensor(b"seen", (1, 3, side, side))) + _field(12, _tensor(b"bright", (1, 1, side, side)))
    graph = _field(1, node) + _field(2, b"brightness") + ends
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _field(2, 13))


def _tensor(name: bytes, sides: tuple[int, ...]) -> bytes:
    shape = b"".join(_field(1, _field(1, side)) for side in sides)
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, shape)))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | NUMBER) + _varint(value)
    return _varint(number << 3 | BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
