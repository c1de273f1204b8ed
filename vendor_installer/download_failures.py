# SPDX-License-Identifier: GPL-3.0-or-later
"""What can become of a download. In all cases but one what was fetched is kept, and the next run goes on there."""

from __future__ import annotations

from pathlib import Path

from vendor_installer.failures import InstallerFailure

GO_ON = "What was fetched is kept: run this again to go on."


class ConnectionLost(InstallerFailure):
    """No connection, or one that was cut again and again without a byte more."""

    code = "CONNECTION_LOST"
    exit_code = 30

    def __init__(self, host: str, details: str) -> None:
        super().__init__(
            f"There is no lasting connection to {host}. Check the network, and the proxy (HTTPS_PROXY) if you have "
            f"one. {GO_ON}",
            details,
        )


class DownloadStalled(InstallerFailure):
    """The server went silent, or dripped, again and again."""

    code = "DOWNLOAD_STALLED"
    exit_code = 31

    def __init__(self, host: str, seconds: float, details: str) -> None:
        super().__init__(
            f"{host} sent next to nothing for {seconds:.0f} seconds, several times. Try again later. {GO_ON}", details
        )


class ServerFailed(InstallerFailure):
    """429 or 5xx, again and again."""

    code = "SERVER_FAILED"
    exit_code = 32

    def __init__(self, host: str, status: int) -> None:
        super().__init__(f"{host} has trouble of its own (status {status}). Try again later. {GO_ON}")


class DownloadRefused(InstallerFailure):
    """401, 403, 407 and their like."""

    code = "DOWNLOAD_REFUSED"
    exit_code = 33

    def __init__(self, host: str, status: int) -> None:
        super().__init__(
            f"{host}, or a proxy on the way, refuses the download (status {status}). Ask who runs your network to "
            "allow it, or fetch the file elsewhere and use `models add FILE`."
        )


class DownloadMissing(InstallerFailure):
    """404 or 410."""

    code = "DOWNLOAD_MISSING"
    exit_code = 34

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} is no longer there. Look for a newer version of this extension, or fetch the file elsewhere and "
            "use `models add FILE`."
        )


class DownloadReplaced(InstallerFailure):
    """A web page came instead of the file."""

    code = "DOWNLOAD_REPLACED"
    exit_code = 35

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Instead of the file from {host} a web page came: a sign-in page of the network, or a proxy's warning. "
            f"Open any page in a web browser and sign in, then run this again. {GO_ON}"
        )


class WrongLength(InstallerFailure):
    """The server offers a file of another size than the pinned one's."""

    code = "DOWNLOAD_WRONG_LENGTH"
    exit_code = 36

    def __init__(self, url: str, expected: int, offered: str) -> None:
        super().__init__(
            f"{url} has {offered} bytes, not {expected}: it is not the file that was pinned. Look for a newer version "
            "of this extension, or use `models add FILE` with the right one."
        )


class FileNotAsPinned(InstallerFailure):
    """The right size, but other content. `aside`: where it lies now; None where it was left where it is."""

    code = "FILE_NOT_AS_PINNED"
    exit_code = 37

    def __init__(self, path: Path, details: str, aside: Path | None = None) -> None:
        where = f" It was set aside as {aside.name} and is not used." if aside else " It was left where it is."
        super().__init__(
            f"{path.name} is not the file that was pinned: its SHA-256 differs.{where} Run this again to fetch it "
            "anew; if that fails, too, something on the way changes files.",
            details,
        )


class DownloadCancelled(InstallerFailure):
    """The artist stopped it."""

    code = "CANCELLED"
    exit_code = 38

    def __init__(self) -> None:
        super().__init__(f"Stopped. {GO_ON}")


class CertificateRefused(InstallerFailure):
    """The server's certificate is of nobody that this computer trusts."""

    code = "CERTIFICATE_REFUSED"
    exit_code = 39

    def __init__(self, host: str, details: str) -> None:
        super().__init__(
            f"{host} could not prove who it is. If your network has a certificate of its own, name its file in "
            "SSL_CERT_FILE; otherwise check the computer's date. Then run this again.",
            details,
        )
