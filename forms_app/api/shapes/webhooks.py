"""Webhooks: endpoints and what was delivered to them."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, Sent, described, list_of, word
from forms_app.services.dto.webhooks import DeliveryState, EventKind

STATES = tuple(DeliveryState)


class SentEndpoint(Sent):
    """Who is to be told of what."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    url = fields.String(required=True, validate=validate.Length(1, 2000))
    events = fields.List(
        word(*EventKind), required=True, validate=validate.Length(1, len(EventKind))
    )
    include_values = fields.Boolean(
        load_default=False, **described("Events of forms hold their values too.")
    )


class Switch(Sent):
    """Whether an endpoint is to be told anything."""

    is_enabled = fields.Boolean(required=True)


class Endpoint(Given):
    """An endpoint without its secret."""

    id = fields.Integer()
    name = fields.String()
    url = fields.String()
    events = fields.List(word(*EventKind))
    include_values = fields.Boolean()
    is_enabled = fields.Boolean()
    disabled_why = fields.String(allow_none=True, **described("Why Fieldhand switched it off."))
    failing_since = fields.DateTime(allow_none=True)
    paused_until = fields.DateTime(allow_none=True)
    old_secret_until = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()
    waiting = fields.Integer(**described("Deliveries that are still to be taken."))
    dead = fields.Integer(**described("Deliveries that were given up."))


class EndpointSecret(Given):
    """An endpoint and its new secret, shown this once."""

    endpoint = fields.Nested(Endpoint)
    secret = fields.String()


class Endpoints(Given):
    """The endpoints of the project, by name."""

    items = fields.List(fields.Nested(Endpoint))


class DeliveryQuery(Query):
    """Which deliveries are wanted."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    after = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_ID))
    state = word(*STATES)


class Delivery(Given):
    """One event for one endpoint, as far as it got."""

    id = fields.Integer()
    kind = fields.String()
    key = fields.String(**described("The event's id, as the receiver sees it."))
    state = word(*STATES)
    attempts = fields.Integer()
    status = fields.Integer(allow_none=True, **described("Of the last answer."))
    error = fields.String(allow_none=True)
    created_at = fields.DateTime()
    next_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


DeliveryList = list_of(Delivery, "DeliveryList")
