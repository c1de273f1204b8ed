# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process's rooms: photo to field to mesh. Never imports bpy."""
