# SPDX-License-Identifier: GPL-3.0-or-later
"""What the first card says and lets choose: the installer's findings in an artist's words, cards and builds."""
