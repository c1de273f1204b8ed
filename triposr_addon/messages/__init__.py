# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages themselves, one file for each thing they are about. `protocol` gathers them; ask there."""
