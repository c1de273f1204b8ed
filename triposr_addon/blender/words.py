# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own sentences in the language that Blender shows.

Blender translates labels, descriptions and reports that are whole: it looks them up as they stand. What is put together
from parts must be looked up as a template first, and so must a poll's message. The languages are in languages/*.json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy


def ui(template: str, **values: object) -> str:
    """A label's text; `values` go into the template's braces after it was translated."""
    return _filled(bpy.app.translations.pgettext_iface, template, values)


def told(template: str, **values: object) -> str:
    """The same for reports, and for the reason why something is greyed out."""
    return _filled(bpy.app.translations.pgettext_rpt, template, values)


def _filled(look_up: Callable[[str], Any], template: str, values: dict[str, object]) -> str:
    """look_up gives a string; Blender's stubs believe that it gives nothing."""
    text = str(look_up(template))
    return text.format(**values) if values else text
