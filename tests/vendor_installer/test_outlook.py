# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation has come to is told from what it looked like before."""

import pytest

from vendor_installer.outlook import outcome
from vendor_installer.sentences import Sentence, say


@pytest.mark.parametrize(
    ("before", "kept", "told"),
    [
        (say("NOTHING_INSTALLED"), False, "INSTALLED"),
        (say("INSTALLED_ALREADY"), True, "INSTALLED_ALREADY"),
        (say("INSTALLED_ALREADY"), False, "INSTALLED"),
        (say("WOULD_BE_KEPT"), True, "PACKAGES_KEPT"),
        (say("WOULD_BE_KEPT"), False, "INSTALLED"),
        (say("WOULD_CHANGE", changes="torch 2.12.0 -> 2.13.0"), False, "INSTALLED_ANEW"),
        (say("WOULD_BE_MADE_ANEW"), False, "INSTALLED"),
    ],
)
def test_it_says_what_became_of_the_packages(before: Sentence, kept: bool, told: str) -> None:
    assert outcome(before, 1, 1 if kept else 2).code == told


def test_what_changed_is_named() -> None:
    assert "torch 2.12.0 -> 2.13.0" in str(outcome(say("WOULD_CHANGE", changes="torch 2.12.0 -> 2.13.0"), 1, 2))
