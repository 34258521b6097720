"""The figures of reading and review: each as docs/figures.md defines it, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forms_app.errors import NotFoundError
from forms_app.intervals import wilson_interval
from forms_app.reading.types import Outcome
from forms_app.services import batches, figures, review, templates
from forms_app.services.application import Application
from forms_app.services.dto.figures import By, FigureLine, Figures, Share
from forms_app.store.states import Action
from tests import factories, figure_rows

REMARKS = {
    "name": "remarks",
    "label": "Remarks",
    "page": 1,
    "kind": "image",
    "box": [520, 280, 260, 90],
}
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.fixture
def batch_id(any_app: Application) -> int:
    return factories.make_batch(any_app).id


def _forms(app: Application, batch_id: int, count: int, first: int = 0) -> list[int]:
    names = [f"{batch_id}-{number}.png" for number in range(first, first + count)]
    return [factories.make_submission(app, batch_id, name=name) for name in names]


def _total(
    app: Application, batch_id: int | None = None, template_id: int | None = None
) -> Figures:
    return figures.report(app, By.DAY, batch_id, template_id).total


def _lines(app: Application, by: By) -> dict[str, Figures]:
    return {line.name: line.figures for line in figures.report(app, by).lines}


def test_without_anything_there_is_nothing(any_app: Application) -> None:
    for by in By:
        if by != By.TOTAL:
            report = figures.report(any_app, by)
            assert report.lines == ()
            assert report.total.automation.value is None
            assert report.total.missed.interval is None
            assert report.total.fields_per_hour is None


def test_automation_is_what_nobody_had_to_look_at(any_app: Application, batch_id: int) -> None:
    first, _ = _forms(any_app, batch_id, 2)
    assert _total(any_app).automation == Share(2, 6)
    assert _total(any_app).open_fields == 4
    review.decide(any_app, first, "number", "confirm")
    assert _total(any_app).automation == Share(2, 6)
    # Whoever corrects an accepted field has looked at it.
    review.decide(any_app, first, "surname", "correct", "MULLER")
    assert _total(any_app).automation == Share(1, 6)
    assert _total(any_app).open_fields == 3


def test_what_no_machine_reads_is_no_automation(any_app: Application) -> None:
    batch = factories.make_batch(any_app, [*factories.FIELDS, REMARKS])
    readings = [
        factories.reading("surname", "MILLER"),
        factories.reading("number", None, outcome=Outcome.MISSING_PAGE),
        factories.reading("consent", None, outcome=Outcome.BLANK),
        factories.reading("remarks", None, 0.0, needs_review=True),
    ]
    form = factories.make_submission(any_app, batch.id, readings)
    assert _total(any_app).automation == Share(2, 2)
    figure_rows.decided(any_app, form, "remarks", "call back")
    figure_rows.decided(any_app, form, "number", "123456")
    total = _total(any_app)
    assert (total.corrections, total.keyed, total.answers) == (Share(0, 0), 1, 2)


def test_corrections_are_values_other_than_read(any_app: Application, batch_id: int) -> None:
    forms = _forms(any_app, batch_id, 5)
    review.decide(any_app, forms[0], "number", "confirm")
    review.decide(any_app, forms[1], "number", "correct", "123456")
    assert _total(any_app).corrections == Share(0, 2)
    review.decide(any_app, forms[2], "number", "correct", "123457")
    review.decide(any_app, forms[3], "number", "blank")
    review.decide(any_app, forms[4], "consent", "correct", "no")
    assert _total(any_app).corrections == Share(3, 5)


def test_only_the_decision_that_counts_is_counted(any_app: Application, batch_id: int) -> None:
    (form,) = _forms(any_app, batch_id, 1)
    review.decide(any_app, form, "number", "correct", "123457")
    review.decide(any_app, form, "number", "correct", "123458")
    assert _total(any_app).corrections == Share(1, 1)
    assert _total(any_app).answers == 2
    review.undo_decision(any_app, form, "number")
    review.undo_decision(any_app, form, "number")
    total = _total(any_app)
    assert total.corrections == Share(0, 0)
    assert total.answers == 2, "taking back is no answer; what was taken back was work"


def test_a_later_model_changes_no_correction(any_app: Application, batch_id: int) -> None:
    (form,) = _forms(any_app, batch_id, 1)
    review.decide(any_app, form, "number", "correct", "123457")
    page_id = review.get_item(any_app, form, "number").page_id
    assert page_id is not None
    read_again = [factories.reading("number", "123457")]
    factories.save_page(any_app, page_id, read_again, "newer-model-00000000000")
    assert _total(any_app).corrections == Share(1, 1)


def test_old_decisions_are_held_against_the_reading(any_app: Application, batch_id: int) -> None:
    (form,) = _forms(any_app, batch_id, 1)
    figure_rows.decided(any_app, form, "number", "123456", model_id=None)
    figure_rows.decided(any_app, form, "surname", "MULLER", model_id=None)
    assert _total(any_app).corrections == Share(1, 2)


def test_effort_is_per_answer_and_pauses_count_as_two_minutes(
    any_app: Application, batch_id: int
) -> None:
    forms = _forms(any_app, batch_id, 4)
    for form, keys, took in zip(forms, (1, 2, 6, None), (1000, 4000, 700_000, None), strict=True):
        first = figure_rows.decided(any_app, form, "number", "1", 1, keys, took)
    other = figure_rows.person(any_app, "Ben")
    figure_rows.keyed_again(any_app, first, other, True, keystrokes=3, duration_ms=3000)
    total = _total(any_app)
    assert (total.answers, total.keystrokes.n, total.seconds.n, total.pauses) == (5, 4, 4, 1)
    assert (total.keystrokes.mean, total.keystrokes.median) == (3.0, 2.5)
    assert (total.seconds.mean, total.seconds.median) == (32.0, 3.5)
    assert total.fields_per_hour == pytest.approx(112.5)
    ben = _lines(any_app, By.OPERATOR)["Ben"]
    assert (ben.answers, ben.seconds.median, ben.fields_per_hour) == (1, 3.0, 1200.0)


def test_second_keys_are_of_whoever_was_first(any_app: Application, batch_id: int) -> None:
    anna, ben = figure_rows.person(any_app, "Anna"), figure_rows.person(any_app, "Ben")
    for number, form in enumerate(_forms(any_app, batch_id, 3)):
        first = figure_rows.decided(any_app, form, "number", "1", anna)
        figure_rows.keyed_again(any_app, first, ben, agrees=number > 0)
    assert _total(any_app).second_key == Share(2, 3)
    people = _lines(any_app, By.OPERATOR)
    assert people["Anna"].second_key == Share(2, 3)
    assert people["Ben"].second_key == Share(0, 0)


def test_a_second_key_that_was_taken_back_is_work_and_no_word(
    any_app: Application, batch_id: int
) -> None:
    ben = figure_rows.person(any_app, "Ben")
    (form,) = _forms(any_app, batch_id, 1)
    first = figure_rows.decided(any_app, form, "number", "1")
    figure_rows.keyed_again(any_app, first, ben, agrees=False)
    figure_rows.keyed_again(any_app, first, ben, agrees=False, action=Action.RESTORE)
    assert (_total(any_app).second_key, _total(any_app).answers) == (Share(0, 0), 2)
    figure_rows.keyed_again(any_app, first, ben, agrees=True)
    assert (_total(any_app).second_key, _total(any_app).answers) == (Share(1, 1), 3)


def test_the_sample_estimates_errors_among_accepted(any_app: Application, batch_id: int) -> None:
    for number, form in enumerate(_forms(any_app, batch_id, 5)):
        agrees = None if number == 0 else number > 1
        figure_rows.sampled(any_app, form, "surname", agrees, user_id=None)
    errors = _total(any_app).accepted_errors
    assert errors == Share(1, 4)
    assert errors.interval == wilson_interval(1, 4)
    assert _lines(any_app, By.OPERATOR) == {}, "whoever checked is gone"


def test_a_check_that_others_do_not_follow_is_no_error(any_app: Application, batch_id: int) -> None:
    for form in _forms(any_app, batch_id, 3):
        figure_rows.sampled(any_app, form, "surname", agrees=False)
    assert _total(any_app).accepted_errors == Share(3, 3)
    figure_rows.decided(any_app, form, "surname", "MULLER")
    assert _total(any_app).accepted_errors == Share(3, 3)
    figure_rows.decided(any_app, form, "surname", "MILLER")
    assert _total(any_app).accepted_errors == Share(2, 3)


def test_seeded_errors_are_missed_by_somebody(any_app: Application, batch_id: int) -> None:
    anna, ben = figure_rows.person(any_app, "Anna"), figure_rows.person(any_app, "Ben")
    (form,) = _forms(any_app, batch_id, 1)
    for user_id, missed in ((anna, True), (anna, False), (ben, False), (ben, None)):
        figure_rows.seeded(any_app, form, "surname", user_id, missed)
    people = _lines(any_app, By.OPERATOR)
    assert people["Anna"].missed == Share(1, 2)
    assert people["Ben"].missed == Share(0, 1)
    assert _total(any_app).missed == Share(1, 3)


def test_figures_of_a_batch_and_of_all_versions_of_a_template(any_app: Application) -> None:
    version = factories.make_published(any_app)
    draft = templates.new_draft(any_app, version.template_id)
    fields = [factories.SURNAME | {"label": "Family name"}, factories.NUMBER, factories.CONSENT]
    draft = templates.save_draft(any_app, draft.id, fields, draft.revision)
    newer = templates.publish(any_app, draft.id)
    first = batches.create_batch(any_app, version.id, "First").id
    second = batches.create_batch(any_app, newer.id, "Second").id
    other = factories.make_batch(any_app).id
    _forms(any_app, first, 1)
    _forms(any_app, second, 2)
    _forms(any_app, other, 4)
    assert _total(any_app, batch_id=second).automation == Share(2, 6)
    assert _total(any_app, template_id=version.template_id).automation == Share(3, 9)
    assert _total(any_app, template_id=version.template_id, batch_id=first).automation.n == 3
    by_batch = figures.report(any_app, By.BATCH, template_id=version.template_id)
    assert [line.name for line in by_batch.lines] == ["Second", "First"]
    by_field = figures.report(any_app, By.FIELD, template_id=version.template_id)
    surname = next(line for line in by_field.lines if line.key[1] == "surname")
    assert (surname.name, surname.of, surname.version_id) == ("Family name", "Intake", newer.id)
    assert surname.figures.automation == Share(3, 3)
    assert by_field.template_name == "Intake"
    by_template = figures.report(any_app, By.TEMPLATE)
    assert {line.key[0]: line.figures.automation.n for line in by_template.lines} == {
        version.template_id: 9,
        figures.report(any_app, By.TEMPLATE, batch_id=other).lines[0].key[0]: 12,
    }


def test_fields_come_worst_first_once_that_is_known(any_app: Application, batch_id: int) -> None:
    for form in _forms(any_app, batch_id, 4):
        figure_rows.decided(any_app, form, "number", "1")
        figure_rows.decided(any_app, form, "surname", "MILLER")
    figure_rows.decided(any_app, form, "consent", False)
    lines = figures.report(any_app, By.FIELD).lines
    assert [line.key[1] for line in lines] == ["number", "consent", "surname"]
    assert lines[1].figures.corrections.value == lines[0].figures.corrections.value == 1.0


def test_days_are_of_coming_in_and_of_doing(any_app: Application, batch_id: int) -> None:
    early, late = _forms(any_app, batch_id, 2)
    figure_rows.came_in(any_app, early, NOON - timedelta(days=9))
    figure_rows.came_in(any_app, late, NOON - timedelta(days=2))
    figure_rows.decided(any_app, early, "number", "1", at=NOON)
    report = figures.report(any_app, By.DAY, now=NOON)
    assert [line.name for line in report.lines] == ["2026-03-12", "2026-03-10", "2026-03-03"]
    assert report.lines[0].figures.corrections == Share(1, 1)
    assert report.lines[0].figures.automation == Share(0, 0)
    last_days = figures.report(any_app, By.DAY, days=3, now=NOON)
    assert [line.name for line in last_days.lines] == ["2026-03-12", "2026-03-10"]
    assert last_days.total.automation == Share(1, 3)
    assert figures.report(any_app, By.DAY, days=2, now=NOON).total.automation == Share(0, 0)


def test_whoever_has_not_said_who_they_are(any_app: Application, batch_id: int) -> None:
    (form,) = _forms(any_app, batch_id, 1)
    review.decide(any_app, form, "number", "confirm")
    (line,) = figures.report(any_app, By.OPERATOR).lines
    assert isinstance(line, FigureLine)
    assert line.is_local


def test_figures_of_nothing_that_is_there(app: Application) -> None:
    with pytest.raises(NotFoundError, match="batch"):
        figures.report(app, By.DAY, batch_id=999)
    with pytest.raises(NotFoundError, match="form template"):
        figures.report(app, By.DAY, template_id=999)
