"""Who may read the metrics."""

from __future__ import annotations

import pytest

from forms_app.metrics_access import may_read

TOKEN = "a-long-token"


@pytest.mark.parametrize(
    ("caller", "host"),
    [
        ("127.0.0.1", "127.0.0.1:8080"),
        ("::1", "[::1]:8080"),
        ("172.18.0.5", "web:8080"),
        ("192.168.1.20", "office-pc"),
        ("::ffff:10.0.0.3", "localhost:8080"),
    ],
)
def test_private_callers_without_a_token(caller: str, host: str) -> None:
    assert may_read("", caller, {"Host": host}.get)


@pytest.mark.parametrize(
    ("caller", "headers"),
    [
        ("8.8.8.8", {"Host": "web"}),
        ("2001:4860:4860::8888", {"Host": "web"}),
        ("not an address", {"Host": "web"}),
        ("", {"Host": "web"}),
        ("127.0.0.1", {"Host": "forms.example.org"}),
        ("127.0.0.1", {"Host": "8.8.8.8:8080"}),
        ("127.0.0.1", {"Host": "[bad"}),
        ("127.0.0.1", {}),
        *(
            ("127.0.0.1", {"Host": "localhost", name: "8.8.8.8"})
            for name in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")
        ),
    ],
)
def test_strangers_and_whoever_comes_through_a_proxy(caller: str, headers: dict[str, str]) -> None:
    assert not may_read("", caller, headers.get)


def test_a_token_opens_from_everywhere_and_nothing_else_does() -> None:
    def ask(**headers: str) -> bool:
        return may_read(TOKEN, "8.8.8.8", headers.get)

    assert ask(Authorization=f"Bearer {TOKEN}")
    assert not ask(Authorization=f"Bearer {TOKEN}x")
    assert not ask(Authorization=TOKEN)
    assert not ask(Authorization="Bearer größer")
    assert not may_read(TOKEN, "127.0.0.1", {"Host": "localhost"}.get)
