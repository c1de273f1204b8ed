# SPDX-License-Identifier: GPL-3.0-or-later
"""How the built-in preview model is made: objects, pictures of them, losses, training, evaluation, export."""
