"""The health check finds what would spoil readings, on templates with one fault each."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import pytest

from forms_app import demo
from forms_app.reading.types import GreyImage
from forms_app.templating.blanks import load_blanks
from forms_app.templating.findings import Finding, Severity
from forms_app.templating.health import quick_findings
from forms_app.templating.health_print import page_print
from forms_app.templating.paper_size import mm_per_px
from forms_app.templating.template_file import load_template, parse_template

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dpi
COMB = {"name": "code", "kind": "digits", "box": [200, 300, 288, 48], "cells": 8}


def draw_blank() -> GreyImage:
    """A row of eight printed cells at (200, 300), a tick box at (200, 500), a printed sentence."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for i in range(8):
        cv2.rectangle(page, (200 + 36 * i, 300), (236 + 36 * i, 348), 0, 2)
    cv2.rectangle(page, (200, 500), (226, 526), 0, 2)
    cv2.putText(page, "The quick brown fox jumps", (200, 700), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    return page


def findings(*fields: dict[str, Any], blank: GreyImage | None = None) -> list[Finding]:
    page = draw_blank() if blank is None else blank
    height, width = page.shape
    template = parse_template(
        {
            "format": "fieldhand/1",
            "name": "One fault",
            "pages": [{"image": "b.png", "width": width, "height": height}],
            "fields": list(fields),
        }
    )
    return [f for f in quick_findings(template, [page_print(page)]) if f.code != "coarse_page"]


def codes(*fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(finding.severity), finding.code) for finding in findings(*fields)]


def test_a_sound_template_has_nothing_that_must_or_should_change() -> None:
    assert findings(COMB) == []
    template = load_template(demo.TEMPLATE)
    prints = [page_print(blank) for blank in load_blanks(template, demo.TEMPLATE.parent)]
    started = time.perf_counter()
    found = quick_findings(template, prints)
    assert time.perf_counter() - started < 1
    assert {finding.severity for finding in found} <= {Severity.NOTE}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (COMB | {"cells": 24}, ("must", "cells_few_pixels")),
        (COMB | {"box": [600, 300, 176, 48]}, ("should", "cells_few_pixels")),
        (COMB | {"box": [600, 300, 280, 25]}, ("should", "cells_few_pixels")),
        (COMB | {"box": [300, 900, 800, 48]}, ("note", "cells_wide")),
        (COMB | {"cells": 4}, ("must", "cells_off_print")),
        (COMB | {"box": [218, 300, 288, 48]}, ("must", "cells_off_print")),
        (COMB | {"box": [200, 670, 288, 48]}, ("should", "over_print")),
        (COMB | {"box": [6, 900, 288, 48]}, ("should", "near_edge")),
        (
            {"name": "n", "kind": "text", "layout": "line", "box": [190, 660, 500, 50]},
            ("should", "over_print"),
        ),
        (
            {"name": "n", "kind": "text", "layout": "line", "box": [190, 900, 500, 29]},
            ("should", "line_low"),
        ),
        (
            {"name": "n", "kind": "text", "layout": "line", "box": [190, 900, 500, 12]},
            ("must", "line_few_pixels"),
        ),
        ({"name": "m", "kind": "mark", "box": [500, 500, 7, 7]}, ("must", "tick_few_pixels")),
        ({"name": "m", "kind": "mark", "box": [210, 666, 24, 24]}, ("note", "near_print")),
        (COMB | {"pattern": "[0-9]{9}"}, ("must", "unreachable")),
        (COMB | {"pattern": "[0-4]{8}", "range": [50000000, 60000000]}, ("must", "unreachable")),
        (COMB | {"range": [100000000, 200000000]}, ("must", "unreachable")),
        (COMB | {"range": [1, 200000000]}, ("note", "unreachable")),
        (COMB | {"range": [-9, -1]}, ("must", "unreachable")),
        (COMB | {"values": ["12345678", "A2345678"]}, ("should", "unreachable")),
        (COMB | {"values": ["123", "456"], "min_length": 4}, ("must", "unreachable")),
        (COMB | {"kind": "text", "check": "iban"}, ("must", "unreachable")),
        (COMB | {"kind": "letters", "case": "upper", "pattern": "[a-z]+"}, ("must", "unreachable")),
        (
            {"name": "o", "kind": "choice", "options": [{"value": "a", "box": [200, 500, 26, 26]}]},
            ("note", "one_option"),
        ),
    ],
)
def test_each_fault_is_found(field: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in codes(field)


@pytest.mark.parametrize(
    "rules",
    [
        {"pattern": "[0-9]{8}"},
        {"pattern": "(12|34)[0-9]{2,6}", "check": "luhn"},
        {"range": [1, 99999999]},
        {"values": ["12345678", "87654321"], "min_length": 8},
    ],
)
def test_rules_that_can_be_kept_are_left_alone(rules: dict[str, Any]) -> None:
    assert codes(COMB | rules) == []


def test_overlaps_name_both_fields() -> None:
    twice = findings(COMB, COMB | {"name": "again"})
    assert [(f.severity, f.code, f.field) for f in twice] == [("must", "overlap", "code")]
    assert "'again'" in twice[0].message
    beside = COMB | {"name": "next", "box": [486, 300, 288, 48]}
    assert codes(COMB, beside) == []
    picture = {"name": "whole", "kind": "image", "box": [190, 290, 600, 70]}
    assert codes(COMB, picture) == []
    close = [{"value": v, "box": [200 + x, 500, 26, 26]} for v, x in (("a", 0), ("b", 18))]
    assert ("should", "own_overlap") in codes({"name": "o", "kind": "choice", "options": close})


def test_cells_too_small_for_a_hand_are_told() -> None:
    page = np.full((3508, 2480), 255, np.uint8)  # A4 at 300 dpi
    small = COMB | {"box": [600, 900, 320, 60]}
    [finding] = findings(small, blank=page)
    assert (finding.severity, finding.code) == ("should", "cells_small")
    assert "40 by 60 px, about 3.4 by 5.1 mm" in finding.message


def test_a_coarse_blank_is_told() -> None:
    page = cv2.resize(draw_blank(), (620, 877), interpolation=cv2.INTER_AREA)
    template = parse_template(
        {
            "format": "fieldhand/1",
            "name": "Coarse",
            "pages": [{"image": "b.png", "width": 620, "height": 877}],
            "fields": [],
        }
    )
    [finding] = quick_findings(template, [page_print(np.asarray(page, np.uint8))])
    assert (finding.code, finding.page) == ("coarse_page", 1)
    assert "75 dots per inch" in finding.message


@pytest.mark.parametrize(
    ("size", "expected"),
    [((2480, 3508), 297 / 3508), ((2550, 3300), 279.4 / 3300), ((1000, 1000), 297 / 1000)],
)
def test_paper_is_known_by_its_shape(size: tuple[int, int], expected: float) -> None:
    assert mm_per_px(*size) == pytest.approx(expected)
    assert mm_per_px(*size[::-1]) == pytest.approx(expected)
