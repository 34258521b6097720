"""Invisible text in a PDF, in any script and without a font file.

Type 3 fonts draw their glyphs themselves (ISO 32000-1, 9.6.5): these have a size and draw nothing,
so that the text can be searched, marked and copied. Each font has 255 of the characters that occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from forms_app.reading.geometry import Box
from forms_app.services.pdf_objects import PdfObjects, number_text

CODES_OF_FONT = 255
# In thousandths of the font's size: a glyph is half as wide as high, a fifth of it below the line.
WIDTH, BOTTOM, TOP = 500, -200, 800


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text and the place that it fills, `box` in points from the page's top left corner."""

    text: str
    box: Box


class InvisibleFonts:
    """Gives each character that occurs a code in a font; the fonts are written at the end."""

    def __init__(self, objects: PdfObjects) -> None:
        self._objects = objects
        self._places: dict[str, int] = {}
        self._numbers: list[int] = []

    def operators(self, texts: Sequence[PlacedText], page_height: float) -> str:
        """What sets the texts on a page of `page_height` points."""
        lines = [line for text in texts for line in self._set(text, page_height)]
        return "\n".join(("BT", *lines, "ET")) if lines else ""

    @property
    def resources(self) -> str:
        """The fonts that there are so far, as a page names them."""
        named = (f"/F{place} {number} 0 R" for place, number in enumerate(self._numbers))
        return f"/Font << {' '.join(named)} >>"

    def close(self) -> None:
        """Write the fonts."""
        if not self._numbers:
            return
        glyph = self._objects.new()
        box = f"{WIDTH} 0 0 {BOTTOM} {WIDTH} {TOP} d1"
        self._objects.stream(glyph, "", box.encode("ascii"))
        characters = list(self._places)
        for place, number in enumerate(self._numbers):
            start = place * CODES_OF_FONT
            self._write(number, characters[start : start + CODES_OF_FONT], glyph)

    def _set(self, placed: PlacedText, page_height: float) -> list[str]:
        """The text from the left edge of its box to the right one, as high as the box."""
        if not placed.text or placed.box.width <= 0 or placed.box.height <= 0:
            return []
        size, box = placed.box.height, placed.box
        advance = box.width / len(placed.text)
        line = page_height - box.bottom - size * BOTTOM / 1000
        lines, x = [f"{number_text(100_000 * advance / (WIDTH * size))} Tz"], box.x
        for font, codes in groupby(map(self._code, placed.text), key=lambda code: code[0]):
            written = bytes(code for _, code in codes)
            lines += [
                f"/F{font} {number_text(size)} Tf",
                f"1 0 0 1 {number_text(x, line)} Tm",
                f"<{written.hex().upper()}> Tj",
            ]
            x += len(written) * advance
        return lines

    def _code(self, character: str) -> tuple[int, int]:
        place = self._places.setdefault(character, len(self._places))
        font, code = divmod(place, CODES_OF_FONT)
        if font == len(self._numbers):
            self._numbers.append(self._objects.new())
        return font, code + 1

    def _write(self, number: int, characters: Sequence[str], glyph: int) -> None:
        meanings = self._objects.new()
        self._objects.packed(meanings, _to_unicode(characters).encode("ascii"))
        count = len(characters)
        names = " ".join(f"/g{code}" for code in range(1, count + 1))
        glyphs = " ".join(f"/g{code} {glyph} 0 R" for code in range(1, count + 1))
        widths = " ".join([str(WIDTH)] * count)
        self._objects.write(
            number,
            f"<< /Type /Font /Subtype /Type3 /FontBBox [0 {BOTTOM} {WIDTH} {TOP}]"
            f" /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 1 /LastChar {count}"
            f" /Widths [{widths}] /Encoding << /Type /Encoding /Differences [1 {names}] >>"
            f" /CharProcs << {glyphs} >> /Resources << >> /ToUnicode {meanings} 0 R >>",
        )


def _to_unicode(characters: Sequence[str]) -> str:
    """What each code of a font means; see “ToUnicode CMaps” (9.10.3)."""
    lines = [
        f"<{code:02X}> <{character.encode('utf-16-be', 'replace').hex().upper()}>"
        for code, character in enumerate(characters, start=1)
    ]
    # At most 100 in one go.
    parts = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    said = "\n".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CMapName /Fieldhand def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<01> <FF>\nendcodespacerange\n{said}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
