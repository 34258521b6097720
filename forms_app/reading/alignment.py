"""The align stage of a page: identify, turn, register, refine; features are found once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forms_app.reading.coarse_placement import CoarseFit
from forms_app.reading.errors import AmbiguousPageError, PageError
from forms_app.reading.features import PageView, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.identification import fitting_references
from forms_app.reading.look_alikes import OwnPrint, own_print_of, settled
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
    forms: Sequence[int] = (),
    own_print: Callable[[int, int], OwnPrint | None] | None = None,
) -> tuple[int, AlignedPage]:
    """As `align_onto_template`, for pages of several templates.

    Args:
        view: the scan with its features.
        references: the template pages it may show.
        fields_of: the fields of the template that the reference at a position belongs to.
        forms: which form each reference is a page of, any number that names it; empty: all of one.
        own_print: `own_print_of` by positions, where its answers are kept.

    Returns:
        The position of the reference found, and the aligned page.

    Raises:
        AmbiguousPageError: it is one of these forms' pages, and could as well be another's.
        PageError: as for `align_onto_template`; its `nearest` is a position in `references`.
    """
    fits = fitting_references(view, references)
    rivals = _best_of_each(fits, forms)
    places = settled(
        view,
        references,
        rivals,
        own_print or (lambda one, other: own_print_of(references[one], references[other])),
    )
    laid = _first_laid(
        view, references, [(place, dict(fits)[place]) for place in places], fields_of
    )
    if len(places) > 1:
        raise AmbiguousPageError(places)
    return laid


def _first_laid(
    view: PageView,
    references: Sequence[PageReference],
    fits: Sequence[tuple[int, CoarseFit]],
    fields_of: Callable[[int], Sequence[FormField]],
) -> tuple[int, AlignedPage]:
    """The first reference that the page can be laid onto, and the page.

    Raises:
        PageError: there is none; what it says of the first.
    """
    refusals = []
    for place, fit in fits:
        reference = references[place]
        on_page = [field for field in fields_of(place) if field.page == reference.number]
        try:
            return place, lay_page(view, reference, fit, on_page)
        except PageError as error:
            error.nearest = place
            refusals.append(error)
    raise refusals[0]


def _best_of_each(
    fits: Sequence[tuple[int, CoarseFit]], forms: Sequence[int]
) -> list[tuple[int, CoarseFit]]:
    """Of each form the page that fits best, in their order."""
    best: dict[int, tuple[int, CoarseFit]] = {}
    for place, fit in fits:
        best.setdefault(forms[place] if forms else 0, (place, fit))
    return list(best.values())
