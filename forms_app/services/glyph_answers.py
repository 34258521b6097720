"""What people say of a sheet of glyphs: the forms that it is of, one after the other, locked.

What is settled by it is the matter of `answered_fields`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from forms_app.reading.form_template import FormTemplate
from forms_app.services.answered_fields import AnsweredFields
from forms_app.services.application import Application
from forms_app.services.batch_templates import version_of_form
from forms_app.services.blanks import load_plan
from forms_app.services.dto.glyph_sheets import GlyphAnswer, SheetResult
from forms_app.services.glyph_sheets import seen_token
from forms_app.services.locked_forms import settle_form
from forms_app.store.locks import lock_submission
from forms_app.store.models import SubmissionFieldRow, SubmissionRow
from forms_app.store.review_queue import find_field

ByField = Mapping[str, Sequence[GlyphAnswer]]


def answer_sheet(
    app: Application,
    batch_id: int,
    answers: Sequence[GlyphAnswer],
    user_id: int,
) -> SheetResult:
    """Keep what a person says of the glyphs of a sheet, all at once; the same sent again, as after
    an answer that was lost on its way, changes nothing.

    Fields that others have decided or that were read anew meanwhile are left alone.
    """
    return _on_each(app, batch_id, answers, user_id, AnsweredFields.answer)


def take_sheet_back(
    app: Application, batch_id: int, answers: Sequence[GlyphAnswer], user_id: int
) -> SheetResult:
    """As if this person had not answered the sheet; what others did meanwhile stays."""
    return _on_each(app, batch_id, answers, user_id, AnsweredFields.take_back)


def _on_each(
    app: Application,
    batch_id: int,
    answers: Sequence[GlyphAnswer],
    user_id: int,
    settle: Callable[[AnsweredFields, SubmissionFieldRow, Sequence[GlyphAnswer]], None],
) -> SheetResult:
    """Do the same with each field of the sheet, in one transaction."""
    counts: Counter[str] = Counter()
    with app.session() as session:
        for form, template, fields in _locked_forms(session, batch_id, answers, counts):
            sheet = AnsweredFields(session, template, user_id, counts)
            for row, said in _rows(session, form, fields, counts):
                settle(sheet, row, said)
            settle_form(session, form, template)
    return SheetResult(**counts)


def _locked_forms(
    session: Session, batch_id: int, answers: Sequence[GlyphAnswer], counts: Counter[str]
) -> Iterator[tuple[SubmissionRow, FormTemplate, ByField]]:
    """Each form of the sheet, locked in the order of ids: two sheets never wait for each other."""
    by_form: dict[int, dict[str, list[GlyphAnswer]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        by_form[answer.submission_id][answer.field_name].append(answer)
    templates: dict[int, FormTemplate] = {}
    for submission_id, fields in sorted(by_form.items()):
        form = lock_submission(session, submission_id)
        if form is None or form.batch_id != batch_id:
            counts["left_alone"] += len(fields)
            continue
        version_id = version_of_form(session, form)
        if version_id not in templates:
            templates[version_id] = load_plan(session, version_id).template
        yield form, templates[version_id], fields


def _rows(
    session: Session, form: SubmissionRow, fields: ByField, counts: Counter[str]
) -> Iterator[tuple[SubmissionFieldRow, Sequence[GlyphAnswer]]]:
    """The form's fields that are still read as they were shown."""
    for field_name, said in fields.items():
        row = find_field(session, form.id, field_name)
        if row is None or any(answer.seen != seen_token(row.reading) for answer in said):
            counts["left_alone"] += 1
        else:
            yield row, said
