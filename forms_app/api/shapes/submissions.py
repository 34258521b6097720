"""Filled forms: fields with readings, decisions, history; what is sent to decide a field."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import (
    LARGEST_ID,
    Box,
    Given,
    Sent,
    Value,
    WeighedList,
    described,
    list_of,
    word,
)

OUTCOMES = ("read", "blank", "struck_out", "unreadable", "missing_page")
FIELD_STATES = ("open", "accepted", "decided")


class Submission(Given):
    """A filled form, in short."""

    id = fields.Integer()
    template_name = fields.String()
    file_name = fields.String()
    number = fields.Integer(**described("Within its file."))
    key = fields.String(allow_none=True, **described("What the codes on its pages call it."))
    state = word("reading", "needs_review", "done")
    fields_read = fields.Integer(attribute="fields")
    open_fields = fields.Integer(**described("These wait for a person."))
    decided_fields = fields.Integer()


SubmissionList = list_of(Submission, "SubmissionList")


class Character(Given):
    """One character of a reading."""

    value = fields.String()
    probability = fields.Float()
    alternatives = WeighedList("What else it may be.")
    box = Box("within the picture of the field", attribute="box_px", allow_none=True)
    cell = fields.Integer(allow_none=True, **described("Of a comb, from 0."))


class Reading(Given):
    """What the machine says of a field."""

    value = Value()
    outcome = word(*OUTCOMES)
    confidence = fields.Float(**described("How likely the whole value is right, 0 to 1."))
    needs_review = fields.Boolean()
    reasons = fields.List(fields.String(), **described("Why a person should look, in sentences."))
    alternatives = WeighedList("Other values it may be, the likeliest first.")
    characters = fields.List(fields.Nested(Character))
    model_id = fields.String()


class Decision(Given):
    """What a person says of a field, as it counts now."""

    id = fields.Integer()
    action = word("confirm", "correct", "blank", "unreadable", "restore")
    value = Value()
    user_name = fields.String()
    decided_at = fields.DateTime()
    note = fields.String()


class Field(Given):
    """A field of a filled form as it stands."""

    name = fields.String(attribute="field.name")
    label = fields.String(attribute="field.label")
    kind = fields.String(attribute="field.kind")
    template_page = fields.Integer(attribute="field.template_page")
    box = Box("on the template's page", attribute="field.box_px")
    value = Value("What counts: the decision where there is one, else the reading.")
    outcome = word(*OUTCOMES)
    state = word(*FIELD_STATES, **described("`open`: a person must look."))
    provenance = word("machine", "confirmed", "corrected")
    reading = fields.Nested(Reading)
    decision = fields.Nested(Decision, allow_none=True)


class Rule(Given):
    """A rule over several fields, on one form."""

    name = fields.String()
    state = word("holds", "broken", "unknown", "confirmed")
    message = fields.String(**described("Why it is broken."))


class SubmissionDetail(Given):
    """A filled form with all its fields."""

    id = fields.Integer()
    batch_id = fields.Integer()
    file_id = fields.Integer()
    file_name = fields.String()
    number = fields.Integer()
    state = word("reading", "needs_review", "done")
    pages = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        **described("Page id by the number of the template's page."),
    )
    fields_ = fields.List(fields.Nested(Field), attribute="fields", data_key="fields")
    rules = fields.List(fields.Nested(Rule))


class NewDecision(Sent):
    """What a person says of a field."""

    action = word("confirm", "correct", "blank", "unreadable", required=True)
    value = Value("For `correct` alone.", load_default=None)
    seen_decision_id = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, LARGEST_ID),
        **described(
            "Id of the decision that was seen on the field, 0 for none; where another has been "
            "made since, nothing is changed. null: not checked."
        ),
    )
    override = fields.Boolean(
        load_default=False, **described("Keep a value that breaks a rule; `note` says why.")
    )
    note = fields.String(load_default="", validate=validate.Length(max=2000))


class Decided(Given):
    """What a decision leaves open."""

    field = fields.Nested(Field)
    submission_state = word("reading", "needs_review", "done")
    open_in_submission = fields.Integer()
    open_in_batch = fields.Integer()


class HistoryStep(Given):
    """One decision of a field's history."""

    at = fields.DateTime()
    user_name = fields.String()
    action = fields.String()
    before = Value()
    after = Value()
    overridden = fields.Boolean()
    note = fields.String()
    read_as = Value("What the machine had read then.")
    model_id = fields.String()


class ModelReading(Given):
    """What one model has read."""

    at = fields.DateTime()
    model_id = fields.String()
    value = Value()
    outcome = fields.String()
    confidence = fields.Float()
    is_current = fields.Boolean()


class History(Given):
    """All that was said of a field, from the oldest to the newest."""

    steps = fields.List(fields.Nested(HistoryStep))
    readings = fields.List(fields.Nested(ModelReading))
