"""Templates are added to a batch, and its refused pages tried again, from its pages."""

from __future__ import annotations

from sqlalchemy import select, update

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.store.models import PageRow
from forms_app.store.states import PageState
from tests import factories
from tests.web.visitor import HTMX, Visitor


def _refused(app: Application, version_id: int) -> int:
    """A batch with three refused pages, two of them recognised as this version's."""
    batch = factories.make_batch(app)
    pages = factories.make_pages(app, batch.id, 3, PageState.FAILED)
    with app.session() as session:
        change = update(PageRow).values(error_message="Refused.")
        session.execute(change.values(error_code="foreign_page"))
        known = change.where(PageRow.id.in_(pages[:2]))
        session.execute(known.values(error_code="other_template", version_id=version_id))
    return batch.id


def _states(app: Application) -> list[str]:
    with app.session() as session:
        return list(session.scalars(select(PageRow.state).order_by(PageRow.id)))


def test_a_template_is_added_and_shown(visitor: Visitor, app: Application) -> None:
    other = factories.make_published(app)
    batch_id = _refused(app, other.id)
    path = f"/batches/{batch_id}"
    assert "Add a template…" in visitor.get(path).text
    assert visitor.post(f"{path}/templates").status_code == 422
    answer = visitor.post(f"{path}/templates", {"version_id": str(other.id)})
    assert answer.headers["Location"].endswith(path)
    shown = visitor.get(path).text
    assert "“Intake” added to the batch." in shown and "Add a template…" not in shown
    assert "Try 3\N{NO-BREAK SPACE}refused pages again" in shown
    assert len(batches.get_batch(app, batch_id).summary.templates) == 2
    assert visitor.post("/batches/99/templates", {"version_id": "1"}).status_code == 404


def test_recognised_pages_are_taken_with_their_template(visitor: Visitor, app: Application) -> None:
    other = factories.make_published(app)
    batch_id = _refused(app, other.id)
    path = f"/batches/{batch_id}"
    assert "2\N{NO-BREAK SPACE}pages belong to" in visitor.get(f"{path}/pages").text
    assert "Try 1\N{NO-BREAK SPACE}refused page again" in visitor.get(path).text
    queue = HTMX | {"HX-Target": "pages-live"}
    answer = visitor.post(f"{path}/templates/{other.id}/take", headers=queue)
    assert 'id="pages-live"' in answer.text and "pages belong to" not in answer.text
    assert _states(app) == ["pending", "pending", "failed"]
    answer = visitor.post(f"{path}/retry", headers=HTMX)
    assert 'id="batch-live"' in answer.text and "refused page" not in answer.text
    assert _states(app) == ["pending"] * 3
    assert visitor.post(f"{path}/retry").headers["Location"].endswith(f"{path}/pages")
    assert "0\N{NO-BREAK SPACE}pages are being read again." in visitor.get(f"{path}/pages").text
