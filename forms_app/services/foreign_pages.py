"""What a person is told of a page that is of none of a batch's several templates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.reading.errors import ForeignPageError
from forms_app.services.batch_templates import CandidatePage
from forms_app.store.models import TemplateVersionRow

MOST_NAMED = 3


def of_several(
    session: Session,
    error: ForeignPageError,
    tried: Sequence[CandidatePage],
    candidates: Sequence[CandidatePage],
    takes_any: bool,
) -> ForeignPageError:
    """The error with the templates' names; as it is where there is one template.

    Args:
        error: What the page was refused with; its `nearest` is a place in `tried`.
        tried: The template pages that it was laid onto.
        candidates: All that it might have shown.
        takes_any: Whether the batch takes pages of every published template.
    """
    versions = list(dict.fromkeys(page.version_id for page in candidates))
    if len(versions) == 1:
        return error
    rows = session.execute(
        select(TemplateVersionRow.id, TemplateVersionRow.name).where(
            TemplateVersionRow.id.in_(versions)
        )
    )
    names = dict(rows.all())
    whose = "published" if takes_any else "of this batch"
    words = (
        f"This page belongs to none of the {len(versions)} templates {whose} "
        f"({_listed([names[version_id] for version_id in versions])})"
    )
    if error.nearest is not None:
        page = tried[error.nearest]
        words += (
            f": of the nearest, page {page.number} of {names[page.version_id]}, only "
            f"{error.found:.0%} of the print was found"
        )
    return ForeignPageError(f"{words}. {_advice(takes_any)}", error.nearest, error.found)


def _advice(takes_any: bool) -> str:
    if takes_any:
        remedy = "publish its template, then retry"
    else:
        remedy = "take it out and upload it to a batch of its template"
    return (
        f"If it is of another form, {remedy}; if it is of one of these, scan it again, whole and "
        "legible, or lay it by hand."
    )


def _listed(names: Sequence[str]) -> str:
    named = [f"“{name}”" for name in names[:MOST_NAMED]]
    more = len(names) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    return f"{', '.join(named[:-1])} and {named[-1]}"
