"""Scheduled deliveries; only tokens of administrators change them."""

from __future__ import annotations

from collections.abc import Iterator

from forms_app.client import operations as op
from forms_app.client.bodies import json_body
from forms_app.client.session import Session
from forms_app.client.shapes.deliveries import DeliveryRun, Rhythm, ScheduledDelivery
from forms_app.client.shapes.exports import ExportFormat


class Deliveries:
    """Exports that are made on time and put into a folder."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> tuple[ScheduledDelivery, ...]:
        """Those of the project, the newest first."""
        return self._session.ask(op.LIST_DELIVERIES).items

    def places(self) -> tuple[str, ...]:
        """The folders and buckets below which they may go."""
        return self._session.ask(op.LIST_DELIVERY_PLACES).items

    def get(self, delivery_id: int) -> ScheduledDelivery:
        """One of them, with its newest file."""
        return self._session.ask(op.GET_DELIVERY, delivery_id)

    def create(
        self,
        name: str,
        rhythm: Rhythm,
        place: str,
        folder: str = "",
        *,
        template_id: int | None = None,
        batch_id: int | None = None,
        format: ExportFormat = "csv",
        preset_id: int | None = None,
    ) -> ScheduledDelivery:
        """Have a template's or a batch's data delivered from now on.

        Args:
            name: The names of its files begin with it.
            rhythm: `finished`: a file for each batch that is finished.
            place: One of `places`.
            folder: Below it, such as `accounting/2026`.
            template_id: What it is of: this,
            batch_id: or this.
            format: Where no preset is named.
            preset_id: Its format and choice hold.
        """
        body = json_body(
            name=name,
            rhythm=rhythm,
            place=place,
            folder=folder,
            template_id=template_id,
            batch_id=batch_id,
            format=format,
            preset_id=preset_id,
        )
        return self._session.ask(op.CREATE_DELIVERY, body=body)

    def pause(self, delivery_id: int) -> ScheduledDelivery:
        """Plan no more files; those that are planned still go."""
        return self._session.ask(op.CHANGE_DELIVERY, delivery_id, body=json_body(is_paused=True))

    def resume(self, delivery_id: int) -> ScheduledDelivery:
        """Go on."""
        return self._session.ask(op.CHANGE_DELIVERY, delivery_id, body=json_body(is_paused=False))

    def deliver_now(self, delivery_id: int) -> DeliveryRun:
        """Have one more file made at once, whatever the rhythm."""
        return self._session.ask(op.DELIVER_NOW, delivery_id)

    def runs(self, delivery_id: int) -> Iterator[DeliveryRun]:
        """Its files, the newest first: made, waiting, or given up."""
        return self._session.each(op.LIST_DELIVERY_RUNS, delivery_id)

    def retry(self, run_id: int) -> DeliveryRun:
        """Try a file again now that was given up, or waits for its next attempt."""
        return self._session.ask(op.RETRY_DELIVERY_RUN, run_id)

    def delete(self, delivery_id: int) -> None:
        """Deliver nothing more; files that were delivered stay where they are."""
        self._session.ask(op.DELETE_DELIVERY, delivery_id)
