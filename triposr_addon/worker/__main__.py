# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process: `PYTHON -I .../triposr_addon/worker/__main__.py`, spoken to over standard input and output.

Started by path and isolated, so that nothing of the machine's Python settings reaches it; the extension's root is put
on the path here. Exit code 0: asked to leave (`shutdown`, `exit`, or the end of standard input).

With `--prove DEVICE` it makes one small mesh on that device instead, and says so (proof.py); with `--halve FOLDER` a
model's copy in half precision (half_copy.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from triposr_addon.worker.idle_threads import let_idle_threads_sleep
from triposr_addon.worker.orphan import wake_when_orphaned
from triposr_addon.worker.standard_streams import claim_standard_streams


def main() -> NoReturn:
    """Take the streams before anything heavy is imported: from then on no library can write into the wire."""
    streams = claim_standard_streams()
    wake_when_orphaned()
    let_idle_threads_sleep()
    if sys.argv[1:2] == ["--prove"]:
        from triposr_addon.worker.proof import print_proof

        exit_code = print_proof("".join(sys.argv[2:3]), streams.answers)
    elif sys.argv[1:2] == ["--halve"]:
        from triposr_addon.worker.half_copy import print_half_copy

        exit_code = print_half_copy("".join(sys.argv[2:3]), streams.answers)
    else:
        from triposr_addon.worker.service import serve

        exit_code = serve(streams)
    sys.stderr.flush()
    os._exit(exit_code)  # taking torch apart in order takes seconds, and nothing is left to be saved


if __name__ == "__main__":
    main()
