# SPDX-License-Identifier: GPL-3.0-or-later
"""Muon for the transformers' matrices, Adam for the rest, with float32 masters beside bfloat16 weights.

Muon: Jordan et al. 2024, "Muon: an optimizer for hidden layers"; momentum 0.95, Nesterov, five Newton-Schulz steps.
"""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
MOMENTUM = 0.95
DECAY = 0.01
BETAS = (0.9, 0.98)
CLIP = 1.0
AVERAGE_STEPS = 4
"""The moving average takes in every fourth step's weights."""


def orthogonalised(matrices: Tensor) -> Tensor:
    """Nearest semi-orthogonal matrices to [K, R, C] (bfloat16), roughly; float32."""
    a, b, c = NEWTON_SCHULZ
    x = matrices
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.transpose(-1, -2)
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.transpose(-1, -2)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return (x.transpose(-1, -2) if tall else x).float()


def is_hidden_matrix(name: str, weight: Tensor) -> bool:
    """Whether Muon takes this weight: the matrices inside the two transformers."""
    return weight.ndim == 2 and (name.startswith("backbone.") or ".encoder.layer." in name)


class Optimiser:
    """Holds float32 masters, momenta and the moving average; writes each step back into the model's weights."""

    def __init__(self, model: nn.Module, average: float) -> None:
        self.model, self.average = model, average
        self.masters = {name: p.detach().float().clone() for name, p in model.named_parameters()}
        self.smoothed = {name: p.clone() for name, p in self.masters.items()}
        self.hidden = [name for name, p in self.masters.items() if is_hidden_matrix(name, p)]
        self.others = [name for name, p in self.masters.items() if not is_hidden_matrix(name, p)]
        self.momentum = {name: torch.zeros_like(self.masters[name]) for name in self.hidden}
        self.first = {name: torch.zeros_like(self.masters[name]) for name in self.others}
        self.second = {name: torch.zeros_like(self.masters[name]) for name in self.others}
        self.steps = 0

    @torch.no_grad()
    def step(self, gradients: dict[str, Tensor], muon_rate: float, adam_rate: float) -> None:
        """One step with float32 gradients by name, which it overwrites; a weight without one stays."""
        self.steps += 1
        self._muon({n: gradients[n] for n in self.hidden if n in gradients}, muon_rate)
        self._adam({n: gradients[n] for n in self.others if n in gradients}, adam_rate)
        if self.steps % AVERAGE_STEPS == 0:
            share = max(1 - self.average**AVERAGE_STEPS, AVERAGE_STEPS / (self.steps + AVERAGE_STEPS))
            torch._foreach_lerp_(list(self.smoothed.values()), list(self.masters.values()), share)
        self.write_back()

    def _muon(self, gradients: dict[str, Tensor], rate: float) -> None:
        shapes: dict[torch.Size, list[str]] = defaultdict(list)
        for name in gradients:
            shapes[gradients[name].shape].append(name)
        for shape, names in shapes.items():
            for name in names:
                self.momentum[name].lerp_(gradients[name], 1 - MOMENTUM)
            nesterov = [gradients[name].lerp_(self.momentum[name], MOMENTUM).bfloat16() for name in names]
            updates = orthogonalised(torch.stack(nesterov)) * max(1.0, shape[0] / shape[1]) ** 0.5
            for name, update in zip(names, updates, strict=True):
                self.masters[name].mul_(1 - rate * DECAY).sub_(update, alpha=rate)

    def _adam(self, gradients: dict[str, Tensor], rate: float) -> None:
        if not gradients:
            return
        norm = torch.stack([g.norm() for g in gradients.values()]).norm()
        scale = float(CLIP / torch.clamp(norm, min=CLIP))
        low, high = 1 - BETAS[0] ** self.steps, 1 - BETAS[1] ** self.steps
        for name, gradient in gradients.items():
            gradient = gradient * scale
            self.first[name].lerp_(gradient, 1 - BETAS[0])
            self.second[name].mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
            spread = (self.second[name] / high).sqrt_().add_(1e-8)
            self.masters[name].addcdiv_(self.first[name] / low, spread, value=-rate)

    @torch.no_grad()
    def write_back(self) -> None:
        """Copies the masters into the model's weights, in their own type."""
        for name, weight in self.model.named_parameters():
            weight.copy_(self.masters[name])

    def state(self) -> dict[str, Any]:
        """Everything that a later run needs to go on as if there had been no break."""
        keys = ("masters", "smoothed", "momentum", "first", "second", "steps")
        return {key: getattr(self, key) for key in keys}

    def load(self, state: dict[str, Any]) -> None:
        """Takes over a saved state. Momenta of weights that have grown since start again from zero."""
        for key in ("masters", "smoothed", "momentum", "first", "second"):
            mine = getattr(self, key)
            for name, tensor in state[key].items():
                if mine[name].shape == tensor.shape:
                    mine[name].copy_(tensor)
        self.steps = state["steps"]
        self.write_back()
