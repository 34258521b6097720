"""A run as JSON and as tables in Markdown."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.load.gauges import MIB, Memory
from benchmarks.load.running import Outcome

LIMIT_MS = 200
"""Pages that people look at are to come within this time, 95 in 100 of them."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of `n` times, in milliseconds."""

    n: int
    p50: float
    p95: float
    p99: float
    most: float


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Of at least one time."""
    found = 1000 * np.percentile(seconds, (50, 95, 99, 100))
    return Percentiles(len(seconds), *(round(float(value), 1) for value in found))


def as_json(workers: int, done: Outcome) -> dict[str, Any]:
    """Everything that was measured."""
    everybody = [one for seconds in done.pages_by_people.values() for one in seconds]
    return {
        "date": datetime.date.today().isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "workers": workers,
        "files": done.files,
        "pages": done.pages,
        "forms": done.forms,
        "pages_failed": len(done.not_read),
        "not_read": done.not_read[:20],
        "uploading_s": round(done.uploading_s, 1),
        "reading_s": round(done.reading_s, 1),
        "pages_per_s": round(done.pages / done.reading_s, 3),
        "upload_ms": _dict(percentiles(done.upload_s)),
        "read_after_ms": _dict(percentiles(done.read_after_s)),
        "people_ms": {name: _dict(percentiles(s)) for name, s in done.pages_by_people.items()},
        "people_all_ms": _dict(percentiles(everybody)) if everybody else None,
        "statements_a_request": _statements_a_request(done),
        "people_failures": done.failures_by_people[:20],
        "export_s": round(done.export_s, 2),
        "export_rows": done.export_rows,
        "a_page": _each_page(done),
        "memory_mib": _memory(done.memory),
    }


def _dict(found: Percentiles) -> dict[str, float]:
    return {name: getattr(found, name) for name in Percentiles.__slots__}


def _statements_a_request(done: Outcome) -> float:
    """Of the web processes; an upload is two requests."""
    asked = sum(len(seconds) for seconds in done.pages_by_people.values()) + 2 * done.files
    statements = done.after.statements["web"] - done.before.statements["web"]
    return round(statements / asked, 1)


def _each_page(done: Outcome) -> dict[str, float]:
    """What a page costs; `clock` and `web` work for other reasons too."""
    before, after = done.before, done.after

    def a_page(value: float) -> float:
        return round(value / done.pages, 3)

    computed = {
        part: after.computed_s[part] - before.computed_s.get(part, 0.0) for part in after.computed_s
    }
    workers = sum(seconds for part, seconds in computed.items() if part.startswith("worker"))
    return {
        "statements_of_workers": a_page(after.statements["worker"] - before.statements["worker"]),
        "transactions_of_workers": a_page(
            after.transactions["worker"] - before.transactions["worker"]
        ),
        "messages": a_page(after.messages - before.messages),
        "broker_commands": a_page(after.broker_commands - before.broker_commands),
        "worker_cpu_s": a_page(workers),
        "web_cpu_s": a_page(computed["web"]),
        "database_cpu_s": a_page(computed["postgres"]),
        "broker_cpu_s": a_page(computed["broker"]),
        "uploaded_bytes": a_page(done.uploaded_bytes),
        "stored_bytes": a_page(after.file_bytes - before.file_bytes),
        "database_bytes": a_page(after.database_bytes - before.database_bytes),
        "wal_bytes": a_page(after.wal_bytes - before.wal_bytes),
    }


def _memory(memory: Memory) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for name, samples in memory.samples.items():
        values = [mib for _, mib in samples]
        growth = memory.growth_per_1000(name)
        found[name] = {
            "first": round(values[0], 1),
            "middle": round(values[len(values) // 2], 1),
            "last": round(values[-1], 1),
            "most": round(max(values), 1),
            "growth_per_1000_pages": None if growth is None else round(growth, 2),
        }
    return found


def as_markdown(found: dict[str, Any]) -> str:
    """The tables for docs/load.md."""
    lines = [
        f"{found['date']}, {found['cores']} cores, load {found['load']}, "
        f"{found['workers']} workers: {found['files']:,} files, {found['pages']:,} pages, "
        f"{found['forms']:,} forms, {found['pages_failed']} not read",
        "",
        f"**{found['pages_per_s']:.2f} pages a second** ({found['reading_s']:.0f} s until the last "
        f"page was read, uploads took {found['uploading_s']:.0f} s); export of "
        f"{found['export_rows']:,} forms in {found['export_s']:.1f} s",
        "",
        "| what | n | p50 | p95 | p99 | most |",
        "|---|---|---|---|---|---|",
        _row("upload of a file", found["upload_ms"]),
        _row("from a file's last byte to a page read", found["read_after_ms"]),
        *(_row(f"people: {name}", each) for name, each in sorted(found["people_ms"].items())),
    ]
    if found["people_all_ms"]:
        lines.append(_row(f"people: all (p95 at most {LIMIT_MS} ms)", found["people_all_ms"]))
    lines += ["", "| a page takes | |", "|---|---|"]
    lines += [f"| {_words(name)} | {_amount(name, v)} |" for name, v in found["a_page"].items()]
    lines.append(f"| statements of the web for each request | {found['statements_a_request']:g} |")
    lines += ["", "| memory, MiB | first | middle | last | most | growth in 1,000 pages |"]
    lines.append("|---|---|---|---|---|---|")
    for name, each in sorted(found["memory_mib"].items()):
        values = " | ".join("–" if value is None else f"{value:g}" for value in each.values())
        lines.append(f"| {name} | {values} |")
    if found["not_read"]:
        lines += ["", "Not read: " + "; ".join(found["not_read"])]
    if found["people_failures"]:
        lines += ["", "Refused or broken: " + "; ".join(found["people_failures"])]
    return "\n".join(lines)


def _row(name: str, each: dict[str, float]) -> str:
    times = " | ".join(f"{each[key]:,.0f} ms" for key in ("p50", "p95", "p99", "most"))
    return f"| {name} | {each['n']:,} | {times} |"


def _words(name: str) -> str:
    return name.replace("_cpu_s", ", seconds of a core").replace("_", " ")


def _amount(name: str, value: float) -> str:
    return f"{value / MIB:.3f} MiB" if name.endswith("_bytes") else f"{value:g}"
