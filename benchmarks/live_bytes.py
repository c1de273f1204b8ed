# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the bytes of tensors that are alive, as a device would have to hold them, without that device.

Every operation that torch dispatches hands its results to a `LiveBytes`; a storage counts from its birth to its
death, once however many tensors look at it. What a kernel takes for itself while it runs (a sort's second buffer, a
matrix product's workspace) is not seen, nor is the allocator's rounding.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

Told = Callable[[int, int], None]
"""Takes a storage's number and its bytes: positive when it is born, negative when it dies."""


class LiveBytes(TorchDispatchMode):
    """Counts inside a `with` block. `live` is what is alive now, `peak` the most that was, since `start_stage`.

    limit: a device's size. A storage that would exceed it raises torch.OutOfMemoryError, as a device's allocator does.
    told: hears of each birth and death, for a model of the allocator.
    """

    def __init__(self, limit: int | None = None, told: Told = lambda _number, _size: None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch publishes no types for it
        self.live = 0
        self.peak = 0
        self.limit = limit
        self._told = told
        self._known: dict[int, weakref.ref[Any]] = {}

    def start_stage(self) -> None:
        """Forget the peak so far."""
        self.peak = self.live

    def hold(self, tensors: Iterable[Tensor]) -> None:
        """Count tensors that were there before, such as weights."""
        for tensor in tensors:
            self._take(tensor)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run the operation, then count what it made."""
        kwargs = kwargs or {}
        given = {_number(tensor) for tensor in tree_leaves((args, dict(kwargs))) if isinstance(tensor, Tensor)}
        made = func(*args, **kwargs)
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor) and _number(tensor) not in given:
                self._take(tensor)
        return made

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]  # as above
        self._known.clear()

    def _take(self, tensor: Tensor) -> None:
        number = _number(tensor)
        if number in self._known:
            return
        storage = tensor.untyped_storage()
        size = storage.nbytes()
        if self.limit is not None and self.live + size > self.limit:
            raise torch.OutOfMemoryError(
                f"out of memory: {self.live:,} bytes are alive of {self.limit:,}, {size:,} more were asked for"
            )
        self._told(number, size)
        self._known[number] = weakref.ref(storage, lambda _gone: self._drop(number, size))
        self.live += size
        self.peak = max(self.peak, self.live)

    def _drop(self, number: int, size: int) -> None:
        if self._known.pop(number, None) is not None:
            self.live -= size
            self._told(number, -size)


def _number(tensor: Tensor) -> int:
    """Which storage a tensor looks at; the same for all that share it."""
    return int(tensor.untyped_storage()._cdata)
