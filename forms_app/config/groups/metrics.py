"""What Prometheus may ask."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Text, Whole


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics."""

    metrics_dir: str = setting(
        "",
        Text("a folder"),
        """Where the processes of one machine count together, see
        [observability.md](observability.md). Not a network folder; in a container one of its
        own.""",
        default_words="`DATA_DIR/metrics`",
    )
    metrics_token: str = setting(
        "",
        Text(),
        """Who asks for `/metrics` must send it as `Authorization: Bearer TOKEN`. Without it only
        callers in private networks are answered, and none through a proxy.""",
        default_words="none",
        is_secret=True,
    )
    metrics_port: int = setting(
        0,
        Whole(1, 65_535, can_be_off=True),
        """On this port workers and the clock give their counts to Prometheus, for machines without
        a web server; `0` is none.""",
    )
