"""Versions of a template: listed with their batches, compared two by two."""

from __future__ import annotations

import pytest

from forms_app.errors import NotFoundError
from forms_app.services import batches, template_versions, templates
from forms_app.services.application import Application
from forms_app.store.models import TemplatePageRow
from tests import factories


def test_batches_keep_their_version_and_versions_know_their_batches(any_app: Application) -> None:
    first = factories.make_published(any_app)
    batch = batches.create_batch(any_app, first.id, "March")
    draft = templates.new_draft(any_app, first.template_id)
    templates.save_draft(any_app, draft.id, [factories.CONSENT], draft.revision)
    second = templates.publish(any_app, draft.id)
    lines = template_versions.list_versions(any_app, first.template_id)
    assert [(line.number, line.state, line.batches) for line in lines] == [
        (2, "published", 0),
        (1, "published", 1),
    ]
    assert batches.get_batch(any_app, batch.id).summary.version_id == first.id
    comparison = template_versions.compare(any_app, second.id, first.id)
    assert (comparison.old.number, comparison.new.number) == (1, 2)
    assert [(d.name, d.change) for d in comparison.differences.fields] == [
        ("surname", "removed"),
        ("number", "removed"),
    ]


def test_another_blank_is_told(app: Application) -> None:
    first = factories.make_published(app, pages=2)
    draft = templates.new_draft(app, first.template_id)
    assert template_versions.compare(app, first.id, draft.id).is_empty
    with app.session() as session:
        page = session.query(TemplatePageRow).filter_by(version_id=draft.id, number=2).one()
        page.blank_hash = app.files.put(b"another")
        page.source_name = "sharper.pdf"
    found = template_versions.compare(app, first.id, draft.id)
    assert found.pages == ("page 2 has another blank (sharper.pdf)",)
    assert not found.is_empty


def test_versions_of_two_templates_are_not_compared(app: Application) -> None:
    one, other = factories.make_published(app), factories.make_published(app)
    with pytest.raises(NotFoundError, match="different templates"):
        template_versions.compare(app, one.id, other.id)
