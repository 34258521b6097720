"""Why somebody is not let in."""

from __future__ import annotations

from forms_app.errors import TransientError, UserError


class NotSignedInError(UserError):
    """People have to sign in here, and this request is nobody's."""

    code = "not_signed_in"


class WrongPasswordError(UserError):
    """Login and password do not belong together, or to nobody."""

    code = "wrong_password"


class WrongCodeError(UserError):
    """A code of the second factor is wrong, too old, or was used."""

    code = "wrong_code"


class TooManyTriesError(UserError):
    """Signing in has failed so often that the next try has to wait `wait_s` seconds."""

    code = "too_many_tries"

    def __init__(self, message: str, wait_s: int) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class ProviderRefusedError(UserError):
    """What the OpenID Connect provider, or a browser in its name, says lets nobody in."""

    code = "provider_refused"


class InvitationError(UserError):
    """A link to choose a password does not work (any more)."""

    code = "invitation"


class ProviderUnavailableError(TransientError):
    """The OpenID Connect provider did not answer, or not as one."""

    code = "provider_unavailable"
