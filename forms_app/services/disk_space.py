"""How much room is left where Fieldhand keeps its data."""

from __future__ import annotations

import shutil
from pathlib import Path

from forms_app.config import Settings
from forms_app.services.dto.operations import DiskSpace

GB = 1_000_000_000
LOW_SHARE = 0.05
# Of a large disk a twentieth is plenty, of a small one nothing: a long PDF alone takes a gigabyte.
LEAST_FREE, ENOUGH_FREE = 1 * GB, 10 * GB


def disks(settings: Settings) -> tuple[DiskSpace, ...]:
    """Each disk of this machine that data is kept on; buckets and other machines say nothing."""
    folders = [settings.data_dir]
    if "://" not in settings.files_url:
        folders.append(Path(settings.files_url))
    by_device = {folder.stat().st_dev: folder for folder in reversed(folders) if folder.exists()}
    return tuple(_space(folder) for folder in by_device.values())


def is_low(free: int, total: int) -> bool:
    """Whether so few bytes are left that somebody should act."""
    return free < max(LEAST_FREE, min(LOW_SHARE * total, ENOUGH_FREE))


def _space(folder: Path) -> DiskSpace:
    usage = shutil.disk_usage(folder)
    return DiskSpace(str(folder), usage.free, usage.total, is_low(usage.free, usage.total))
