"""What is written down about the program's own doing."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import OneOf

LOG_FORMATS = ("console", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, kw_only=True)
class Logs:
    """Logs."""

    log_level: str = setting("info", OneOf(LOG_LEVELS), "`debug`, `info`, `warning` or `error`.")
    log_format: str = setting(
        "console",
        OneOf(LOG_FORMATS),
        """`console`: one line an event for people; `json`: one JSON object an event for
        machines.""",
    )
    audit_addresses: str = setting(
        "off",
        OneOf(("on", "off")),
        """Whether events of the [audit trail](audit.md) keep the network address of whoever asked;
        addresses tell where people were.""",
    )
