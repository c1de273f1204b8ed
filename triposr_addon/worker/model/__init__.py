# SPDX-License-Identifier: GPL-3.0-or-later
"""The TripoSR network alone (arXiv 2403.02151): torch in, torch out. No files, no prints, no protocol."""
