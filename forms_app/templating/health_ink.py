"""Health check: do tick boxes of the blank hold ink already, as a mark would?

Reading subtracts what the blank holds. A mark over a mark in the blank then leaves nothing, and the
box reads as empty with full confidence: the one error that nobody is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.reading.form_template import FieldKind, FormField, Option
from forms_app.reading.geometry import Box
from forms_app.templating.box_ink import alike, inside_share, is_marked
from forms_app.templating.findings import Finding, Severity
from forms_app.templating.health_print import PagePrint, over_print

FULL = 0.3
"""Share of a box's inside from which a printed letter hides marks."""
ENOUGH_OPTIONS = 3
"""Options that tell by themselves whether boxes have letters in them."""


def ink_findings(fields: Sequence[FormField], printed: PagePrint) -> Iterator[Finding]:
    """Of the marks and choices of one page.

    Args:
        fields: all fields of the page.
        printed: the print of its blank.
    """
    ticked = [field for field in fields if field.kind is FieldKind.MARK or field.options]
    shares = {
        box: inside_share(box.scaled(printed.scale), printed.ink)
        for field in ticked
        for box in _boxes(field)
    }
    for field in ticked:
        marked = [
            box for box in _boxes(field) if is_marked(shares[box], _compared(field, box, shares))
        ]
        if marked:
            yield _inked(field, marked)
        elif max(shares[box] for box in _boxes(field)) > FULL:
            yield over_print(field, "Print fills much of its tick boxes.")


def _boxes(field: FormField) -> tuple[Box, ...]:
    return tuple(option.box for option in field.options) or (field.box,)


def _compared(field: FormField, box: Box, shares: dict[Box, float]) -> list[float]:
    """Ink of the boxes that tell what is printed in this one: the field's own, where they are
    enough, or else all of its size on the page."""
    own = [other for other in _boxes(field) if other != box]
    near = own if len(own) + 1 >= ENOUGH_OPTIONS else alike(box, list(shares)) or own
    return [shares[other] for other in near]


def _inked(field: FormField, marked: Sequence[Box]) -> Finding:
    options = [option for option in field.options if option.box in marked]
    where = f"the box of {_listed(options)}" if options else "its box"
    return Finding(
        Severity.MUST,
        "ink_in_box",
        f"On the blank {where} holds ink, as a mark would. Reading takes it for print and "
        "subtracts it: a mark there is missed, and nobody is asked.",
        "Erase it on the blank (Clean the blank, on the template's page), or make the blank anew "
        "from copies that are empty there. Where it is printed, draw the box beside it.",
        field.name,
        field.page,
    )


def _listed(options: Sequence[Option]) -> str:
    return ", ".join(f"'{option.value}'" for option in options)
