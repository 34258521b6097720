"""Accounts are linked once, also when two come back from the provider at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from forms_app.services import accounts, oidc_accounts
from forms_app.services.application import Application
from forms_app.services.dto.oidc import Identity
from forms_app.sign_in_errors import ProviderRefusedError
from tests.accounts import make_account
from tests.services.audit_trail import events_of

ISSUER = "https://sso.example.org"
WINDOWS = 4


def _outcomes(app: Application, identities: list[Identity]) -> list[int | str]:
    """All at once: whose account each signs in to, or why not."""

    def outcome(identity: Identity) -> int | str:
        try:
            return oidc_accounts.account_of(app, identity)
        except ProviderRefusedError as error:
            return error.message

    with ThreadPoolExecutor(len(identities)) as pool:
        return list(pool.map(outcome, identities))


def test_windows_of_one_person_all_get_in(any_app: Application) -> None:
    anna = make_account(any_app)
    identity = Identity(ISSUER, "0815", "anna")
    assert _outcomes(any_app, [identity] * WINDOWS) == [anna] * WINDOWS
    assert len(events_of(any_app, "link_oidc")) == 1


def test_of_several_people_one_gets_the_account(any_app: Application) -> None:
    anna = make_account(any_app)
    found = _outcomes(any_app, [Identity(ISSUER, str(i), "anna") for i in range(WINDOWS)])
    assert found.count(anna) == 1
    assert sum("or another person does" in str(one) for one in found) == WINDOWS - 1


def test_the_local_user_is_nobodys_account(any_app: Application) -> None:
    [message] = _outcomes(any_app, [Identity(ISSUER, "1", "")])
    assert "does not say under which login" in str(message)
    assert not accounts.list_accounts(any_app)
