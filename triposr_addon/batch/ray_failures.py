# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with Ray, with a cluster, or with one of its nodes."""

from __future__ import annotations

from triposr_addon.worker.failures import WorkerFailure


class RayFailure(WorkerFailure):
    """The library can't be made on Ray, or not to its end."""


class RayMissing(RayFailure):
    """The package is not installed."""

    code = "RAY_MISSING"


class ClusterUnreachable(RayFailure):
    """No cluster answers at the address, or it can't be joined."""

    code = "RAY_UNREACHABLE"


class ClusterUnfit(RayFailure):
    """The cluster has not what the work needs."""

    code = "RAY_UNFIT"


class NodeUnfit(RayFailure):
    """A node does not see the library, or would make other meshes than the others."""

    code = "RAY_NODE_UNFIT"


class ClusterFailed(RayFailure):
    """Ray gave up in the middle of the work."""

    code = "RAY_FAILED"


def ray_missing(error: ImportError) -> RayMissing:
    """The failure that a missing package is, with the command that brings it."""
    return RayMissing(
        "Ray is not installed here. `python3 -m vendor_installer run --with ray -- python -m triposr_addon batch …` "
        "brings it; without --ray the same meshes are made on this computer alone.",
        repr(error),
    )
