# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh to a game asset, stage by stage: geometry, texture, levels of detail, colliders, export."""
