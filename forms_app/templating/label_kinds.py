"""What a label says about the kind of its field; only where it is plain, else text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_app.reading.form_template import FieldKind

_DATE = re.compile(
    r"\b(date|dob|d\.o\.b\.?|born|birthday|geburtsdatum|geboren|datum|fecha|naissance|data)\b", re.I
)
_NOT_DATE = re.compile(r"\b(country|place|town|city|update|data protection)\b", re.I)
_DIGITS = re.compile(
    r"\b(phone|telephone|tel|mobile|fax|quantity|qty|age|how many|telefon|anzahl|alter)\b"
    r"|\b(account|customer|member(ship)?|house|page|room|employee)[\s-]*(no|nr|num|number|id)\b",
    re.I,
)
_NUMBER = re.compile(
    r"\b(amount|total|sum|price|cost|weight|height|temperature|betrag|summe|preis|gewicht|montant)\b"
    r"|[€$£]",
    re.I,
)
_LETTERS = re.compile(
    r"^\W*((sur|first|last|given|family|middle|fore|maiden)[\s-]?names?|name|vorname|nachname|nom"
    r"|name in capitals)\W*(\(.*\))?\W*$",
    re.I,
)
_SIGNATURE = re.compile(r"\b(signature|signed|sign here|unterschrift|firma|signatur)\b", re.I)
_MANY = re.compile(r"\b(all that apply|several|mehrere|more than one)\b", re.I)
_FORMAT = re.compile(
    r"\b([DMYTJ]{1,4})\s*([-./ ]?)\s*([DMYTJ]{1,4})\s*\2\s*([DMYTJA]{2,4})\b", re.I
)
_GUIDES = re.compile(r"(?<![A-Z])[DMYTJA](?:\s*[DMYTJA]){1,7}\s*\)?$")
_LEAST_GUIDES = 2
_USUAL_ORDERS = ("DDMMYYYY", "MMDDYYYY", "YYYYMMDD", "DDMMYY", "MMDDYY", "YYMMDD")
_BY_LENGTH = {8: "DDMMYYYY", 6: "DDMMYY"}
_FORMATS = frozenset({"DDMMYYYY", "MMDDYYYY", "YYYYMMDD", "DDMMYY", "MMDDYY", "YYMMDD", "MMYYYY",
                      "DDMM", "YYYY"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledKind:
    """The kind that a label stands for; `format` for dates."""

    kind: FieldKind
    format: str | None = None


def written_kind(label: str, guides: str = "", cells: int = 0) -> LabelledKind:
    """The kind of a written field.

    Args:
        label: what is printed beside it; empty where unknown.
        guides: letters printed in its cells, one each, as DDMMYYYY.
        cells: number of its cells; 0 for a line.
    """
    guided = date_format(guides) or _mostly_read(guides, cells)
    if guided and cells in {0, len(guided)}:
        return LabelledKind(FieldKind.DATE, guided)
    named = _FORMAT.search(label)
    stated = date_format("".join(named.group(1, 3, 4))) if named else None
    if stated and cells in {0, len(stated)}:
        return LabelledKind(FieldKind.DATE, stated)
    if _DATE.search(label) and not _NOT_DATE.search(label):
        usual = _BY_LENGTH.get(cells or 8)
        if usual:
            return LabelledKind(FieldKind.DATE, usual)
    if _NUMBER.search(label):
        return LabelledKind(FieldKind.NUMBER)
    if _DIGITS.search(label):
        return LabelledKind(FieldKind.DIGITS)
    if _LETTERS.search(label):
        return LabelledKind(FieldKind.LETTERS)
    return LabelledKind(FieldKind.TEXT)


def without_guides(label: str, cells: int = 0) -> tuple[str, str]:
    """A label without the guide letters at its end (`Date of birth D D M M Y Y`), and these.

    Args:
        label: as it was read: letters that stand over cells come in groups, run into the word
            before them, and some may be missing (`Next visitDD`).
        cells: number of the field's cells, from which missing letters are known; 0 where unknown.
    """
    found = _GUIDES.search(label)
    if found is None:
        return label, ""
    rest = label[: found.start()]
    letters = re.sub(r"[^A-Z]", "", found.group().upper())
    if date_format(letters) is None:
        is_plain = rest[-1:].islower() or 2 * len(letters) >= max(cells, 6)
        letters = _completed(letters, cells) if is_plain else ""
    return (rest.rstrip(" (:,"), letters) if letters else (label, "")


def _mostly_read(guides: str, cells: int) -> str:
    """The order that letters in cells stand for where some could not be read, or not rightly."""
    letters = re.sub(r"[^DMYTJA]", "", guides.upper())
    return _completed(letters, cells) if 2 * len(letters) >= max(cells, 6) else ""


def _completed(letters: str, cells: int) -> str:
    """The guide letters of which some were read; "" where these can be of no date of `cells`."""
    if len(letters) < _LEAST_GUIDES:
        return ""
    plain = _in_english(letters)
    for whole in _USUAL_ORDERS:
        left = iter(whole)
        is_part = len(whole) == cells and plain[0] == whole[0] and all(c in left for c in plain)
        if is_part:
            return whole
    return ""


def is_signature(label: str) -> bool:
    """Whether a label asks for a signature."""
    return _SIGNATURE.search(label) is not None


def choice_kind(question: str) -> FieldKind:
    """Whether one or several options may be marked."""
    return FieldKind.CHOICES if _MANY.search(question) else FieldKind.CHOICE


def date_format(letters: str) -> str | None:
    """The date format that guide letters spell: English, German (TMJ) or French (JMA)."""
    plain = _in_english(re.sub(r"[^A-Z]", "", letters.upper()))
    return plain if plain in _FORMATS else None


def _in_english(letters: str) -> str:
    if "T" in letters:
        return letters.replace("T", "D").replace("J", "Y")
    return letters.replace("J", "D").replace("A", "Y") if "A" in letters else letters
