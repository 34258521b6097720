"""Where exports may be delivered to."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import DeliveryFolders


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """Exports that are delivered by the clock, see [deliveries.md](deliveries.md)."""

    delivery_folders: str = setting(
        "",
        DeliveryFolders(),
        """Folders and `s3://BUCKET/PREFIX` addresses that exports may be delivered to, separated by
        commas. Pages choose among these and name folders below them, nothing else. Buckets are
        reached with the same `AWS_*` variables as `files_url`.""",
        default_words="none: nothing can be delivered",
    )
