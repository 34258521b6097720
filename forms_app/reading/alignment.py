"""The align stage of a page: identify, turn, register, refine; features are found once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forms_app.reading.errors import PageError
from forms_app.reading.features import PageView, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.identification import best_reference
from forms_app.reading.registration import PageReference, lay_page
from forms_app.reading.types import AlignedPage, ChromaImage, GreyImage


def align_onto_template(
    page: GreyImage,
    references: Sequence[PageReference],
    fields: Sequence[FormField] = (),
    chroma: ChromaImage | None = None,
) -> AlignedPage:
    """Finds which template page a scan shows and lays it onto that page's pixels.

    Args:
        page: grey scan `(H, W)` uint8 in any of the four ways up, any resolution.
        references: the template's pages, from `prepare_reference`.
        fields: the template's fields; those of the page found get their own residual.
        chroma: the scan's colours, where it has any: coloured print is then left out.

    Raises:
        BlankPageError: there is next to nothing on the page.
        ForeignPageError: it shows none of the template's pages.
        PoorRegistrationError: it could not be laid onto its page precisely enough.
    """
    _, aligned = align_view(view_page(page, chroma), references, lambda _: fields)
    return aligned


def align_view(
    view: PageView,
    references: Sequence[PageReference],
    fields_of: Callable[[int], Sequence[FormField]],
) -> tuple[int, AlignedPage]:
    """As `align_onto_template`, for pages of several templates.

    Args:
        view: the scan with its features.
        references: the template pages it may show.
        fields_of: the fields of the template that the reference at a position belongs to.

    Returns:
        The position of the reference found, and the aligned page.

    Raises:
        PageError: as for `align_onto_template`; its `nearest` is a position in `references`.
    """
    reference, fit = best_reference(view, references)
    place = next(i for i, other in enumerate(references) if other is reference)
    on_page = [field for field in fields_of(place) if field.page == reference.number]
    try:
        return place, lay_page(view, reference, fit, on_page)
    except PageError as error:
        error.nearest = place
        raise
