"""Erasing a form on its page, and its certificate."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from forms_app.services.application import Application
from forms_app.store.models import SubmissionRow
from tests import factories
from tests.web.visitor import Visitor


def test_a_form_is_erased_and_its_certificate_downloaded(
    app: Application, visitor: Visitor
) -> None:
    batch = factories.make_batch(app)
    submission_id = factories.make_submission(app, batch.id)
    assert 'id="erase"' in visitor.get(f"/review/forms/{submission_id}").text
    refused = visitor.post(f"/erasures/of/{submission_id}", {"reason": " "})
    assert refused.status_code == 422 and "Say why" in refused.text
    done = visitor.post(
        f"/erasures/of/{submission_id}", {"reason": "By letter"}, follow_redirects=True
    )
    assert "Nothing of it is left here" in done.text and "By letter" in done.text
    answer = visitor.get("/erasures/certificate.json?erasure=1")
    certificate = json.loads(answer.data)
    assert certificate["submission"]["id"] == submission_id
    assert "attachment" in answer.headers["Content-Disposition"]
    assert visitor.get(f"/review/forms/{submission_id}").status_code == 404
    with app.session() as session:
        assert session.scalar(select(func.count(SubmissionRow.id))) == 0
    assert visitor.get("/erasures/certificate.json?erasure=2").status_code == 404
