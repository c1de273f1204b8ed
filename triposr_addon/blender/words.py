# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own sentences in the language that Blender shows.

Blender translates labels, descriptions and reports that are whole: it looks them up as they stand. What is put together
from parts must be looked up as a template first, and so must a poll's message. The languages are in languages/*.json.
"""

from __future__ import annotations

import bpy


def ui(template: str, **values: object) -> str:
    """A label's text; `values` go into the template's braces after it was translated."""
    # The stubs believe that it returns nothing.
    return _filled(bpy.app.translations.pgettext_iface(template), values)  # type: ignore[arg-type, func-returns-value]


def told(template: str, **values: object) -> str:
    """The same for reports, and for the reason why something is greyed out."""
    return _filled(bpy.app.translations.pgettext_rpt(template), values)  # type: ignore[arg-type, func-returns-value]


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
