"""Codes on pages: they are found in any direction, and say what the template's setting says."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from forms_app.reading.page_codes import PageCode, code_expression, read_codes, understand
from forms_app.reading.types import GreyImage


def sheet_with_code(
    page: GreyImage, text: str, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.QRCode
) -> GreyImage:
    """The page with a printed code in its top right corner."""
    code = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=3), dtype=np.uint8)
    printed = page.copy()
    height, width = code.shape
    printed[20 : 20 + height, page.shape[1] - 20 - width : page.shape[1] - 20] = code
    return printed


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
def test_a_code_is_found_whichever_way_up(kind: zxingcpp.BarcodeFormat, turns: int) -> None:
    page = sheet_with_code(np.full((1169, 826), 255, np.uint8), "Intake:2:A-17", kind)
    assert read_codes(np.ascontiguousarray(np.rot90(page, turns))) == ["Intake:2:A-17"]
    assert read_codes(np.full((1169, 826), 255, np.uint8)) == []


@pytest.mark.parametrize(
    ("setting", "text", "said"),
    [
        ("template:page:submission", "Intake:2:A-17", ("Intake", 2, "A-17")),
        ("submission", "A-17", (None, None, "A-17")),
        ("page/submission", "2/A/17", (None, 2, "A/17")),
        (r"F-(?P<submission>\d+)-(?P<page>\d)", "F-0017-2", (None, 2, "0017")),
        ("template:page", "Intake", None),
        ("page", "two", None),
    ],
)
def test_what_a_code_says(
    setting: str, text: str, said: tuple[str | None, int | None, str | None] | None
) -> None:
    found = understand(text, code_expression(setting))
    assert found == (None if said is None else PageCode(text, *said))


@pytest.mark.parametrize(
    "setting", ["", "number", "page:page", "(?P<page>[0-9]+", "(?P<form>.+)", "x" * 600]
)
def test_a_setting_that_says_nothing_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        code_expression(setting)
