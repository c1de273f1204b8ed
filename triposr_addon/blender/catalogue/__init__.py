# SPDX-License-Identifier: GPL-3.0-or-later
"""From a library of pictures (`python -m triposr_addon batch`) into Blender: look through it, import, link."""
