"""Browsers that are signed in: their cookie, and how a session begins and ends in it."""

from __future__ import annotations

from flask import Flask, g, request, session, url_for
from flask.sessions import SecureCookieSessionInterface

from forms_app.services import sign_in_sessions
from forms_app.web.context import SIGNED_IN, application
from forms_app.web.language import SESSION_KEY as LANGUAGE


class _Cookies(SecureCookieSessionInterface):
    """The cookie is sent over HTTPS alone, once it was given over HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        # Believed without knowing the proxy: who lies gets a cookie that works less.
        return is_https()


def install(flask_app: Flask) -> None:
    """Keep cookies from scripts, from other sites, and from being sent in the clear."""
    flask_app.config.update(
        SESSION_COOKIE_NAME="fieldhand_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    flask_app.session_interface = _Cookies()


def sign_in_as(user_id: int, way: str = "password") -> None:
    """Somebody has proved who they are: this browser is theirs, in a session that nobody knows.

    Args:
        user_id: Who.
        way: How they proved it, a word for the audit trail.

    Raises:
        NotSignedInError: Their account was disabled meanwhile.
    """
    key = sign_in_sessions.begin(application(), user_id, way)
    sign_out()
    session[SIGNED_IN] = key


def sign_out() -> None:
    """Nobody is signed in with this browser any more; of its session only the language stays."""
    key, language = session.get(SIGNED_IN), session.get(LANGUAGE)
    if isinstance(key, str):
        sign_in_sessions.end(application(), key)
    session.clear()
    for name in ("actor", "csrf_token"):
        g.pop(name, None)
    if language:
        session[LANGUAGE] = language


def is_https() -> bool:
    """Whether the browser asks over HTTPS, as far as it or a proxy says so."""
    return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def whole_address(endpoint: str, **values: str) -> str:
    """The address of a page as browsers elsewhere ask for it: below the setting `site_url`, else
    below the address that was asked for now."""
    site_url = application().settings.site_url
    if site_url:
        path = url_for(endpoint, _external=False, **values)
        return site_url + path.removeprefix(request.script_root)
    return url_for(endpoint, _external=True, _scheme="https" if is_https() else "http", **values)


def client_address() -> str:
    """Where the request comes from, as far as the proxies before us can be believed."""
    proxies = application().settings.trusted_proxies
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(said) >= proxies and said[-proxies]:
        return said[-proxies]
    return request.remote_addr or ""
