# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a page of a contact sheet: cards in lines, each with cut-out, mesh, name, score, facts and what is to blame."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from triposr_addon.worker.sheet_causes import GOOD, POOR

COLUMNS, LINES = 4, 4
PICTURE = 176
PAD, GAP, MARGIN, HEADER = 10, 14, 28, 84
TEXT_LINE, NAME_LINE = 17, 24
CAUSE_LINES = 3
LONGEST_LINE = 400
"""Letters that are measured; no page is as wide."""
CARD_WIDTH = 2 * PICTURE + 3 * PAD
CARD_HEIGHT = PAD + PICTURE + PAD + NAME_LINE + TEXT_LINE + 6 + CAUSE_LINES * TEXT_LINE + PAD
PAGE_WIDTH = 2 * MARGIN + COLUMNS * CARD_WIDTH + (COLUMNS - 1) * GAP

Colour = tuple[int, int, int]
PAPER: Colour = (29, 30, 33)
CARD: Colour = (44, 46, 51)
FAILED_CARD: Colour = (62, 40, 41)
BEHIND: Colour = (96, 99, 106)
TEXT: Colour = (236, 237, 239)
FAINT: Colour = (158, 163, 171)
BAD: Colour = (226, 92, 86)
FAIR: Colour = (231, 176, 74)
FINE: Colour = (104, 190, 120)


@dataclass(frozen=True)
class Card:
    """One picture. cutout, drawing: RGBA, any size; None where there is none. score: 0..1; None for a failure."""

    name: str
    cutout: Image.Image | None
    drawing: Image.Image | None
    score: float | None
    facts: str
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """What stands above the cards, on the left and on the right."""

    title: str
    line: str
    page: str


def draw_page(heading: Heading, cards: Sequence[Card]) -> Image.Image:
    """At most COLUMNS x LINES cards, from left to right and down."""
    lines = max(-(-len(cards) // COLUMNS), 1)
    height = HEADER + lines * CARD_HEIGHT + (lines - 1) * GAP + MARGIN
    page = Image.new("RGB", (PAGE_WIDTH, height), PAPER)
    _draw_heading(page, heading)
    for number, card in enumerate(cards):
        line, column = divmod(number, COLUMNS)
        _draw_card(page, card, MARGIN + column * (CARD_WIDTH + GAP), HEADER + line * (CARD_HEIGHT + GAP))
    return page


def _draw_heading(page: Image.Image, heading: Heading) -> None:
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, 20), fitted(heading.title, 26, PAGE_WIDTH - 2 * MARGIN - 200), TEXT, _font(26))
    draw.text((MARGIN, 54), fitted(heading.line, 14, PAGE_WIDTH - 2 * MARGIN), FAINT, _font(14))
    draw.text((PAGE_WIDTH - MARGIN, 26), heading.page, FAINT, _font(14), anchor="ra")


def _draw_card(page: Image.Image, card: Card, left: int, top: int) -> None:
    draw = ImageDraw.Draw(page)
    back = FAILED_CARD if card.score is None else CARD
    draw.rounded_rectangle((left, top, left + CARD_WIDTH, top + CARD_HEIGHT), 8, back)
    for number, picture in enumerate((card.cutout, card.drawing)):
        _draw_picture(page, picture, left + PAD + number * (PICTURE + PAD), top + PAD, back)
    y = top + PAD + PICTURE + PAD
    _draw_score(draw, card.score, left + CARD_WIDTH - PAD, y)
    draw.text((left + PAD, y), fitted(card.name, 16, CARD_WIDTH - 2 * PAD - 70), TEXT, _font(16))
    y += NAME_LINE
    draw.text((left + PAD, y), fitted(card.facts, 13, CARD_WIDTH - 2 * PAD), FAINT, _font(13))
    y += TEXT_LINE + 6
    colour = BAD if card.score is None else FAIR
    for text in wrapped(card.causes, 13, CARD_WIDTH - 2 * PAD, CAUSE_LINES):
        draw.text((left + PAD, y), text, colour, _font(13))
        y += TEXT_LINE


def _draw_picture(page: Image.Image, picture: Image.Image | None, left: int, top: int, back: Colour) -> None:
    draw = ImageDraw.Draw(page)
    if picture is None:
        draw.rectangle((left, top, left + PICTURE - 1, top + PICTURE - 1), outline=BEHIND)
        middle = (left + PICTURE // 2, top + PICTURE // 2)
        draw.text(middle, "no picture", FAINT, _font(13), anchor="mm")
        return
    shown = picture.convert("RGBA")
    shown.thumbnail((PICTURE, PICTURE), Image.Resampling.LANCZOS)
    tile = Image.new("RGB", (PICTURE, PICTURE), BEHIND)
    tile.paste(shown, ((PICTURE - shown.width) // 2, (PICTURE - shown.height) // 2), shown)
    page.paste(tile, (left, top))


def _draw_score(draw: ImageDraw.ImageDraw, score: float | None, right: int, top: int) -> None:
    if score is None:
        draw.text((right, top), "failed", BAD, _font(16), anchor="ra")
        return
    colour = FINE if score >= GOOD else FAIR if score >= POOR else BAD
    draw.rounded_rectangle((right - 42, top - 1, right, top + 19), 3, colour)
    draw.text((right - 21, top + 9), f"{score * 100:.0f}", PAPER, _font(15), anchor="mm")


def fitted(text: str, size: int, width: int) -> str:
    """The text, shortened in its middle until it is at most `width` pixels wide."""
    font, kept = _font(size), spelled(text[:LONGEST_LINE])
    while len(kept) > 3 and font.getlength(kept) > width:
        half = (len(kept) - 2) // 2
        kept = f"{kept[:half].rstrip()}\u2026{kept[-half:].lstrip()}"
    return kept


def wrapped(sentences: Sequence[str], size: int, width: int, lines: int) -> list[str]:
    """The sentences in lines of at most `width` pixels, each sentence on a new line; what does not fit ends in dots."""
    font, made = _font(size), list[str]()
    for sentence in sentences:
        begun = ""
        for word in spelled(sentence[: lines * LONGEST_LINE]).split():
            longer = f"{begun} {word}".strip()
            if begun and font.getlength(longer) > width:
                made.append(begun)
                begun = word
            else:
                begun = longer
        made.append(begun)
    if len(made) > lines:
        made = [*made[: lines - 1], fitted(f"{made[lines - 1]} \u2026", size, width)]
    return [fitted(line, size, width) for line in made]


def spelled(text: str) -> str:
    """The text in letters that our font has, which are few: the plain one for one with a mark, else a question mark."""
    return "".join(letter if _has(letter) else _plain(letter) for letter in unicodedata.normalize("NFC", text))


def _plain(letter: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter.casefold()) if not unicodedata.combining(part))
    if not all(_has(part) for part in bare):
        return "?"
    return bare.upper() if letter.isupper() else bare


@cache
def _has(letter: str) -> bool:
    """What a font lacks it draws as one and the same box, and that is what it draws for U+FFFF, which is no letter."""
    font = _font(16)
    drawn, box = font.getmask(letter), font.getmask("\uffff")
    return drawn.size != box.size or bytes(drawn) != bytes(box)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
