"""Projects and webhooks, for tokens of administrators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.client import operations as op
from forms_app.client.bodies import json_body
from forms_app.client.session import Session
from forms_app.client.shapes.places import Project
from forms_app.client.shapes.webhooks import (
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointSecret,
    EventKind,
)


class Projects:
    """What separates templates, batches and people."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> Iterator[Project]:
        """All of them."""
        return self._session.each(op.LIST_PROJECTS)

    def get(self, project_id: int) -> Project:
        """One of them."""
        return self._session.ask(op.GET_PROJECT, project_id)

    def create(self, name: str) -> Project:
        """Make one."""
        return self._session.ask(op.CREATE_PROJECT, body=json_body(name=name))

    def rename(self, project_id: int, name: str) -> Project:
        """Call it otherwise."""
        return self._session.ask(op.RENAME_PROJECT, project_id, body=json_body(name=name))


class Webhooks:
    """Who is told of what happens in the token's project (docs/webhooks.md)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> tuple[Endpoint, ...]:
        """All endpoints, by name."""
        return self._session.ask(op.LIST_WEBHOOKS).items

    def get(self, endpoint_id: int) -> Endpoint:
        """Whether one answers, and what waits for it."""
        return self._session.ask(op.GET_WEBHOOK, endpoint_id)

    def create(
        self, name: str, url: str, events: Sequence[EventKind], include_values: bool = False
    ) -> EndpointSecret:
        """Make one; its secret is in this answer alone."""
        body = json_body(name=name, url=url, events=tuple(events), include_values=include_values)
        return self._session.ask(op.CREATE_WEBHOOK, body=body)

    def change(
        self,
        endpoint_id: int,
        name: str,
        url: str,
        events: Sequence[EventKind],
        include_values: bool = False,
    ) -> Endpoint:
        """Change all that `create` takes."""
        body = json_body(name=name, url=url, events=tuple(events), include_values=include_values)
        return self._session.ask(op.CHANGE_WEBHOOK, endpoint_id, body=body)

    def switch(self, endpoint_id: int, is_enabled: bool) -> Endpoint:
        """Switch one on or off; what happens while it is off it is never told."""
        body = json_body(is_enabled=is_enabled)
        return self._session.ask(op.SWITCH_WEBHOOK, endpoint_id, body=body)

    def new_secret(self, endpoint_id: int) -> EndpointSecret:
        """Make a new secret; the old one signs beside it for a day."""
        return self._session.ask(op.ROTATE_WEBHOOK_SECRET, endpoint_id)

    def ping(self, endpoint_id: int) -> Endpoint:
        """Send it an event that says nothing, at once."""
        return self._session.ask(op.PING_WEBHOOK, endpoint_id)

    def deliveries(
        self, endpoint_id: int, state: DeliveryState | None = None
    ) -> Iterator[Delivery]:
        """What was delivered and what was given up, the newest first."""
        return self._session.each(op.LIST_WEBHOOK_DELIVERIES, endpoint_id, asked={"state": state})

    def redeliver(self, endpoint_id: int, delivery_id: int) -> Endpoint:
        """Send a delivery again, whatever came of it."""
        return self._session.ask(op.REDELIVER_WEBHOOK, endpoint_id, delivery_id)

    def redeliver_dead(self, endpoint_id: int) -> Endpoint:
        """Send everything again that was given up."""
        return self._session.ask(op.REDELIVER_DEAD_WEBHOOKS, endpoint_id)

    def delete(self, endpoint_id: int) -> None:
        """Delete one with its deliveries."""
        self._session.ask(op.DELETE_WEBHOOK, endpoint_id)
