"""Is the worker on this machine at work? For health checks of containers."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from forms_app import metrics
from forms_app.config import Settings
from forms_app.errors import ConfigurationError, WorkerSilentError

WAIT_S = 5.0
# A worker without processes of its own says nothing while it works; tasks end before their leases.
SILENT_LEASES = 3


def check_worker(settings: Settings) -> str:
    """Ask the worker or clock that gives its counts on this machine's `metrics_port`.

    Returns:
        What was found, for a person.

    Raises:
        ConfigurationError: There is no `metrics_port`.
        WorkerSilentError: Nothing answers there, or the worker has said nothing for too long.
    """
    if not settings.metrics_port:
        raise ConfigurationError("Set metrics_port, on which the worker is asked whether it lives.")
    page = _ask(settings)
    beats = _heartbeats(page)
    if not beats:
        return "It answers."
    silent_s = time.time() - max(beats)
    if silent_s > SILENT_LEASES * settings.lease_seconds:
        raise WorkerSilentError(f"The worker has said nothing for {silent_s:.0f} s; restart it.")
    return f"It answers, and was at work {silent_s:.0f} s ago."


def _ask(settings: Settings) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{settings.metrics_port}/metrics")
    if settings.metrics_token:
        request.add_header("Authorization", f"Bearer {settings.metrics_token}")
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # nosec B310  # http
            return str(answer.read(), "utf-8")
    except (urllib.error.URLError, OSError) as error:
        raise WorkerSilentError(
            f"Nothing answers on port {settings.metrics_port}: {error}; start the worker again."
        ) from error


def _heartbeats(page: str) -> list[float]:
    """When each worker that counts there was last seen at work, in seconds since 1970."""
    from prometheus_client.parser import text_string_to_metric_families

    return [
        float(sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == metrics.WORKER_HEARTBEAT.full_name
    ]
