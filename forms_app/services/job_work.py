"""A claimed job around a template, in the hands of the code that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, renew
from forms_app.store.models import TemplateJobRow


@dataclass(slots=True)
class JobWork:
    """What a job is given, and its way to whoever waits.

    `request` is what was asked for, `uploads` the files handed in as (name, key). `step` and
    `keep_page` are the code's way to the outside; what it returns becomes the result.
    """

    app: Application
    lease: Lease
    version_id: int | None
    request: dict[str, Any]
    uploads: Sequence[tuple[str, str]]
    pages: list[tuple[str, bytes]] = field(default_factory=list)

    def step(self, done: int, total: int) -> None:
        """Tell whoever waits how far it is, and have all of the lease's time for the next step.

        Raises:
            LeaseLostError: The job was deleted or taken over: there is nothing to go on for.
        """
        with self.app.session() as session:
            lease = renew(session, self.lease, self.app.settings.lease_seconds)
            session.execute(
                update(TemplateJobRow)
                .where(lease.is_ours)
                .values(steps_done=done, steps_total=total, changed_at=utc_now())
            )
        self.lease = lease

    def keep_page(self, name: str, png: bytes) -> int:
        """Keep an image until the job expires; returns its position."""
        self.pages.append((name, png))
        return len(self.pages) - 1
