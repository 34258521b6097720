"""Check digits against published numbers, and against every single-digit error."""

from __future__ import annotations

import pytest

from forms_app.reading.check_digits import CHECKS

PUBLISHED = [
    ("luhn", "79927398713"),
    ("luhn", "4111111111111111"),
    ("ean", "4006381333931"),
    ("ean", "9783161484100"),
    ("mod11", "0306406152"),
    ("mod11", "080442957X"),
    ("mod97", "3214282912345698765432161182"),
    ("iban", "GB82 WEST 1234 5698 7654 32"),
    ("iban", "DE89370400440532013000"),
    ("verhoeff", "2363"),
    ("verhoeff", "758722"),
]


@pytest.mark.parametrize(("check", "number"), PUBLISHED)
def test_published_numbers_pass(check: str, number: str) -> None:
    assert CHECKS[check](number)


@pytest.mark.parametrize(("check", "number"), PUBLISHED)
def test_every_single_digit_error_is_caught(check: str, number: str) -> None:
    for place, digit in enumerate(number):
        if not digit.isdigit():
            continue
        for other in "0123456789".replace(digit, ""):
            assert not CHECKS[check](number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("text", ["", "7", "x", "12a4", "１２３４", "-18", "1 8 "])
def test_text_of_another_alphabet_is_not_valid(check: str, text: str) -> None:
    assert not CHECKS[check](text)
