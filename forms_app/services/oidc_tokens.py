"""ID tokens: believed when the provider's key has signed them, for us, for this try, just now."""

from __future__ import annotations

import time
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from forms_app.config import Settings
from forms_app.services.dto.oidc import Flow, Identity, Provider
from forms_app.sign_in_errors import ProviderRefusedError

# None of them can be made with what is public, as HS256 with a public key could, or `none`.
ALGORITHMS = tuple(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
SKEW_S = 60
"""So far the clocks of two machines may differ."""
MOST_SUBJECT = 255


def read_id_token(
    text: str, access_token: str, keys: KeySet, provider: Provider, flow: Flow, settings: Settings
) -> Identity:
    """Whom an ID token is about.

    Args:
        text: As the provider has sent it.
        access_token: What came with it; a hash of it may stand in the token.
        keys: The provider's.
        provider: Who has to have made it.
        flow: The try that it has to be made for.
        settings: Who we are there, and which claim is a login.

    Raises:
        ProviderRefusedError: It is not to be believed; the message says why.
    """
    try:
        token = jwt.decode(text, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            _wanted(provider, settings),
            {
                "nonce": flow.nonce,
                "client_id": settings.oidc_client_id,
                "access_token": access_token,
            },
        )
        claims.validate(now=int(time.time()), leeway=SKEW_S)
    except ClaimError as error:
        raise _refusal(error) from error
    except (JoseError, ValueError) as error:
        raise ProviderRefusedError(
            "The sign-in service's answer is not signed with a key of its own. Try again; if it "
            "lasts, tell whoever runs Fieldhand."
        ) from error
    return _identity(provider, claims, settings.oidc_login_claim)


def _wanted(provider: Provider, settings: Settings) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }


def _identity(provider: Provider, claims: dict[str, Any], login_claim: str) -> Identity:
    subject = claims["sub"]
    if len(subject) > MOST_SUBJECT:
        raise _refusal(ClaimError("sub"))
    login = claims.get(login_claim)
    # Some providers write the word.
    is_sure = login_claim != "email" or claims.get("email_verified") in (True, "true")
    return Identity(
        issuer=provider.issuer,
        subject=subject,
        login=login.strip().casefold() if isinstance(login, str) and is_sure else "",
    )


def _refusal(error: ClaimError) -> ProviderRefusedError:
    if isinstance(error, ExpiredTokenError) or error.claim in ("iat", "nbf"):
        return ProviderRefusedError(
            "The sign-in service's answer is of another time: its clock and that of this computer "
            "differ by more than a minute, or it came too late. Try again; if it lasts, tell "
            "whoever runs Fieldhand."
        )
    return ProviderRefusedError(
        f"The sign-in service's answer was not meant for this sign-in ({error.claim}). Try again; "
        "if it lasts, tell whoever runs Fieldhand."
    )
