"""Who sees sensitive fields on the pages, and what all others see in their place."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from forms_app.store.states import Role
from tests import factories
from tests.accounts import make_account, quick_hashes  # noqa: F401
from tests.services.test_redaction import FIELDS, OUTSIDE, WITHIN
from tests.web.signing_in import Stranger, pages_with_sign_in

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def pages(app: Application) -> Flask:
    """Pages where people sign in, with one read form that has a sensitive field."""
    batch = factories.make_batch(app, FIELDS)
    factories.make_submission(app, batch.id)
    return pages_with_sign_in(app)


def signed_in(app: Application, pages: Flask, role: Role) -> Stranger:
    make_account(app, role.title(), [role])
    visitor = Stranger(pages)
    visitor.sign_in(role)
    return visitor


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_others_see_that_it_is_there_and_no_more(
    app: Application, pages: Flask, role: Role
) -> None:
    visitor = signed_in(app, pages, role)
    page = visitor.get("/review/forms/1").text
    assert "MILLER" not in page and "•••" in page and "123456" in page
    picture = decode_grey(visitor.get("/review/1/pages/1.png").data)
    assert (picture[WITHIN], picture[OUTSIDE]) == (128, 250)
    crop = decode_grey(visitor.get("/review/1/crop.png?field=surname").data)
    assert (crop == 128).mean() > 0.95
    laid = decode_grey(visitor.get("/batches/1/pages/1/laid.png").data)
    assert laid[WITHIN] == 128


def test_a_scan_of_which_nobody_knows_how_it_lies_is_for_those_who_lay_it(
    app: Application, pages: Flask
) -> None:
    address = "/batches/1/pages/1/scan.jpg"
    assert signed_in(app, pages, Role.AUDITOR).get(address).status_code == 403
    # The factory's scan is no picture.
    assert signed_in(app, pages, Role.OPERATOR).get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERVISOR])
def test_those_who_may_see_it(app: Application, pages: Flask, role: Role) -> None:
    visitor = signed_in(app, pages, role)
    assert "MILLER" in visitor.get("/review/forms/1").text
    assert (decode_grey(visitor.get("/review/1/pages/1.png").data) == 250).all()
