# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSR for Blender. Empty of imports on purpose: the worker imports through here without Blender."""
