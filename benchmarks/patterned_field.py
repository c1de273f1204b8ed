# SPDX-License-Identifier: GPL-3.0-or-later
"""A field's shape with the finest colours that its planes can hold: stripes one texel wide, along all three axes."""

from __future__ import annotations

import dataclasses

import torch

from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.config import DecoderConfig
from triposr_addon.worker.model.decoder import FieldDecoder

STRAIGHT = 40.0
"""Far up its axis SiLU is a straight line: what is carried there comes through as it was."""
CONTRAST = 2.2
"""Raw colours swing so far to both sides: between 0.1 and 0.9."""
STRIPED = ((0, -1), (1, -2), (2, -1))
"""For red, green and blue: the plane and the axis of its picture along which the stripes change."""


def patterned(field: TriplaneField) -> TriplaneField:
    """The same density everywhere; colours that have nothing to do with what they were."""
    return dataclasses.replace(field, planes=_with_stripes(field.planes), decoder=_with_carriers(field.decoder))


def _with_stripes(planes: torch.Tensor) -> torch.Tensor:
    """Three more channels [3, C + 3, H, W], each of them striped in one plane and 0 in the others."""
    more = planes.new_zeros(3, 3, *planes.shape[2:])
    for channel, (plane, axis) in enumerate(STRIPED):
        size = planes.shape[axis]
        stripes = 1.0 - 2.0 * (torch.arange(size, dtype=planes.dtype) % 2)
        more[plane, channel] = stripes if axis == -1 else stripes[:, None]
    return torch.cat([planes, more], dim=1)


def _with_carriers(decoder: FieldDecoder) -> FieldDecoder:
    """Three more neurons in each layer, which carry the stripes past what was there, to the colours."""
    old = [(layer.weight, layer.bias) for layer in decoder.layers if isinstance(layer, torch.nn.Linear)]
    channels, width = old[0][0].shape[1] // 3, old[0][0].shape[0]
    grown = FieldDecoder(DecoderConfig(3 * (channels + 3), width + 3, len(old) - 1)).requires_grad_(False)
    new = [layer for layer in grown.layers if isinstance(layer, torch.nn.Linear)]
    for layer, (weight, bias) in zip(new, old, strict=True):
        layer.weight.zero_()
        layer.bias.zero_()
        layer.bias[: len(bias)] = bias
        if layer is not new[0]:
            layer.weight[: len(weight), : weight.shape[1]] = weight
    new[0].weight.unflatten(1, (3, -1))[:width, :, :channels] = old[0][0].unflatten(1, (3, -1))
    for carrier in range(3):
        new[0].weight.unflatten(1, (3, -1))[width + carrier, :, channels + carrier] = 1.0
        new[0].bias[width + carrier] = STRAIGHT
        for layer in new[1:-1]:
            layer.weight[width + carrier, width + carrier] = 1.0
        new[-1].weight[1 + carrier, :] = 0.0
        new[-1].weight[1 + carrier, width + carrier] = CONTRAST
        new[-1].bias[1 + carrier] = -CONTRAST * STRAIGHT
    return grown
