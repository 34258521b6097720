"""How long work may take, and what follows when it does not end."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Whole


@dataclass(frozen=True, kw_only=True)
class Work:
    """How long work may take, and what follows when it does not end."""

    lease_seconds: int = setting(
        120,
        Whole(5, 86_400, "s"),
        """How long a worker may work on a page, file or export before others may take it over.
        Tasks are cut off a little earlier. Exports renew it as they go, and are cut off after five
        times as long: raise it for exports of very many forms, or on very slow machines.""",
    )
    max_attempts: int = setting(
        3,
        Whole(1, 100),
        """After so many attempts that ended in a crash, a page or file fails with a reason instead
        of being tried again. Outages of database, files or broker do not count.""",
    )
    sweep_seconds: int = setting(
        20,
        Whole(1, 3600, "s"),
        """How often the sweeper looks for work that a lost broker or a killed worker left
        behind.""",
    )
