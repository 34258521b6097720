"""Two versions of a template laid over each other: each box in the colour of what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_app.services.dto.templates import TemplatePageInfo
from forms_app.services.template_versions import Comparison
from forms_app.web.field_shapes import PageShapes, Shape

UNCHANGED, BEFORE = "same", "before"


@dataclass(frozen=True, slots=True)
class ComparedShape:
    """A box and what became of its field: added | removed | moved | changed | same | before (where
    a field that moved lay)."""

    shape: Shape
    change: str


@dataclass(frozen=True, slots=True)
class ComparedPage:
    """A page of the newer version with the boxes of both."""

    page: TemplatePageInfo
    shapes: tuple[ComparedShape, ...]


def compared_pages(comparison: Comparison) -> list[ComparedPage]:
    """Every page of the newer version; what it has lost or moved is drawn first, underneath."""
    return [
        ComparedPage(page, (*_before(comparison, page), *_now(comparison, page)))
        for page in comparison.new.pages
    ]


def _now(comparison: Comparison, page: TemplatePageInfo) -> Iterator[ComparedShape]:
    for field in comparison.new.definition["fields"]:
        found = comparison.differences.of(str(field.get("name", "")))
        change = str(found.change) if found else UNCHANGED
        for shape in PageShapes.of(page, [field]).shapes:
            yield ComparedShape(shape, change)


def _before(comparison: Comparison, page: TemplatePageInfo) -> Iterator[ComparedShape]:
    """Boxes that are no longer where they were."""
    now = {
        (shape.x, shape.y, shape.width, shape.height)
        for shape in PageShapes.of(page, comparison.new.definition["fields"]).shapes
    }
    removed = {d.name for d in comparison.differences.fields if d.change == "removed"}
    for field in comparison.old.definition["fields"]:
        change = "removed" if field.get("name") in removed else BEFORE
        for shape in PageShapes.of(page, [field]).shapes:
            is_gone = (shape.x, shape.y, shape.width, shape.height) not in now
            if change == "removed" or is_gone:
                yield ComparedShape(shape, change)
