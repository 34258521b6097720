"""What a metric of ours is, and how it is counted: declared once, made when it is first used.

Declaring costs nothing: prometheus-client is imported by the first count, after a process has
said in which folder it counts (`metrics_folder.keep_in`). A command that counts for itself alone
keeps its counts in memory.

A count must never break the work that is counted: a full disk loses counts, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

NAMESPACE = "fieldhand_"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 600.0)

_making = Lock()
_made: dict[str, Any] = {}
_registry: CollectorRegistry | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A declared metric.

    `name` is without the common prefix and ends in its base unit, counters in `_total`. Values of
    labels are ids and fixed words, never what people wrote.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()

    kind: ClassVar[str] = "gauge"

    @property
    def full_name(self) -> str:
        """The name that Prometheus knows."""
        return NAMESPACE + self.name


@dataclass(frozen=True, slots=True)
class Counter(Instrument):
    """Counts what happened, up only."""

    kind: ClassVar[str] = "counter"

    def inc(self, amount: float = 1.0, **labels: object) -> None:
        """Count `amount` more, at least 0."""
        _use(self, labels, "inc", amount)


@dataclass(frozen=True, slots=True)
class Histogram(Instrument):
    """Counts measurements by size; `buckets` are upper bounds."""

    buckets: Sequence[float] = SECONDS

    kind: ClassVar[str] = "histogram"

    def observe(self, amount: float, **labels: object) -> None:
        """Count one measurement."""
        _use(self, labels, "observe", amount)


@dataclass(frozen=True, slots=True)
class Gauge(Instrument):
    """What is so now in each process; `mode` says how those of several are put together
    (prometheus-client's words: `livesum`, `livemin`, `livemax`, `max` …)."""

    mode: str = field(kw_only=True)

    def set(self, amount: float, **labels: object) -> None:
        """Say how it is now."""
        _use(self, labels, "set", amount)


@dataclass(frozen=True, slots=True)
class Looked(Instrument):
    """What is looked up in the database, the broker or on the disk when somebody asks."""


def registry() -> CollectorRegistry:
    """Where a process that counts for itself alone keeps its counts."""
    from prometheus_client import CollectorRegistry

    global _registry
    # No lock where it is there already: a thread that is asked may hold it while others fork.
    if _registry is None:
        with _making:
            _registry = _registry or CollectorRegistry()
    return _registry


def _use(instrument: Instrument, labels: dict[str, object], verb: str, amount: float) -> None:
    try:
        metric = _made.get(instrument.name) or _make(instrument)
        child = metric.labels(**labels) if instrument.labels else metric
        getattr(child, verb)(amount)
    except OSError:
        return


def _make(instrument: Instrument) -> Any:
    import prometheus_client

    kept = registry()
    with _making:
        if instrument.name not in _made:
            name, text, labels = instrument.full_name, instrument.help, instrument.labels
            match instrument:
                case Counter():
                    metric: Any = prometheus_client.Counter(name, text, labels, registry=kept)
                case Histogram():
                    metric = prometheus_client.Histogram(
                        name, text, labels, registry=kept, buckets=instrument.buckets
                    )
                case Gauge():
                    metric = prometheus_client.Gauge(
                        name,
                        text,
                        labels,
                        registry=kept,
                        multiprocess_mode=instrument.mode,  # type: ignore[arg-type]
                    )
                case _:
                    raise TypeError(f"{name} is looked up, not counted")
            _made[instrument.name] = metric
        return _made[instrument.name]
