# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a bad day, sorted by what must become of a download that meets them."""

from __future__ import annotations

from tests.fakes.bad_server import Fault

SURVIVED = (
    *(Fault("cut", at) for at in (0, 1, 4095, 65536, 65537, 299_999)),
    *(Fault("close", at) for at in (0, 1, 100_000, 299_999)),
    *(Fault("stall", at) for at in (0, 1, 150_000)),
    *(Fault("drip", at) for at in (0, 200_000)),
    *(Fault("status", status=status) for status in (408, 429, 500, 502, 503, 504)),
    Fault("silence"),
    Fault("slow_headers"),
    Fault("no_length"),
    Fault("no_range"),
    Fault("wrong_range"),
)
"""Met once, they cost nothing but time."""

REFUSED = (
    (Fault("status", status=401), "DOWNLOAD_REFUSED"),
    (Fault("status", status=403), "DOWNLOAD_REFUSED"),
    (Fault("status", status=407), "DOWNLOAD_REFUSED"),
    (Fault("status", status=404), "DOWNLOAD_MISSING"),
    (Fault("status", status=410), "DOWNLOAD_MISSING"),
    (Fault("status", status=500), "SERVER_FAILED"),
    (Fault("html"), "DOWNLOAD_REPLACED"),
    (Fault("shorter"), "DOWNLOAD_WRONG_LENGTH"),
    (Fault("longer"), "DOWNLOAD_WRONG_LENGTH"),
    (Fault("more_than_told"), "DOWNLOAD_WRONG_LENGTH"),
    (Fault("stall", 0), "DOWNLOAD_STALLED"),
    (Fault("silence"), "DOWNLOAD_STALLED"),
    (Fault("drip", 0), "DOWNLOAD_STALLED"),
    (Fault("slow_headers"), "DOWNLOAD_STALLED"),
    (Fault("cut", 0), "CONNECTION_LOST"),
    (Fault("close", 0), "CONNECTION_LOST"),
    (Fault("wrong_range"), "CONNECTION_LOST"),
)
"""Met by every try, they end it with this code, and what was fetched is kept."""

OTHER_CONTENT = (Fault("wrong_bytes"), Fault("html_of_right_length"))
"""These end it with FILE_NOT_AS_PINNED, and what came is set aside."""
