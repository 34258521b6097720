"""What every answer carries, and what is refused."""

from __future__ import annotations

import pytest

from forms_app.services.dto.batches import BatchSummary
from tests.web.visitor import FETCH, Visitor


@pytest.mark.parametrize("path", ["/", "/batches/", "/nowhere", "/static/css/tokens.css"])
def test_every_answer_carries_the_policy(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_hold_no_inline_script_or_style(visitor: Visitor, batch: BatchSummary) -> None:
    visitor.upload(batch.id, ("empty.pdf", b""))
    for path in ("/", "/batches/", "/batches/new", f"/batches/{batch.id}", "/nowhere"):
        html = visitor.get(path).text
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html
        assert " onclick=" not in html


def test_a_form_without_its_token_is_refused_with_advice(
    visitor: Visitor, batch: BatchSummary
) -> None:
    answer = visitor.post_without_token(f"/batches/{batch.id}/delete")
    assert answer.status_code == 400
    assert "Reload it, then retry" in answer.text
    assert visitor.get(f"/batches/{batch.id}").status_code == 200


def test_a_script_may_send_the_token_as_a_header(visitor: Visitor, batch: BatchSummary) -> None:
    headers = {**FETCH, "X-CSRFToken": visitor.token()}
    answer = visitor.post_without_token(f"/batches/{batch.id}/delete", headers=headers)
    assert answer.status_code == 303


def test_request_ids_are_kept_when_well_formed(visitor: Visitor) -> None:
    given = visitor.get("/", headers={"X-Request-ID": "proxy-1234"})
    assert given.headers["X-Request-ID"] == "proxy-1234"
    forged = visitor.get("/", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert "script" not in forged.headers["X-Request-ID"]
    assert len(forged.headers["X-Request-ID"]) == 16


def test_vendored_files_may_be_kept_for_ever_and_pages_may_not(visitor: Visitor) -> None:
    vendored = visitor.get("/static/vendor/htmx-2.0.11.min.js")
    assert "immutable" in vendored.headers["Cache-Control"]
    assert visitor.get("/").headers["Cache-Control"] == "private, no-cache"
    assert "no-cache" in visitor.get("/static/css/tokens.css").headers["Cache-Control"]


def test_the_session_cookie_is_out_of_reach_of_scripts(visitor: Visitor) -> None:
    cookie = visitor.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
