"""What is told of the sources of files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forms_app.store.states import SourceKind as SourceKind


class SourceState(StrEnum):
    """watching: it is there · hindered: there, but something is in its way · silent: it should be
    there and is not · stopped: on purpose · asked: it comes when somebody sends something."""

    WATCHING = "watching"
    HINDERED = "hindered"
    SILENT = "silent"
    STOPPED = "stopped"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Source:
    """A watched folder, a computer's `fieldhand submit`, or a token of the API.

    `backlog` counts files yet to be taken, None where nobody knows; `trouble` is what hinders it.
    """

    id: int
    kind: SourceKind
    name: str
    host: str
    project_id: int
    template: str
    batch_rule: str
    state: SourceState
    backlog: int | None
    trouble: str
    files_taken: int
    last_file_name: str | None
    last_file_at: datetime | None
    errors: int
    last_error: str | None
    last_error_at: datetime | None
    last_seen_at: datetime
