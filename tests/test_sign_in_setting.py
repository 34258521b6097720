"""Where `sign_in` is left to how the pages are reached."""

from __future__ import annotations

import pytest

from forms_app.config import load_settings
from forms_app.config.sign_in import with_sign_in_decided


@pytest.mark.parametrize(
    ("sign_in", "listens_on", "hosts", "decided"),
    [
        ("auto", "127.0.0.1", "", "auto"),
        ("auto", "::1", "", "auto"),
        ("auto", "127.0.0.1", "forms.example.org", "required"),
        ("auto", "0.0.0.0", "", "required"),
        ("auto", "192.0.2.7", "", "required"),
        ("auto", None, "", "required"),
        ("off", "0.0.0.0", "", "off"),
        ("required", "127.0.0.1", "", "required"),
    ],
)
def test_others_sign_in(sign_in: str, listens_on: str | None, hosts: str, decided: str) -> None:
    settings = load_settings({}, sign_in=sign_in, allowed_hosts=hosts)
    assert with_sign_in_decided(settings, listens_on).sign_in == decided


def test_a_site_that_has_an_address_is_for_others() -> None:
    settings = load_settings({}, sign_in="auto", site_url="https://forms.example.org")
    assert with_sign_in_decided(settings, "127.0.0.1").sign_in == "required"
