"""Settings that work, and that somebody should look at all the same: keys, names, times."""

from __future__ import annotations

import ipaddress
import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

from forms_app.config import Settings
from forms_app.config.secret_key import KEY_FILE
from forms_app.doctor.findings import Finding, Group

SETTINGS = Group("settings")
LEAST_KEY_LENGTH = 32
LEAST_LEASE_S = 30
MOST_SWEEP_S = 120


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Looks at the settings themselves and at the key file."""
    yield judge_key(settings)
    yield judge_names(settings.allowed_hosts)
    if settings.site_url:
        yield judge_site(settings.site_url, settings.allowed_hosts)
    yield judge_times(settings)


def judge_key(settings: Settings) -> Finding:
    """Whether the key that signs sessions is long enough, the same everywhere, and private."""
    if settings.secret_key:
        return _given_key(len(settings.secret_key))
    path = settings.data_dir / KEY_FILE
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        return SETTINGS.warning(
            "secret_key",
            f"Others on this machine can read {path}, which signs sessions.",
            f"chmod 600 {path}",
        )
    if settings.database_url.startswith("sqlite"):
        return SETTINGS.ok("secret_key", f"The key that signs sessions is kept in {path}.")
    return SETTINGS.warning(
        "secret_key",
        f"The key that signs sessions is kept in {path}: web servers with another data folder "
        "have another key, and people are signed out when they change between them.",
        "Give all of them the same setting secret_key.",
    )


def judge_names(allowed_hosts: str) -> Finding:
    """Whether strangers' names are refused."""
    names = [name.strip() for name in allowed_hosts.split(",") if name.strip()]
    if "*" in names:
        return SETTINGS.warning(
            "allowed_hosts",
            "The pages answer under any name, so that a hostile web page may read them.",
            "Name your own in the setting allowed_hosts.",
        )
    own = f"{', '.join(names)}, " if names else ""
    return SETTINGS.ok(
        "allowed_hosts", f"The pages answer under {own}IP addresses and names without a dot."
    )


def judge_site(site_url: str, allowed_hosts: str) -> Finding:
    """Whether links that leave Fieldhand lead to a name that the pages answer to."""
    host = urlsplit(site_url).hostname or ""
    names = {name.strip().lower() for name in allowed_hosts.split(",")}
    if {host, "*"} & names or "." not in host or _is_address(host):
        return SETTINGS.ok("site_url", f"Links lead to {site_url}.")
    return SETTINGS.failed(
        "site_url",
        f"Links lead to {site_url}, and the pages do not answer to that name.",
        "Name it in the setting allowed_hosts, too.",
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def judge_times(settings: Settings) -> Finding:
    """Whether the times suit each other."""
    lease_s, sweep_s = settings.lease_seconds, settings.sweep_seconds
    if lease_s < LEAST_LEASE_S:
        return SETTINGS.warning(
            "times",
            f"The setting lease_seconds is {lease_s}: a page that takes longer is given up.",
            f"Set it to {LEAST_LEASE_S} or more.",
        )
    if sweep_s > min(lease_s, MOST_SWEEP_S):
        return SETTINGS.warning(
            "times",
            f"The setting sweep_seconds is {sweep_s}: lost work waits so long until it is found.",
            f"Set it to {min(lease_s, MOST_SWEEP_S)} or less.",
        )
    return SETTINGS.ok("times", f"Lost work is found {lease_s} to {lease_s + sweep_s} s later.")


def _given_key(length: int) -> Finding:
    if length >= LEAST_KEY_LENGTH:
        return SETTINGS.ok("secret_key", f"The setting secret_key has {length} characters.")
    return SETTINGS.warning(
        "secret_key",
        f"The setting secret_key has only {length} characters and could be guessed.",
        "Make one with `openssl rand -hex 32`.",
    )
