# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's side of the process boundary: standard library only, testable without Blender."""
