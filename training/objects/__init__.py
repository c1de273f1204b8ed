# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural objects: signed-distance primitives, materials and the families built from them."""
