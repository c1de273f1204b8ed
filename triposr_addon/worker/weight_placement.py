# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a network's weights are: at home in the computer's memory, on the device, or crossing over layer by layer.

Home are the tensors that the network was loaded with, mapped from their file where it allows that, so keeping them
costs no memory of its own. What is on the device is a copy; sending it away drops the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

HOME = torch.device("cpu")


class WeightPlacement:
    """Places the weights of `parts`, modules whose tensors are at home when this is made.

    forget: called before weights move, to drop what the network computed on the device that they leave.
    """

    def __init__(self, parts: Sequence[nn.Module], forget: Callable[[], None] = lambda: None) -> None:
        self._parts = list(parts)
        self._home = {tensor: tensor.data for part in self._parts for tensor in _tensors(part, recurse=True)}
        self._forget = forget
        self.device = HOME

    @property
    def weight_bytes(self) -> int:
        """All weights, in the types that they have."""
        return sum(_bytes(home) for home in self._home.values())

    @property
    def bytes_on_device(self) -> int:
        """What the copies on the device take now; 0 at home."""
        return self.weight_bytes if self.device != HOME else 0

    @property
    def streamed_bytes(self) -> int:
        """The most that is on the device at once while weights are streamed."""
        layers = [sum(_bytes(self._home[tensor]) for tensor in _tensors(layer)) for layer in self._layers()]
        return self.weight_bytes - sum(layers) + max(layers, default=0)

    def bring(self, device: torch.device) -> None:
        """Copy all weights to `device`, and drop the copies that were elsewhere. Raises what its allocator raises."""
        if self.device == device:
            return
        self.send_home()
        self.device = device
        try:
            for tensor in self._home:
                self._cross(tensor, device)
        except BaseException:
            self.send_home()
            raise

    def send_home(self) -> None:
        """Drop the copies on the device."""
        self._forget()
        for tensor, home in self._home.items():
            tensor.data = home
        self.device = HOME

    @contextmanager
    def streamed(self, device: torch.device) -> Iterator[None]:
        """Inside the block the network computes on `device`, each layer's weights there only while it runs.

        A layer is a module without modules in it. Weights outside of those (learned tokens, positions) are small and
        stay for the whole block.
        """
        self.send_home()
        layers = self._layers()
        in_layers = {tensor for layer in layers for tensor in _tensors(layer)}
        with ExitStack() as stack:
            stack.callback(self.send_home)
            for layer in layers:
                stack.callback(layer.register_forward_pre_hook(self._before(device)).remove)
                stack.callback(layer.register_forward_hook(self._after, always_call=True).remove)
            for tensor in self._home.keys() - in_layers:
                self._cross(tensor, device)
            yield

    def _layers(self) -> list[nn.Module]:
        return [module for part in self._parts for module in part.modules() if not [*module.children()]]

    def _before(self, device: torch.device) -> Callable[[nn.Module, Any], None]:
        def bring_layer(layer: nn.Module, _inputs: Any) -> None:
            for tensor in _tensors(layer):
                self._cross(tensor, device)

        return bring_layer

    def _after(self, layer: nn.Module, _inputs: Any, _output: Any) -> None:
        for tensor in _tensors(layer):
            tensor.data = self._home[tensor]

    def _cross(self, tensor: Tensor, device: torch.device) -> None:
        tensor.data = self._home[tensor].to(device)


def _tensors(module: nn.Module, *, recurse: bool = False) -> list[Tensor]:
    return [*module.parameters(recurse), *module.buffers(recurse)]


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()
