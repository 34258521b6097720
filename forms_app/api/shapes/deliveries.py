"""Scheduled deliveries and their files."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, list_of, row_id, word
from forms_app.api.shapes.exports import FORMAT_WORDS
from forms_app.services.dto.deliveries import DeliveryState, Rhythm

BELOW = "A path below the place, such as `accounting/2026`; empty: the place itself."


class NewDelivery(Sent):
    """What is to be delivered, when and where; either of a template or of a batch."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 200),
        **described("The names of its files begin with it."),
    )
    rhythm = word(
        *Rhythm, required=True, **described("`finished`: a file for each batch that is finished.")
    )
    place = fields.String(
        required=True,
        validate=validate.Length(1, 1000),
        **described("One of `listDeliveryPlaces`."),
    )
    folder = fields.String(load_default="", validate=validate.Length(max=500), **described(BELOW))
    format = word(*FORMAT_WORDS, load_default="csv", **described("Where no preset is named."))
    preset_id = row_id(
        load_default=None, allow_none=True, **described("Its format and choice hold.")
    )
    template_id = row_id(load_default=None, allow_none=True)
    batch_id = row_id(load_default=None, allow_none=True)


class ChangedDelivery(Sent):
    """Whether a delivery is to pause."""

    is_paused = fields.Boolean(required=True)


class DeliveryRun(Given):
    """One file of a delivery."""

    id = fields.Integer()
    slot = fields.String(**described("The hour or day (UTC), or what was finished."))
    file_name = fields.String(**described("Its ending is added when it is made."))
    state = word(*DeliveryState, **described("A pending one with an error is tried again."))
    size = fields.Integer(allow_none=True, **described("Bytes."))
    row_count = fields.Integer(allow_none=True)
    error_message = fields.String(allow_none=True)
    attempts = fields.Integer()
    due_at = fields.DateTime()
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


DeliveryRunList = list_of(DeliveryRun, "DeliveryRunList")


class ScheduledDelivery(Given):
    """Data that are delivered by themselves."""

    id = fields.Integer()
    name = fields.String()
    subject = fields.String(**described("The name of the batch or template."))
    template_id = fields.Integer(allow_none=True)
    batch_id = fields.Integer(allow_none=True)
    format = word(*FORMAT_WORDS)
    preset_id = fields.Integer(allow_none=True)
    preset = fields.String(allow_none=True, **described("Its name; null: none, or it is gone."))
    rhythm = word(*Rhythm)
    place = fields.String()
    folder = fields.String()
    is_paused = fields.Boolean()
    next_at = fields.DateTime(
        allow_none=True, **described("null: while it is paused, and of finished batches.")
    )
    last = fields.Nested(DeliveryRun, allow_none=True, **described("The newest file."))


class ScheduledDeliveries(Given):
    """The scheduled deliveries of the project, the newest first."""

    items = fields.List(fields.Nested(ScheduledDelivery))


class DeliveryPlaces(Given):
    """What the setting `delivery_folders` allows."""

    items = fields.List(fields.String())
