"""Cross-field rules on a form as it now stands: people's decisions count before readings.

A broken rule sends all of its fields to a person, however sure each is. It is settled once a value
is corrected, or once a person has decided all of its fields and kept them against the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forms_app.reading.cross_rules import Fact, RuleState, RuleVerdict, check_rules
from forms_app.reading.form_template import FormTemplate
from forms_app.services.dto.review import RuleCheck
from forms_app.services.field_values import StandingField, current_outcome, current_value
from forms_app.services.reasons_of_people import reasons_of_people
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.review_scopes import FIRST_LOOK
from forms_app.store.states import FieldState

Rows = Sequence[SubmissionFieldRow]
CONFIRMED = "confirmed"


def rule_checks(template: FormTemplate, rows: Sequence[StandingField]) -> tuple[RuleCheck, ...]:
    """Every rule of the template against one form, for people."""
    labels = {field.name: field.label or field.name for field in template.fields}
    decided = {row.field_name for row in rows if row.decision is not None}
    return tuple(
        RuleCheck(
            name=verdict.rule.name,
            state=_state(verdict, decided),
            message=verdict.message,
            fields=tuple((name, labels[name]) for name in verdict.rule.involved),
        )
        for verdict in _verdicts(template, rows)
    )


def open_broken(session: Session, submission_id: int, template: FormTemplate) -> None:
    """Send undecided fields of broken rules to a person, and those that no longer are one back.

    Fields that people have sent to the station stay there.

    The caller holds the submission's row lock.
    """
    sent = reasons_of_people(session, submission_id)
    if not (template.rules or sent):
        return
    rows = rows_of(session, submission_id)
    broken = {
        name
        for verdict in _verdicts(template, rows)
        if verdict.state is RuleState.BROKEN
        for name in verdict.rule.involved
    }
    wanted = broken | sent.keys()
    for row in rows:
        if row.decision is None and row.stage in FIRST_LOOK:
            row.flagged = row.reading.needs_review or row.field_name in wanted
            row.state = FieldState.OPEN if row.flagged else FieldState.ACCEPTED
        elif row.state == FieldState.OPEN and row.field_name in sent:
            # Decided before it was sent; a new reading may have found nothing wrong with it.
            row.flagged = True


def breaks_left_by(
    template: FormTemplate, rows: Rows, field_name: str, fact: Fact
) -> Iterator[RuleVerdict]:
    """Rules that would be left broken with nobody to look at them again.

    Args:
        rows: the form's fields.
        field_name: the field that a person decides now.
        fact: what it will hold then.
    """
    facts = _facts(rows) | {field_name: fact}
    decided = {row.field_name for row in rows if row.decision is not None} | {field_name}
    for verdict in check_rules(template, facts):
        involved = set(verdict.rule.involved)
        if verdict.state is RuleState.BROKEN and field_name in involved <= decided:
            yield verdict


def rows_of(session: Session, submission_id: int) -> Rows:
    """The form's fields as the database has them now."""
    session.flush()
    return session.scalars(
        select(SubmissionFieldRow)
        .options(joinedload(SubmissionFieldRow.reading), joinedload(SubmissionFieldRow.decision))
        .where(SubmissionFieldRow.submission_id == submission_id)
        .order_by(SubmissionFieldRow.position)
        .execution_options(populate_existing=True)
    ).all()


def _verdicts(template: FormTemplate, rows: Sequence[StandingField]) -> tuple[RuleVerdict, ...]:
    return check_rules(template, _facts(rows)) if template.rules else ()


def _facts(rows: Sequence[StandingField]) -> dict[str, Fact]:
    return {row.field_name: Fact(current_value(row), current_outcome(row)) for row in rows}


def _state(verdict: RuleVerdict, decided: set[str]) -> str:
    if verdict.state is RuleState.BROKEN and decided >= set(verdict.rule.involved):
        return CONFIRMED
    return str(verdict.state)
