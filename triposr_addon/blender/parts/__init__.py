# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures that several computers share: what each of them made, and all of it together."""
