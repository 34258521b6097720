"""What the site takes: memory and processor time of each process, statements, messages, bytes."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis
from sqlalchemy import text

from benchmarks.load.site import Site
from forms_app.services.application import Application

EVERY_S = 2.0
STATEMENT = re.compile(r"^(\w*)\|LOG:  (?:statement|execute [^:]*): (\w+)")
TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"})
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Totals:
    """Counted since the site was started; processor seconds by part."""

    statements: Counter[str]
    transactions: Counter[str]
    messages: int
    broker_commands: int
    wal_bytes: int
    database_bytes: int
    file_bytes: int
    computed_s: dict[str, float]


@dataclass(slots=True)
class Memory:
    """Resident memory of each process, in MiB, beside how many pages were read by then."""

    samples: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, pages: int, mib: float) -> None:
        self.samples[name].append((pages, mib))

    def growth_per_1000(self, name: str) -> float | None:
        """MiB for each 1,000 pages, by least squares over the later half: what is loaded once is
        loaded by then. None where too little was seen."""
        late = self.samples[name][len(self.samples[name]) // 2 :]
        if len(late) < 5 or late[0][0] == late[-1][0]:
            return None
        mean_x = sum(x for x, _ in late) / len(late)
        mean_y = sum(y for _, y in late) / len(late)
        spread = sum((x - mean_x) ** 2 for x, _ in late)
        return 1000 * sum((x - mean_x) * (y - mean_y) for x, y in late) / spread


class Watch:
    """Samples memory until stopped."""

    def __init__(self, site: Site, pages_read: Callable[[], int]) -> None:
        self.memory = Memory()
        self._site, self._pages_read = site, pages_read
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_sampling)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _keep_sampling(self) -> None:
        while not self._stop.wait(EVERY_S):
            pages = self._pages_read()
            for name, process in processes(self._site):
                with suppress(psutil.NoSuchProcess):
                    self.memory.add(name, pages, process.memory_info().rss / MIB)


def processes(site: Site) -> list[tuple[str, psutil.Process]]:
    """The site's own, but for the database's: `worker 1`, `worker 1, child 4711` …"""
    found = []
    for name, pid in site.parts.items():
        if name == "postgres":
            continue
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found.append((name, process))
            found += [(f"{name}, child {child.pid}", child) for child in process.children()]
    return found


@contextmanager
def paused_workers(site: Site) -> Iterator[None]:
    """The workers do nothing meanwhile."""
    stopped = [process for name, process in processes(site) if name.startswith("worker")]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


def count_totals(site: Site) -> Totals:
    """How far all counters are now."""
    statements, transactions = _count_log(site.log)
    client = redis.Redis.from_url(site.broker_url)
    commands = client.info("commandstats")
    client.close()
    sent = sum(commands.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("lpush", "rpush"))
    return Totals(
        statements=statements,
        transactions=transactions,
        messages=sent,
        broker_commands=sum(each["calls"] for each in commands.values()),
        wal_bytes=_ask(site.app, "SELECT wal_bytes FROM pg_stat_wal"),
        database_bytes=_ask(site.app, "SELECT pg_database_size(current_database())"),
        file_bytes=sum(path.stat().st_size for path in _stored(site)),
        computed_s=_computed(site),
    )


def _stored(site: Site) -> list[Path]:
    return [path for path in (site.folder / "data" / "files").rglob("*") if path.is_file()]


def _ask(app: Application, sql: str) -> int:
    with app.engine.connect() as connection:
        return int(connection.scalar(text(sql)) or 0)


def _count_log(log: Path) -> tuple[Counter[str], Counter[str]]:
    """Statements and transactions by the part that asked, from the database's log."""
    time.sleep(0.2)  # The last lines are on their way.
    statements: Counter[str] = Counter()
    transactions: Counter[str] = Counter()
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if found := STATEMENT.match(line):
                part, word = found.groups()
                statements[part] += word not in TRANSACTION_WORDS
                transactions[part] += word in ("COMMIT", "ROLLBACK")
    return statements, transactions


def _computed(site: Site) -> dict[str, float]:
    """Processor seconds; those of processes that are gone are kept by their parent."""
    found: dict[str, float] = {}
    for name, pid in site.parts.items():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            each = [process, *process.children(recursive=True)]
            found[name] = sum(_seconds(one) for one in each)
    return found


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
