"""Which of many template pages are tried on a scan: a few at first, more where none of them fits.

The votes of single features miss the page of some photographs; the maps that many features agree
on find it, but take 2 to 5 ms a template page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forms_app.reading.features import Features
from forms_app.reading.identification import likeliest
from forms_app.reading.template_index import TemplateIndex
from forms_app.reading.types import AlignedPage

SECOND_LOOK = 10
"""Of 50 photographs on 100 templates the index missed 6 pages; by the features that agree four of
them came first among all, one eighth, one 47th."""
MOST_COMPARED = 200
CLOSE_SHARE = 1.5 / 3508
"""Residual over the long side, 1.5 px at 300 dpi, that a page found at the second look must keep.
Six photographs that are found so have 0.15 to 0.71 px; the one page of another form of 200 that got
through, a fax on a form of six writing lines, had 2.4 px."""


def first_look(
    index: TemplateIndex, blanks: Callable[[int], Features], features: Features
) -> list[int]:
    """Positions of the pages to be laid on a scan, the likeliest first.

    Args:
        index: of all template pages.
        blanks: the features of the page at a position.
        features: of the scan.
    """
    return _by_agreement(index.nearest(features), blanks, features)


def second_look(
    index: TemplateIndex,
    blanks: Callable[[int], Features],
    features: Features,
    tried: Sequence[int],
) -> list[int]:
    """Where the scan is none of those `tried`: more of them, the likeliest first."""
    wide = index.nearest(features, MOST_COMPARED + len(tried))
    left = [place for place in wide if place not in set(tried)]
    return _by_agreement(left, blanks, features)[:SECOND_LOOK]


def fits_closely(page: AlignedPage) -> bool:
    """Whether a page found at the second look lies so well that it is one of the form's."""
    return bool(page.residual_px <= CLOSE_SHARE * max(page.grey.shape))


def _by_agreement(
    places: Sequence[int], blanks: Callable[[int], Features], features: Features
) -> list[int]:
    order = likeliest(features, [blanks(place) for place in places])
    return [places[position] for position in order]
