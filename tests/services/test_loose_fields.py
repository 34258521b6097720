"""Which fields lie loosely, and how a person is told."""

from __future__ import annotations

from forms_app.reading.form_template import FormField
from forms_app.services.loose_fields import loose_fields, looseness_in_words
from forms_app.templating.template_file import parse_template

TICKS = [
    {"name": f"tick_{n}", "label": f"Tick {n}", "page": 1, "kind": "mark", "box": [60 * n, 9, 9, 9]}
    for n in (1, 2, 3, 4)
]
OTHERS = [
    {"name": "signed", "page": 1, "kind": "signature", "box": [400, 9, 90, 30]},
    {"name": "unnamed", "page": 1, "kind": "mark", "box": [600, 9, 9, 9]},
]
TEMPLATE = {
    "format": "fieldhand/1",
    "name": "Ticks",
    "pages": [{"image": "blank.png", "image_page": 1, "width": 826, "height": 1169}],
    "fields": [*TICKS, *OTHERS],
}
FIELDS: tuple[FormField, ...] = parse_template(TEMPLATE).fields


def told(**residuals_px: float) -> str:
    return looseness_in_words(loose_fields(FIELDS, residuals_px))


def test_only_what_is_over_the_limit_and_read_by_its_place() -> None:
    found = loose_fields(FIELDS, {"tick_1": 4.5, "tick_2": 4.0, "tick_3": 6.0, "signed": 9.0})
    assert [(field.label, field.residual_px) for field in found] == [
        ("Tick 3", 6.0),
        ("Tick 1", 4.5),
    ]
    assert found[0].box.as_list() == [180, 9, 9, 9]
    assert loose_fields(FIELDS, {}) == ()


def test_the_worst_are_named_and_the_rest_counted() -> None:
    assert told(unnamed=5.53).startswith("unnamed lies 5.5 px off its place (limit 4 px).")
    two = told(tick_1=4.5, tick_3=6.04)
    assert two.startswith("Tick 3 and Tick 1 lie up to 6.0 px off their places (limit 4 px).")
    assert told(tick_1=5, tick_2=6, tick_3=7).startswith("Tick 3, Tick 2 and Tick 1 lie")
    five = told(tick_1=5, tick_2=6, tick_3=7, tick_4=8, unnamed=9)
    assert five.startswith("unnamed, Tick 4, Tick 3 and 2 more lie up to 9.0 px")
    assert five.endswith("lay the page by hand.")


def test_a_page_laid_by_an_earlier_version_is_told_of_too() -> None:
    assert told(signed=9.0).startswith("A picture or signature lies off its place (limit 4 px).")
