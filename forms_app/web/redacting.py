"""What of sensitive fields this request may be answered with."""

from __future__ import annotations

from dataclasses import replace

from forms_app.errors import ForbiddenError
from forms_app.services import page_images
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.dto.review import ItemKey
from forms_app.services.permissions import Permission
from forms_app.services.redaction import NOT_YOURS, refuse_sensitive, shows_sensitive
from forms_app.web.context import application
from forms_app.web.gate import may_here


def hides_sensitive() -> bool:
    """Whether who asks may not see sensitive fields."""
    return not may_here(Permission.SEE_SENSITIVE)


def as_allowed(choice: ExportChoice) -> ExportChoice:
    """An export that holds no more than who asks for it may see."""
    return replace(choice, hide_sensitive=True) if hides_sensitive() else choice


def refuse_hidden_field(key: ItemKey) -> None:
    """Nothing, if who asks may see the field.

    Raises:
        ForbiddenError: They may not.
    """
    if hides_sensitive():
        refuse_sensitive(application(), key)


def refuse_hidden_export(export_id: int) -> None:
    """Nothing, if who asks may see all that an export holds.

    Raises:
        ForbiddenError: They may not.
    """
    if hides_sensitive() and shows_sensitive(application(), export_id):
        raise ForbiddenError(NOT_YOURS)


def scan_of_page(page_id: int) -> bytes:
    """A page as it was scanned, as far as who asks may see it. Who puts pages in order has to see
    those of which nobody knows yet where their fields lie.

    Raises:
        ForbiddenError: It is such a page, and they put none in order.
    """
    covered = hides_sensitive()
    needs_all = may_here(Permission.INTAKE)
    if covered and not needs_all and page_images.cannot_be_covered(application(), page_id):
        raise ForbiddenError(NOT_YOURS)
    return page_images.scan_image(application(), page_id, covered)
