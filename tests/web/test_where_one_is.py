"""The top bar and the menu behind the person's name mark the place that a page belongs to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for

from forms_app.services import webhooks
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EndpointWish, EventKind
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.web.context import MENU_PLACES
from tests.accounts import make_account, quick_hashes
from tests.web.signing_in import Stranger, pages_with_sign_in
from tests.web.visitor import Visitor

__all__ = ["quick_hashes"]
MARKED = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*? aria-current="page"')


def _is_at_menu(page: str) -> bool:
    return re.search(r'id="who"[^>]* aria-current="true"', page) is not None


@pytest.mark.usefixtures("quick_hashes")
def test_each_page_of_the_menu_marks_its_entry(app: Application) -> None:
    make_account(app, "Chief", is_admin=True)
    flask_app = pages_with_sign_in(app)
    chief = Stranger(flask_app)
    chief.sign_in("chief")
    for endpoint in sorted(set(MENU_PLACES.values())):
        with flask_app.test_request_context():
            place = urlsplit(url_for(endpoint)).path
        page = chief.get(place).text
        assert MARKED.findall(page) == [place] and _is_at_menu(page), endpoint
    assert not _is_at_menu(chief.get("/batches/").text)
    second = chief.get("/account/second-factor").text
    assert MARKED.findall(second) == ["/account/"] and _is_at_menu(second)


def test_where_nobody_signs_in_they_are_marked_too_and_a_part_leads_back(
    visitor: Visitor, app: Application
) -> None:
    for place in ("/account/tokens/", "/webhooks/"):
        page = visitor.get(place).text
        assert MARKED.findall(page) == [place]
        assert '<p class="crumb"><button class="crumb-menu"' in page
    wish = EndpointWish("Archive", "https://93.184.216.34/", tuple(EventKind))
    made = webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, LOCAL_USER_ID)
    page = visitor.get(f"/webhooks/{made.endpoint.id}").text
    assert MARKED.findall(page) == ["/webhooks/"] and _is_at_menu(page)
    assert '<p class="crumb"><a href="/webhooks/">' in page


def test_every_entry_of_the_menu_is_a_page_of_its_blueprint(flask_app: Flask) -> None:
    assert set(MENU_PLACES) <= set(flask_app.blueprints)
    assert set(MENU_PLACES.values()) <= set(flask_app.view_functions)
