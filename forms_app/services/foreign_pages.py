"""What a person is told of a page that could not be laid: by which template, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from forms_app.reading.errors import AmbiguousPageError, ForeignPageError, PageError
from forms_app.services.batch_templates import CandidatePage
from forms_app.services.template_names import names_of_versions

MOST_NAMED = 3


def with_names(
    session: Session,
    error: PageError,
    tried: Sequence[CandidatePage],
    candidates: Sequence[CandidatePage],
    takes_any: bool,
) -> PageError:
    """The error with the names of the templates that it is about.

    Args:
        error: What the page was refused with; its `nearest` is a place in `tried`.
        tried: The template pages that it was laid onto.
        candidates: All that it might have shown.
        takes_any: Whether the batch takes pages of every published template.
    """
    names = _names(session, [page.version_id for page in candidates])
    if isinstance(error, AmbiguousPageError):
        return _could_be(session, error, [tried[place] for place in error.places], takes_any)
    nearest = None if error.nearest is None else tried[error.nearest]
    if isinstance(error, ForeignPageError) and len(names) > 1:
        return _of_several(error, nearest, names, takes_any)
    return error.named(names[(nearest or candidates[0]).version_id])


def _could_be(
    session: Session, error: AmbiguousPageError, pages: Sequence[CandidatePage], takes_any: bool
) -> AmbiguousPageError:
    names = _names(session, [page.version_id for page in pages])
    found = [f"page {page.number} of {names[page.version_id]}" for page in pages[:MOST_NAMED]]
    remedy = (
        "Archive the one that is not in use and retry"
        if takes_any
        else "Keep them in separate batches"
    )
    return AmbiguousPageError(
        error.places,
        f"This page could be {' or '.join(found)}: they carry the same print. Say which it is. "
        f"{remedy}, or print a code on the forms, so that nobody is asked.",
    )


def name_among(session: Session, version_id: int, candidates: Sequence[CandidatePage]) -> str:
    """What a template is called in a message about a page that might show any of `candidates`."""
    return _names(session, [version_id, *(page.version_id for page in candidates)])[version_id]


def _names(session: Session, version_ids: Sequence[int]) -> dict[int, str]:
    """By version, in the order that they are given in."""
    versions = list(dict.fromkeys(version_ids))
    known = names_of_versions(session, versions)
    return {version_id: f"“{known[version_id]}”" for version_id in versions}


def _of_several(
    error: ForeignPageError,
    nearest: CandidatePage | None,
    names: Mapping[int, str],
    takes_any: bool,
) -> ForeignPageError:
    whose = "published" if takes_any else "of this batch"
    words = (
        f"This page belongs to none of the {len(names)} templates {whose} "
        f"({_listed(list(names.values()))})"
    )
    if nearest is not None:
        words += (
            f": of the nearest, page {nearest.number} of {names[nearest.version_id]}, only "
            f"{error.found:.0%} of the print was found"
        )
    return ForeignPageError(f"{words}. {_advice(takes_any)}", error.nearest, error.found)


def _advice(takes_any: bool) -> str:
    if takes_any:
        remedy = "publish its template, then retry"
    else:
        remedy = "publish its template, add that to the batch, then retry"
    return (
        f"If it is of another form, {remedy}; if it is of one of these, scan it again, whole and "
        "legible, or lay it by hand."
    )


def _listed(names: Sequence[str]) -> str:
    named = names[:MOST_NAMED]
    more = len(names) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return f"{', '.join(named[:-1])} and {named[-1]}"
