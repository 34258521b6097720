"""Who reaches the pages."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Address, HostNames, OneOf, SiteAddress, Text, Whole


@dataclass(frozen=True, kw_only=True)
class Access:
    """The pages and who reaches them."""

    secret_key: str = setting(
        "",
        Text(),
        """Signs sessions, forms and links to pictures. Set it when several web servers share the
        load; they need the same one.""",
        default_words="made once, kept in `DATA_DIR/secret.key`",
        is_secret=True,
    )
    allowed_hosts: str = setting(
        "",
        HostNames(),
        """Names under which people reach the pages, separated by commas (`forms.example.org`), as
        they stand in the browser's address. IP addresses and names without a dot (`localhost`,
        `office-pc`) always work; any other name is refused, so that a hostile web page cannot read
        yours by pointing its own name at this machine. `*` switches the check off.""",
        default_words="none",
    )
    site_url: str = setting(
        "",
        SiteAddress(),
        """The address under which people reach the pages (`https://forms.example.org`). Links that
        leave Fieldhand begin with it: in webhooks, invitations, links for passwords and for
        pictures, and the address that an OpenID Connect provider sends people back to. Without it
        they begin with the address that was asked, and webhooks have paths alone. Its name has to
        be in `allowed_hosts`, too.""",
        default_words="none",
    )
    sign_in: str = setting(
        "auto",
        OneOf(("auto", "required", "off")),
        """Whether people sign in. `auto`: they need not where `fieldhand serve` listens on this
        computer alone (its default), `allowed_hosts` names nobody else's and there is no
        `site_url`; everywhere else they must. `off`: whoever reaches the pages may do everything.
        See [accounts.md](accounts.md).""",
    )
    password_sign_in: str = setting(
        "on",
        OneOf(("on", "off")),
        """`off`: people sign in with the provider that `oidc_issuer` names, and not otherwise.
        Links that `fieldhand user link` makes still work, so that an administrator gets in while
        the provider is away.""",
    )
    oidc_issuer: str = setting(
        "",
        Address(("https://", "http://")),
        """The OpenID Connect provider that people may sign in with, by its issuer
        (`https://sso.example.org/realms/office`). See
        [accounts.md](accounts.md#signing-in-with-openid-connect).""",
        default_words="none",
    )
    oidc_client_id: str = setting(
        "", Text(), """What Fieldhand is called at the provider.""", default_words="none"
    )
    oidc_client_secret: str = setting(
        "",
        Text(),
        """Proves to the provider that Fieldhand asks; empty for a public client.""",
        default_words="none",
        is_secret=True,
    )
    oidc_name: str = setting(
        "",
        Text(),
        """What people call the provider: "Sign in with …" says the button.""",
        default_words="the host of `oidc_issuer`",
    )
    oidc_login_claim: str = setting(
        "email",
        OneOf(("email", "preferred_username")),
        """What the provider says of a person that must equal the login of their account when they
        sign in with it for the first time. `email` counts only if the provider has verified it;
        `preferred_username` is right only where people cannot choose it themselves.""",
    )
    session_idle_minutes: int = setting(
        120,
        Whole(5, 43_200, "minutes"),
        """A person who has done nothing for so long signs in again. A page that only shows what
        goes on does not count as doing something.""",
    )
    session_hours: int = setting(
        24,
        Whole(1, 8_760, "hours"),
        """So long after signing in a person signs in again, whatever they are doing; what they
        have not sent yet is kept on their screen.""",
    )
    trusted_proxies: int = setting(
        0,
        Whole(0, 10),
        """How many proxies stand before the pages, each adding to `X-Forwarded-For` whom it asks
        for. Failed sign-ins are counted by that address; with 0 by the one that connects.""",
    )
