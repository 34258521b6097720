"""Why a field waits that the machine was sure of: people have sent it to the station."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from forms_app.services.dto.fields import FieldValue
from forms_app.store.glyph_checks import picked_out
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.quality_samples import read_differently
from forms_app.store.returned_fields import open_returns
from forms_app.store.states import FieldState

BY_SAMPLE = "a quality check read it differently"


def reasons_of_people(session: Session, submission_id: int) -> Mapping[str, Sequence[str]]:
    """The fields of a form that people have sent to the station, and why."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, character in picked_out(session, submission_id).items():
        found[name].append(f"picked out of the sheet of “{character}”")
    for name in read_differently(session, submission_id):
        found[name].append(BY_SAMPLE)
    for name, text, user in open_returns(session, submission_id):
        found[name].append(f"sent back by {user}: “{text}”")
    return found


def with_reasons(session: Session, row: SubmissionFieldRow, value: FieldValue) -> FieldValue:
    """`value` with the reasons of people beside the machine's, while it waits."""
    if row.state != FieldState.OPEN:
        return value
    reasons = reasons_of_people(session, row.submission_id).get(row.field_name, ())
    return replace(
        value, reading=replace(value.reading, reasons=(*value.reading.reasons, *reasons))
    )
