"""Who reaches the pages."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import HostNames, Text


@dataclass(frozen=True, kw_only=True)
class Access:
    """The pages and who reaches them."""

    secret_key: str = setting(
        "",
        Text(),
        """Signs sessions and forms. Set it when several web servers share the load; they need the
        same one.""",
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
