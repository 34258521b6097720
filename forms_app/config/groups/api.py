"""How programs may ask."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Whole


@dataclass(frozen=True, kw_only=True)
class Api:
    """The API."""

    api_requests_per_minute: int = setting(
        600,
        Whole(10, 1_000_000, "requests", can_be_off=True),
        """So many requests a minute each API token may send; more are answered with 429 and when
        to go on ([api.md](api.md#limits)). `0` switches the limit off.""",
    )
