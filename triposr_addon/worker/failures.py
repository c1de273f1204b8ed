# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure that the worker knows, each with a stable code and the artist's next step.

    WorkerFailure
    └── ModelFailure               a checkpoint folder that can't be used
        ├── ModelFileMissing       config.yaml or the weights are not there
        ├── ModelFileUnreadable    not YAML, not safetensors, not a torch file, cut short, or with code inside
        ├── ModelConfigInvalid     an entry is missing or makes no sense
        ├── ModelClassUnknown      the config names another network
        ├── ModelTensorMissing     the weights lack a tensor
        ├── ModelTensorExtra       the weights hold a tensor that the network has no place for
        └── ModelTensorMisshapen   a tensor has another shape than the config says
"""

from __future__ import annotations

from typing import ClassVar

from triposr_addon.protocol import ErrorReport


class WorkerFailure(Exception):
    """A known failure: `sentence` for the artist (what happened, what to do), `details` for the log."""

    code: ClassVar[str]

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details

    def report(self) -> ErrorReport:
        """As told across the wire."""
        return ErrorReport(self.code, self.sentence, self.details)


class ModelFailure(WorkerFailure):
    """A checkpoint folder that can't be used."""


class ModelFileMissing(ModelFailure):
    """config.yaml or the weights are not there."""

    code = "MODEL_FILE_MISSING"


class ModelFileUnreadable(ModelFailure):
    """Not YAML, not safetensors, not a torch file, cut short, or with code inside."""

    code = "MODEL_FILE_UNREADABLE"


class ModelConfigInvalid(ModelFailure):
    """An entry of config.yaml is missing or makes no sense."""

    code = "MODEL_CONFIG_INVALID"


class ModelClassUnknown(ModelFailure):
    """config.yaml names another network than TripoSR's."""

    code = "MODEL_CLASS_UNKNOWN"


class ModelTensorMissing(ModelFailure):
    """The weights lack a tensor that the network needs."""

    code = "MODEL_TENSOR_MISSING"


class ModelTensorExtra(ModelFailure):
    """The weights hold a tensor that the network has no place for."""

    code = "MODEL_TENSOR_EXTRA"


class ModelTensorMisshapen(ModelFailure):
    """A tensor has another shape than config.yaml says."""

    code = "MODEL_TENSOR_MISSHAPEN"
