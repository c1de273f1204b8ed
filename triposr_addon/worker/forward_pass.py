# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the network: framed pictures to scene codes, within the memory that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from triposr_addon.worker.memory_ladder import Outcome, first_that_fits
from triposr_addon.worker.memory_plan import MemoryPlan
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.steps import Advance
from triposr_addon.worker.warm_model import PlacedNetwork
from triposr_addon.worker.weight_placement import HOME


class ForwardPass(Protocol):
    """Framed pictures [B, S, S, 3], RGB in 0..1, at home -> scene codes [B, 3, C, H, W], where the decoder is."""

    @property
    def detail(self) -> str:
        """What the artist should read while it runs; may be empty."""

    def __call__(self, pictures: Tensor, advance: Advance) -> Tensor:
        """Run. Asks `advance` before each layer, and raises what that raises."""


class PlainForwardPass:
    """Runs a network where its weights are."""

    detail = ""

    def __init__(self, reconstructor: Reconstructor) -> None:
        self._reconstructor = reconstructor

    def __call__(self, pictures: Tensor, advance: Advance) -> Tensor:
        device = next(self._reconstructor.parameters()).device
        return run_network(self._reconstructor, pictures.to(device), advance)


class FrugalForwardPass:
    """Runs a network by the first of `plans` that memory is enough for. `outcome` says which that was."""

    def __init__(
        self,
        network_for: Callable[[torch.device], PlacedNetwork],
        plans: Sequence[MemoryPlan],
        release: Callable[[MemoryPlan], None],
    ) -> None:
        """network_for: gives the network as a device computes it. release: frees what a plan took of its device."""
        self._network_for = network_for
        self._plans = plans
        self._release = release
        self.outcome: Outcome[Tensor] | None = None

    @property
    def detail(self) -> str:
        """The first plan's sentence, where it is for the artist."""
        return self._plans[0].sentence if self._plans[0].told else ""

    def __call__(self, pictures: Tensor, advance: Advance) -> Tensor:
        """Run, as many pictures at once as the plan says. Raises OutOfMemory where the last plan was too much.

        What was done when memory ran out is kept: the next plan goes on from there.
        """
        done: list[Tensor] = []

        def attempt(plan: MemoryPlan) -> Tensor:
            while (begun := sum(map(len, done))) < len(pictures):
                group = pictures[begun : begun + plan.pictures]
                done.append(self._run(plan, group, _share(advance, begun, len(group), len(pictures))))
            return torch.cat(done) if len(done) > 1 else done[0]

        self.outcome = first_that_fits(self._plans, attempt, self._release)
        if self.outcome.plan.path != "resident":
            self._release(self.outcome.plan)
        return self.outcome.made

    def _run(self, plan: MemoryPlan, pictures: Tensor, advance: Advance) -> Tensor:
        network = self._network_for(plan.device)
        reconstructor, placement = network.checkpoint.reconstructor, network.placement
        if plan.path == "streamed":
            with placement.streamed(plan.device):
                return run_network(reconstructor, pictures.to(plan.device), advance).to(HOME)
        placement.bring(plan.device)
        return run_network(reconstructor, pictures.to(plan.device), advance).to(HOME)


@torch.no_grad()
def run_network(reconstructor: Reconstructor, pictures: Tensor, advance: Advance) -> Tensor:
    """Framed pictures [B, S, S, 3] to scene codes [B, 3, C, H, W], on the network's device; asks `advance`."""
    with _telling_layers(reconstructor, advance):
        scene_codes: Tensor = reconstructor(pictures.permute(0, 3, 1, 2))
    return scene_codes


def _share(advance: Advance, begun: int, group: int, all_of_them: int) -> Advance:
    """For a group out of several: tells how much of all of them is done."""
    return lambda fraction: advance((begun + group * fraction) / all_of_them)


@contextmanager
def _telling_layers(reconstructor: Reconstructor, advance: Advance) -> Iterator[None]:
    """Call `advance` before each linear layer of the network: that is where its time goes, and where it can stop."""
    parts = (reconstructor.image_tokenizer, reconstructor.backbone)
    layers = [layer for part in parts for layer in part.modules() if isinstance(layer, nn.Linear)]
    done = 0

    def before_layer(_layer: nn.Module, _inputs: Any) -> None:
        nonlocal done
        advance(done / len(layers))
        done += 1

    handles = [layer.register_forward_pre_hook(before_layer) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
