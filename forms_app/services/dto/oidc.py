"""What is known of an OpenID Connect provider, and of somebody who signs in with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """The part of a discovery document that is used, its addresses checked.

    Attributes:
        issuer: Who signs the ID tokens, to the letter.
        authorization_endpoint: Where people are sent.
        token_endpoint: Where a code is changed into tokens.
        jwks_uri: Where the keys lie that ID tokens are signed with.
        end_session_endpoint: Where people sign out of the provider itself; empty if nowhere.
        takes_secret_in_body: Whether the client's secret may go in the form rather than a header.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    takes_secret_in_body: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """One try to sign in, kept by the browser until the provider sends it back.

    Attributes:
        state: Comes back with the answer: it belongs to this browser.
        nonce: Comes back in the ID token: it was made for this try.
        verifier: Proves to the provider that the same party asks for the tokens (PKCE).
    """

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them; `login` is empty where it vouches for none."""

    issuer: str
    subject: str
    login: str
