"""The align stage of a page: identify, turn, register, refine; features are found once."""

from __future__ import annotations

from collections.abc import Sequence

from forms_app.reading.features import view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.identification import best_reference
from forms_app.reading.registration import PageReference, lay_page
from forms_app.reading.types import AlignedPage, GreyImage


def align_onto_template(
    page: GreyImage, references: Sequence[PageReference], fields: Sequence[FormField] = ()
) -> AlignedPage:
    """Finds which template page a scan shows and lays it onto that page's pixels.

    Args:
        page: grey scan `(H, W)` uint8 in any of the four ways up, any resolution.
        references: the template's pages, from `prepare_reference`.
        fields: the template's fields; those of the page found get their own residual.

    Raises:
        BlankPageError: there is next to nothing on the page.
        ForeignPageError: it shows none of the template's pages.
        PoorRegistrationError: it could not be laid onto its page precisely enough.
    """
    view = view_page(page)
    reference, fit = best_reference(view, references)
    on_page = [field for field in fields if field.page == reference.number]
    return lay_page(view, reference, fit, on_page)
