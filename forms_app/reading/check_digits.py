"""Check digits: does a number carry the digit that its scheme computes?

Each function takes the whole number as text, check digit included, and answers True or False; text
of the wrong alphabet or length is simply not valid.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

# Multiplication in the dihedral group D5 and the position permutation (J. Verhoeff, "Error
# Detecting Decimal Codes", Mathematical Centre Tract 29, 1969).
_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def _is_number(text: str) -> bool:
    return len(text) >= 2 and text.isascii() and text.isdigit()


def luhn(text: str) -> bool:
    """Luhn, modulus 10 with doubling: payment cards, many national numbers (US 2,950,048)."""
    if not _is_number(text):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in text[-2::-2])
    return (sum(doubled) + sum(map(int, text[-1::-2]))) % 10 == 0


def ean(text: str) -> bool:
    """GS1 modulus 10 with weights 3 and 1: EAN, UPC, ISBN-13, GTIN (GS1 General Specifications)."""
    if not _is_number(text):
        return False
    return (sum(map(int, text[-1::-2])) + 3 * sum(map(int, text[-2::-2]))) % 10 == 0


def mod11(text: str) -> bool:
    """Modulus 11 with weights 2, 3, 4, ... from the right; `X` stands for ten (as in ISBN-10)."""
    body, check = text[:-1], text[-1:].upper()
    if not (len(text) >= 2 and text.isascii() and body.isdigit()):
        return False
    if not (check.isdigit() or check == "X"):
        return False
    weighted = sum(weight * int(digit) for weight, digit in enumerate(reversed(body), start=2))
    return (weighted + (10 if check == "X" else int(check))) % 11 == 0


def mod97(text: str) -> bool:
    """ISO 7064 MOD 97-10: letters count 10 to 35, the whole number leaves 1."""
    if not (len(text) >= 3 and text.isascii() and text.isalnum()):
        return False
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def iban(text: str) -> bool:
    """IBAN (ISO 13616): the first four characters move to the end, then MOD 97-10."""
    compact = text.replace(" ", "")
    if len(compact) < 5 or not (compact[:2].isalpha() and compact[2:4].isdigit()):
        return False
    return mod97(compact[4:] + compact[:4])


def verhoeff(text: str) -> bool:
    """Verhoeff: catches every single error and every swap of neighbours."""
    if not _is_number(text):
        return False
    total = 0
    for position, digit in enumerate(reversed(text)):
        total = _D5[total][_PERMUTATION[position % 8][int(digit)]]
    return total == 0


CHECKS: MappingProxyType[str, Callable[[str], bool]] = MappingProxyType(
    {
        "luhn": luhn,
        "ean": ean,
        "mod11": mod11,
        "mod97": mod97,
        "iban": iban,
        "verhoeff": verhoeff,
    }
)
