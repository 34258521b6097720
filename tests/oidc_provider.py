"""A real OpenID Connect provider on loopback, of Authlib's server; it can be told to misbehave.

It checks what a strict one checks: the client and its secret, the registered address, PKCE (S256),
the nonce, and that a code is used once.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode
from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import make_server

CLIENT_ID, SECRET = "fieldhand", "s3cret of tests"
BACK_TO = "http://localhost/sign-in/oidc/back"
ANNA = {"sub": "0815", "email": "Anna", "email_verified": True, "preferred_username": "anna"}


@dataclass
class Person:
    """Who is signed in at the provider, by the claims about them."""

    claims: dict[str, Any] = field(default_factory=lambda: dict(ANNA))

    def get_user_id(self) -> str:
        return str(self.claims["sub"])


@dataclass
class _Client(ClientMixin):
    back_to: str

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.back_to

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back_to

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):
    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    user: Person

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """What a test may change: who is signed in, what tokens say, which key signs them.

    Attributes:
        url: Its issuer.
        back_to: Where the client has registered that people go back to.
        person: Who is signed in there.
        changed: Claims of the next ID tokens that are not as they should be.
        key: What they are signed with.
        forged: What becomes of a token that was signed.
        metadata: Of the discovery document, what is not as it should be.
        nonces: Of all tries so far.
    """

    def __init__(self) -> None:
        self.url, self.back_to = "", BACK_TO
        self.person = Person()
        self.changed: dict[str, Any] = {}
        self.key = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
        self.forged: Callable[[str], str] = str
        self.published = KeySet([self.key])
        self.metadata: dict[str, Any] = {}
        self.codes: dict[str, _Code] = {}
        self.nonces: set[str] = set()

    def described(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            **self.metadata,
        }


def send_browser(address: str) -> str:
    """Go to the provider's `address` as a browser; where it sends that back to."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    back = connection.getresponse().getheader("Location", "")
    connection.close()
    assert back.startswith(f"{BACK_TO}?"), back
    return back


@contextmanager
def running_provider() -> Iterator[Provider]:
    """One that answers until the end of the block."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _flask_app(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _flask_app(provider: Provider) -> Flask:
    flask_app = Flask("oidc_provider")
    authorization = AuthorizationServer(
        flask_app,
        query_client=lambda name: _Client(provider.back_to) if name == CLIENT_ID else None,
        save_token=lambda token, request: None,
    )
    authorization.register_grant(
        _grant_of(provider),
        [_tokens_of(provider)(require_nonce=True), CodeChallenge(required=True)],
    )

    @flask_app.get("/.well-known/openid-configuration")
    def describe() -> ResponseReturnValue:
        return jsonify(provider.described())

    @flask_app.get("/keys")
    def keys() -> ResponseReturnValue:
        return jsonify(provider.published.as_dict(private=False))

    @flask_app.get("/authorize")
    def authorize() -> ResponseReturnValue:
        # Whoever asks is signed in already: what a person would see is not tested here.
        grant = authorization.get_consent_grant(end_user=provider.person)
        return authorization.create_authorization_response(grant=grant, grant_user=provider.person)

    @flask_app.post("/token")
    def token() -> ResponseReturnValue:
        return authorization.create_token_response()

    @flask_app.get("/logout")
    def end_session() -> ResponseReturnValue:
        return redirect(request.args["post_logout_redirect_uri"])

    return flask_app


def _grant_of(provider: Provider) -> type[AuthorizationCodeGrant]:
    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        def save_authorization_code(self, code: str, request: Any) -> None:
            sent = request.payload.data
            provider.nonces.add(sent["nonce"])
            provider.codes[code] = _Code(
                code,
                request.payload.redirect_uri,
                request.payload.scope,
                sent["nonce"],
                sent["code_challenge"],
                sent["code_challenge_method"],
                request.user,
            )

        def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: _Code) -> Person:
            return authorization_code.user

    return Grant


def _tokens_of(provider: Provider) -> type[OpenIDCode]:
    class Tokens(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return nonce in provider.nonces

        def resolve_client_private_key(self, client: _Client) -> ECKey:
            return provider.key

        def get_client_algorithm(self, client: _Client) -> str:
            return "ES256"

        def get_encode_header(self, client: _Client) -> dict[str, str]:
            return {"alg": "ES256", "kid": provider.key.kid}

        def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
            return provider.forged(super().encode_id_token(token, request))

        def get_client_claims(self, client: _Client) -> dict[str, Any]:
            return {"iss": provider.url, "aud": [CLIENT_ID]}

        def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:
            # Last of all, so that it may change what belongs there.
            return {**user.claims, **provider.changed}

    return Tokens
