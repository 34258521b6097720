"""Who has a draft open: windows say so every few seconds, and hear of each other.

What is known lies in the database, so that it does not matter which web process answers; a window
that is not heard of any more lapses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    DraftEditorRow,
    TemplateVersionRow,
    UserRow,
)
from forms_app.store.upserts import insert_into

# Browsers let the clock of a window in the background tick once a minute.
EXPIRES_AFTER = timedelta(seconds=75)
MAX_ID_LENGTH = 64
MOST_SELECTED = 50


@dataclass(frozen=True, slots=True)
class Editor:
    """One window: random ids of the window and its browser, and what the person does in it."""

    window: str
    browser: str
    device: str
    fields: tuple[str, ...] = ()
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class OtherEditor:
    """Another window with the same draft; `user_name` is empty where there are no accounts."""

    user_name: str
    device: str
    browser: str
    opened_at: datetime
    changed_at: datetime | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """The draft's latest revision and who else has it open, the first to come first."""

    revision: int
    others: tuple[OtherEditor, ...]


def stay(
    app: Application, version_id: int, editor: Editor, user_id: int = LOCAL_USER_ID
) -> Presence:
    """Note that a window has the draft open; to be repeated within `EXPIRES_AFTER`.

    Raises:
        NotFoundError: The version does not exist (any more).
        UserError: The window has no sensible id.
    """
    if not all(0 < len(word) <= MAX_ID_LENGTH for word in (editor.window, editor.browser)):
        raise UserError("This window has no name of its own. Reload the page.")
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        session.execute(delete(DraftEditorRow).where(DraftEditorRow.expires_at < utc_now()))
        _note(session, version_id, editor, user_id)
        rows = session.execute(
            select(DraftEditorRow, UserRow.name)
            .join(UserRow, UserRow.id == DraftEditorRow.user_id)
            .where(DraftEditorRow.version_id == version_id, DraftEditorRow.window != editor.window)
            .order_by(DraftEditorRow.opened_at)
        ).all()
        return Presence(version.revision, tuple(_other(row, name) for row, name in rows))


def leave(app: Application, version_id: int, window: str) -> None:
    """The window was closed; others need not wait until it lapses."""
    with app.session() as session:
        session.execute(
            delete(DraftEditorRow).where(
                DraftEditorRow.version_id == version_id, DraftEditorRow.window == window
            )
        )


def _note(session: Session, version_id: int, editor: Editor, user_id: int) -> None:
    now = utc_now()
    changes = {
        "selected": list(editor.fields[:MOST_SELECTED]),
        "expires_at": now + EXPIRES_AFTER,
        "user_id": user_id,
    }
    if editor.has_changed:
        changes["changed_at"] = now
    session.execute(
        insert_into(session, DraftEditorRow)
        .values(
            version_id=version_id,
            window=editor.window,
            browser=editor.browser,
            device=editor.device,
            opened_at=now,
            **changes,
        )
        .on_conflict_do_update(index_elements=["version_id", "window"], set_=changes)
    )


def _other(row: DraftEditorRow, user_name: str) -> OtherEditor:
    return OtherEditor(
        user_name="" if row.user_id == LOCAL_USER_ID else user_name,
        device=row.device,
        browser=row.browser,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        fields=tuple(row.selected),
    )
