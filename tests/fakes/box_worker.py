# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake worker, but with a real mesh for `good.png` and `answers-late.png`: a copy of the file that the test made.

python -I box_worker.py START MESH.npz
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from tests.fakes import fake_worker
from tests.fakes.fake_worker import FakeWorker, say_extracted
from tests.fakes.voice import tell
from triposr_addon import protocol
from triposr_addon.protocol import Extract


def copies_mesh(request_id: int, request: Extract) -> None:
    for step in protocol.STEPS[5:]:
        tell(request, step, 0.5)
    shutil.copyfile(sys.argv[2], request.mesh_path)
    say_extracted(request_id, request)


if __name__ == "__main__":
    fake_worker.MESHES = fake_worker.MESHES | dict.fromkeys(("good", "answers-late"), copies_mesh)
    FakeWorker(sys.argv[1]).serve()
