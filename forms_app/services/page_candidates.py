"""Which template pages are worth laying a scan onto, when a batch may hold many templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from forms_app.files import FileStore
from forms_app.reading.features import Features, view_page
from forms_app.reading.shortlists import first_look, second_look
from forms_app.reading.template_index import SHORTLIST, TemplateIndex, build_index
from forms_app.services.application import Application
from forms_app.services.batch_templates import CandidatePage
from forms_app.services.images import decode_grey

# Up to 80 KB of features a page, mostly 30.
KEPT_PAGES = 1000
KEPT_INDEXES = 4


def shortlisted(
    app: Application, candidates: Sequence[CandidatePage], features: Features
) -> list[CandidatePage]:
    """Those of `candidates` that a scan with these features may show, the likeliest first.

    Few are all returned: the laying itself tells them apart. The first call for a set of blanks
    costs about 0.1 s a page, in each worker.
    """
    if len(candidates) <= SHORTLIST:
        return list(candidates)
    return ranked(app, candidates, features)


def ranked(
    app: Application, candidates: Sequence[CandidatePage], features: Features
) -> list[CandidatePage]:
    """As `shortlisted`, however few there are; there is at least one."""
    index, blanks = _library(app, candidates)
    return [candidates[place] for place in first_look(index, blanks, features)]


def left_out(
    app: Application,
    candidates: Sequence[CandidatePage],
    features: Features,
    tried: Sequence[CandidatePage],
) -> list[CandidatePage]:
    """What to try next where a scan is none of those `tried`; about 5 ms for each candidate."""
    index, blanks = _library(app, candidates)
    places = [place for place, page in enumerate(candidates) if page in tried]
    return [candidates[place] for place in second_look(index, blanks, features, places)]


def _library(
    app: Application, candidates: Sequence[CandidatePage]
) -> tuple[TemplateIndex, Callable[[int], Features]]:
    index = _index(app.files, tuple(page.blank_hash for page in candidates))
    return index, lambda place: _features(app.files, candidates[place].blank_hash)


@lru_cache(maxsize=KEPT_INDEXES)
def _index(files: FileStore, blank_hashes: tuple[str, ...]) -> TemplateIndex:
    return build_index([_features(files, blank_hash) for blank_hash in blank_hashes])


@lru_cache(maxsize=KEPT_PAGES)
def _features(files: FileStore, blank_hash: str) -> Features:
    return view_page(decode_grey(files.get(blank_hash))).features
