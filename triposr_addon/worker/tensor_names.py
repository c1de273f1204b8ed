# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the image encoder's tensors: in released checkpoints, and in today's transformers.

transformers 5 renamed the ViT's modules. Files keep the released names, the network has the new ones; everything
outside the image encoder is called the same in both.
"""

from __future__ import annotations

import re

ENCODER = "image_tokenizer.model."
RELEASED_LAYER = re.compile(re.escape(ENCODER) + r"encoder\.layer\.(\d+)\.(.+)\.(weight|bias)")
MODULE_LAYER = re.compile(re.escape(ENCODER) + r"layers\.(\d+)\.(.+)\.(weight|bias)")

MODULE_OF_RELEASED = {
    "attention.attention.query": "attention.q_proj",
    "attention.attention.key": "attention.k_proj",
    "attention.attention.value": "attention.v_proj",
    "attention.output.dense": "attention.o_proj",
    "intermediate.dense": "mlp.fc1",
    "output.dense": "mlp.fc2",
    "layernorm_before": "layernorm_before",
    "layernorm_after": "layernorm_after",
}
RELEASED_OF_MODULE = {module: released for released, module in MODULE_OF_RELEASED.items()}


def module_name(released_name: str) -> str:
    """The name under which the network knows a tensor of a checkpoint file."""
    match = RELEASED_LAYER.fullmatch(released_name)
    if match is None or match[2] not in MODULE_OF_RELEASED:
        return released_name
    return f"{ENCODER}layers.{match[1]}.{MODULE_OF_RELEASED[match[2]]}.{match[3]}"


def released_name(module_name: str) -> str:
    """The name that a checkpoint file gives a tensor of the network."""
    match = MODULE_LAYER.fullmatch(module_name)
    if match is None:
        return module_name
    return f"{ENCODER}encoder.layer.{match[1]}.{RELEASED_OF_MODULE[match[2]]}.{match[3]}"
