# SPDX-License-Identifier: GPL-3.0-or-later
"""What a piece of work asks of torch: calls that start a kernel, and points that go through a decoder.

Counts do not depend on the machine's speed or load, so they can be compared anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

ALLOCATIONS = frozenset({"aten::empty", "aten::empty_like", "aten::empty_strided", "aten::new_empty"})


@dataclass(frozen=True)
class Launches:
    """kernels: calls to torch but for views and bare allocations. decoded_points: rows through the hidden layers.

    A decoder without square layers leaves the points uncounted: 0.
    """

    kernels: int
    decoded_points: int


def count_launches(work: Callable[[], object], width: int, hidden_layers: int) -> Launches:
    """Do `work` and count. A decoder has `hidden_layers` linear layers of width -> width after its first layer."""
    with _Counter(width) as counter:
        work()
    return Launches(counter.kernels, counter.rows // hidden_layers if hidden_layers else 0)


class _Counter(TorchDispatchMode):
    def __init__(self, width: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch gives it no type
        self.kernels, self.rows = 0, 0
        self._square = (width, width)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if not func.is_view and func.name().partition(".")[0] not in ALLOCATIONS:
            self.kernels += 1
        shapes = [tuple(value.shape) for value in args if isinstance(value, Tensor) and value.ndim == 2]
        if func.name().partition(".")[0] in {"aten::mm", "aten::addmm"} and shapes[-1] == self._square:
            self.rows += shapes[-2][0]
        return func(*args, **(kwargs or {}))
