# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the worker's Python environment; standard library only."""
