"""How other programs are told."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Networks, Whole


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Telling other programs, see [webhooks.md](webhooks.md)."""

    webhook_private_networks: str = setting(
        "",
        Networks(),
        """Private networks that webhooks may reach, separated by commas (`10.1.0.0/16`,
        `127.0.0.1`). Whoever may make endpoints can have this machine send requests there: name no
        more than the receivers' own.""",
        default_words="none: only addresses of the internet",
    )
    webhook_seconds: int = setting(
        10,
        Whole(1, 60, "s"),
        """So long one attempt may take in all, name look-up and encryption included; but no more
        than three tenths of `lease_seconds`.""",
    )
    webhook_retry_hours: int = setting(
        24,
        Whole(1, 720, "hours"),
        """So long a delivery that fails is tried again and again, with growing pauses; then it is
        given up and kept for a person to send again.""",
    )
    webhook_silent_days: int = setting(
        5,
        Whole(1, 365, "days"),
        "An endpoint that has taken nothing for so long is switched off.",
    )
    webhook_keep_days: int = setting(
        30,
        Whole(1, 3650, "days"),
        "So long deliveries are kept to be looked at or sent again.",
    )
