"""Choices for exports that are kept under a name."""

from __future__ import annotations

from datetime import date

import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import export_presets as presets
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from tests import factories
from tests.services.exported_data import FIELDS

CHOICE = ExportChoice(columns=(ExportColumn("born"),), separator=";", since=date(2026, 1, 1))


def _template(app: Application) -> int:
    return factories.make_published(app, FIELDS).template_id


def test_presets_are_kept_changed_and_deleted(any_app: Application) -> None:
    template_id = _template(any_app)
    kept = presets.save_preset(any_app, template_id, " For  accounting ", "csv", CHOICE)
    assert (kept.name, kept.format, kept.is_default) == ("For accounting", "csv", False)
    assert kept.choice == ExportChoice(columns=CHOICE.columns, separator=";")  # Without its days.
    changed = presets.change_preset(any_app, kept.id, "xlsx", ExportChoice(typed=True))
    assert presets.get_preset(any_app, kept.id) == changed
    assert (changed.format, changed.choice.typed) == ("xlsx", True)
    presets.rename_preset(any_app, kept.id, "Accounts")
    assert presets.named_preset(any_app, template_id, "accounts").id == kept.id
    presets.delete_preset(any_app, kept.id)
    assert presets.list_presets(any_app, template_id) == ()
    with pytest.raises(NotFoundError, match="no preset “Accounts”; there are: none"):
        presets.named_preset(any_app, template_id, "Accounts")


def test_one_preset_is_the_default(any_app: Application) -> None:
    template_id = _template(any_app)
    first, second = (
        presets.save_preset(any_app, template_id, name, "csv", ExportChoice())
        for name in ("a", "b")
    )
    for chosen in (first, second):
        presets.set_default(any_app, chosen.id, True)
        assert [p.id for p in presets.list_presets(any_app, template_id) if p.is_default] == [
            chosen.id
        ]
    presets.set_default(any_app, second.id, False)
    assert not any(p.is_default for p in presets.list_presets(any_app, template_id))


def test_what_cannot_be_a_preset(app: Application) -> None:
    template_id = _template(app)
    presets.save_preset(app, template_id, "a", "csv", ExportChoice())
    with pytest.raises(ConflictError, match="a preset “a” already"):
        presets.save_preset(app, template_id, "a", "json", ExportChoice())
    with pytest.raises(UserError, match="Give the preset a name"):
        presets.save_preset(app, template_id, " ", "csv", ExportChoice())
    with pytest.raises(UserError, match="at most 60"):
        presets.save_preset(app, template_id, "a" * 61, "csv", ExportChoice())
    with pytest.raises(UserError, match="not docx"):
        presets.save_preset(app, template_id, "b", "docx", ExportChoice())
    with pytest.raises(UserError, match="no field “street”"):
        choice = ExportChoice(columns=(ExportColumn("street"),))
        presets.save_preset(app, template_id, "b", "csv", choice)
