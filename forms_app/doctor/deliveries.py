"""Scheduled deliveries: each place that one goes to takes files from this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from forms_app.config import Settings
from forms_app.doctor.database import existing_engine
from forms_app.doctor.findings import Finding, Group
from forms_app.errors import FieldhandError
from forms_app.services.delivery_places import S3, places, try_place
from forms_app.store.models import DeliveryRow

DELIVERIES = Group("deliveries")
LONGEST_REASON = 200
NOT_NAMED = (
    "Name it there for every worker that takes the queue export, or pause the delivery. A machine "
    "without such a worker needs no places."
)
BUCKET_REMEDY = (
    "Check that the bucket exists, AWS_ENDPOINT_URL and the keys, and that they may write; or "
    "pause the delivery."
)
FOLDER_REMEDY = (
    "See that its disk is mounted and the folder belongs to the user that runs the workers; or "
    "pause the delivery. A machine without a worker for the queue export needs no such folder."
)


class Target(NamedTuple):
    """Where deliveries go: an entry of the setting `delivery_folders` and a folder below it."""

    place: str
    folder: str

    def __str__(self) -> str:
        return f"{self.place}/{self.folder}" if self.folder else self.place


def check_deliveries(settings: Settings) -> Iterator[Finding]:
    """Tries each place once, however many go there; those of paused deliveries are left alone."""
    names = _names_by_target(settings)
    if names is None:
        return
    well = 0
    for target, delivery in names.items():
        if (trouble := _trouble_of(settings, target, delivery)) is None:
            well += 1
        else:
            yield trouble
    if well == len(names):
        said = f"{well} place{'s' if well > 1 else ''} of deliveries can be written."
        yield DELIVERIES.ok("works", said if well else "Nothing is delivered by schedule.")


def _names_by_target(settings: Settings) -> dict[Target, tuple[int, str]] | None:
    """Id and name of the first delivery to each place; None where the database does not say."""
    engine = existing_engine(settings)
    if engine is None:
        return None
    running = (
        select(DeliveryRow).where(DeliveryRow.paused_at.is_(None)).order_by(DeliveryRow.id.desc())
    )
    try:
        with Session(engine) as session:
            rows = session.scalars(running)
            return {Target(row.place, row.folder): (row.id, row.name) for row in rows}
    except SQLAlchemyError:
        # The check of the database tells why.
        return None
    finally:
        engine.dispose()


def _trouble_of(settings: Settings, target: Target, delivery: tuple[int, str]) -> Finding | None:
    row_id, name = delivery
    word = f"delivery_{row_id}"
    if target.place not in places(settings):
        said = f"“{name}” delivers to {target}, which the setting delivery_folders does not name."
        return DELIVERIES.warning(word, said, NOT_NAMED)
    try:
        try_place(*target)
    except FieldhandError as error:
        reason = str(error.__cause__ or error).partition("\n")[0][:LONGEST_REASON].rstrip(".")
        said = f"“{name}” cannot deliver to {target}: {reason}."
        remedy = BUCKET_REMEDY if target.place.startswith(S3) else FOLDER_REMEDY
        return DELIVERIES.failed(word, said, remedy)
    return None
