"""What must be ours before anything starts: the data folder, its lock and the port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from forms_app.doctor.site import LOCK_NAME
from forms_app.errors import ConfigurationError, ConflictError

BACKLOG = 256


def claim_data_folder(folder: Path) -> IO[str]:
    """Make the data folder and lock it for this process; the kernel frees the lock with it.

    Returns:
        The open lock file; keep it as long as the folder is in use.

    Raises:
        ConfigurationError: The folder cannot be made or written.
        ConflictError: Another `serve` works in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_NAME).open("a+", encoding="ascii")
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {folder} cannot be written ({os.strerror(error.errno or 0)}); "
            "choose another with --data."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise ConflictError(
            f"Fieldhand already runs in {folder} (process {holder}); stop it first or choose "
            "another folder with --data."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        ConflictError: The port is in use.
        ConfigurationError: The host is not an address of this machine, or the port is reserved.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _refusal(host, port, error) from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise _refusal(host, port, error) from error
    return listening


def url_of(listening: socket.socket) -> str:
    """The address to open in a browser; a wildcard address is shown as localhost."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # nosec B104  # compared, not listened on
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refusal(host: str, port: int, error: OSError) -> ConfigurationError | ConflictError:
    if error.errno == errno.EADDRINUSE:
        return ConflictError(
            f"Port {port} on {host} is in use; choose another with --port, or --port 0 for any "
            "free one."
        )
    if error.errno == errno.EACCES:
        return ConfigurationError(
            f"Port {port} is reserved for the system; choose one above 1023 with --port."
        )
    return ConfigurationError(
        f"{host} is not an address of this machine ({error.strerror}); choose another with --host."
    )
