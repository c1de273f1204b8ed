# SPDX-License-Identifier: GPL-3.0-or-later
"""What a game needs of a mesh that has a field: textures that are asked of it."""
