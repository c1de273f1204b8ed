# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries of pictures: many at once, on one machine or on many, with a record of each."""
