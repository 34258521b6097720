"""Who has a draft open: told of each other, gone when they leave or are not heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from forms_app.errors import NotFoundError, UserError
from forms_app.services import editing, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.editing import Editor
from forms_app.store.base import utc_now
from forms_app.store.models import DraftEditorRow
from tests.web.drawn import blank_png

ADA = Editor("window-a", "browser-1", "Firefox on Windows", ("surname",), has_changed=True)
BOB = Editor("window-b", "browser-2", "Chrome on Linux")


@pytest.fixture
def draft(any_app: Application) -> TemplateVersion:
    return templates.create_template(any_app, "Survey", blank_png(), "blank.png")


def test_windows_hear_of_each_other(any_app: Application, draft: TemplateVersion) -> None:
    assert editing.stay(any_app, draft.id, ADA) == editing.Presence(draft.revision, ())
    [ada] = editing.stay(any_app, draft.id, BOB).others
    assert (ada.device, ada.user_name, ada.fields) == ("Firefox on Windows", "", ("surname",))
    assert ada.changed_at is not None and ada.changed_at >= ada.opened_at
    editing.stay(any_app, draft.id, Editor("window-a", "browser-1", "Firefox on Windows"))
    [again] = editing.stay(any_app, draft.id, BOB).others
    assert again.opened_at == ada.opened_at and again.changed_at == ada.changed_at
    assert again.fields == ()


def test_who_leaves_or_falls_silent_is_gone(any_app: Application, draft: TemplateVersion) -> None:
    editing.stay(any_app, draft.id, ADA)
    editing.leave(any_app, draft.id, ADA.window)
    assert editing.stay(any_app, draft.id, BOB).others == ()
    with any_app.session() as session:
        session.execute(update(DraftEditorRow).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert editing.stay(any_app, draft.id, ADA).others == ()


def test_a_save_is_told_by_its_revision(any_app: Application, draft: TemplateVersion) -> None:
    saved = templates.save_draft(any_app, draft.id, [], draft.revision)
    assert editing.stay(any_app, draft.id, BOB).revision == saved.revision == draft.revision + 1


def test_strangers_are_refused(any_app: Application, draft: TemplateVersion) -> None:
    with pytest.raises(UserError, match="Reload the page"):
        editing.stay(any_app, draft.id, Editor("", "browser", "Firefox"))
    with pytest.raises(NotFoundError):
        editing.stay(any_app, draft.id + 1, ADA)
