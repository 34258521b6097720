"""What so many pages a day take, from what one page was measured to take.

Reads the stages' costs from docs/speed.md (its newest table) and all else from docs/load.json (a
run of `benchmarks.load`), and prints the tables of docs/capacity.md. `--write` puts them there.

Run: python -m benchmarks.capacity [--pages 1000000] [--hours 24] [--busy 0.7] [--write]
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- capacity: begin -->", "<!-- capacity: end -->"
STAGE = re.compile(r"^\| ([a-z ]+) \| ([\d.,]+) \| \d+ % \|$", re.MULTILINE)
ALIGN_STAGES = frozenset({"decode the image", "align"})


@dataclass(frozen=True, slots=True)
class Page:
    """What one page takes: seconds of one core, counts, bytes."""

    align_s: float
    read_s: float
    web_s: float
    database_s: float
    broker_s: float
    statements: float
    transactions: float
    messages: float
    uploaded_bytes: float
    stored_bytes: float
    database_bytes: float
    wal_bytes: float


@dataclass(frozen=True, slots=True)
class Demand:
    """`pages` a day, come and read within `hours` of it, on cores that are busy for `busy` of the
    time: the rest is for rushes, restarts and what was not measured."""

    pages: int = 1_000_000
    hours: float = 24.0
    busy: float = 0.7

    @property
    def a_second(self) -> float:
        """Pages a second while they come."""
        return self.pages / (self.hours * 3600)

    def cores(self, seconds: float) -> float:
        """Cores for work that takes so many seconds a page."""
        return self.a_second * seconds / self.busy


def load_page() -> Page:
    """The measured costs of a page."""
    stages = _stage_seconds((DOCS / "speed.md").read_text(encoding="utf-8"))
    run = json.loads((DOCS / "load.json").read_text(encoding="utf-8"))[-1]["a_page"]
    return page_of(stages, run)


def page_of(stages: dict[str, float], run: dict[str, Any]) -> Page:
    """Stages by name in seconds, and the `a_page` of a run's report."""
    align_s = sum(seconds for name, seconds in stages.items() if name in ALIGN_STAGES)
    return Page(
        align_s=align_s,
        read_s=sum(stages.values()) - align_s,
        web_s=run["web_cpu_s"],
        database_s=run["database_cpu_s"],
        broker_s=run["broker_cpu_s"],
        statements=run["statements_of_workers"],
        transactions=run["transactions_of_workers"],
        messages=run["messages"],
        uploaded_bytes=run["uploaded_bytes"],
        stored_bytes=run["stored_bytes"],
        database_bytes=run["database_bytes"],
        wal_bytes=run["wal_bytes"],
    )


def _stage_seconds(text: str) -> dict[str, float]:
    """The newest table of the stages: the last one."""
    found: dict[str, float] = {}
    for name, milliseconds in STAGE.findall(text):
        found[name] = float(milliseconds.replace(",", "")) / 1000
    return found


def tables(page: Page, demand: Demand) -> str:
    """In Markdown."""
    head = (
        f"{demand.pages:,} pages a day within {demand.hours:g} hours: {demand.a_second:.1f} pages a"
        f" second; cores busy {demand.busy:.0%} of the time."
    )
    return "\n".join([head, "", *_cores(page, demand), "", *_flows(page, demand)])


def _cores(page: Page, demand: Demand) -> Iterator[str]:
    yield "| part | seconds of a core each page | cores |"
    yield "|---|---|---|"
    parts = {
        "workers, `align` (with `intake`)": page.align_s,
        "workers, `read`": page.read_s,
        "web": page.web_s,
        "database": page.database_s,
        "broker": page.broker_s,
    }
    for name, seconds in parts.items():
        yield f"| {name} | {seconds:.3f} | {demand.cores(seconds):.1f} |"
    whole = sum(parts.values())
    yield f"| together | {whole:.3f} | {demand.cores(whole):.0f} |"


def _flows(page: Page, demand: Demand) -> Iterator[str]:
    rate, day = demand.a_second, demand.pages
    yield "| flow | each page | at this pace |"
    yield "|---|---|---|"
    yield (
        f"| statements of workers | {page.statements:.0f} "
        f"| {rate * page.statements:,.0f} a second |"
    )
    yield (
        f"| transactions of workers | {page.transactions:.1f} "
        f"| {rate * page.transactions:,.0f} a second |"
    )
    yield f"| messages | {page.messages:.1f} | {rate * page.messages:,.0f} a second |"
    yield f"| write-ahead log | {_kb(page.wal_bytes)} | {rate * page.wal_bytes / 1e6:.1f} MB/s |"
    yield (
        f"| database grows | {_kb(page.database_bytes)} | {day * page.database_bytes / 1e9:,.0f} GB"
        " a day |"
    )
    yield (
        f"| files grow (scans and aligned pages) | {_kb(page.stored_bytes)} "
        f"| {day * page.stored_bytes / 1e9:,.0f} GB a day |"
    )
    yield (
        f"| uploads | {_kb(page.uploaded_bytes)} "
        f"| {8 * rate * page.uploaded_bytes / 1e6:.0f} Mbit/s |"
    )
    # Everything that is stored is read again once: the scan to be aligned, the page to be read.
    yield (
        f"| to and from the file store | {_kb(2 * page.stored_bytes)} "
        f"| {16 * rate * page.stored_bytes / 1e6:.0f} Mbit/s |"
    )


def _kb(size: float) -> str:
    return f"{size / 1000:,.0f} kB"


def with_tables(document: str, found: str) -> str:
    """The document with `found` between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{found}\n{END}{after}"


def main() -> None:
    """Print the tables, or write them into docs/capacity.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=Demand().pages)
    parser.add_argument("--hours", type=float, default=Demand().hours)
    parser.add_argument("--busy", type=float, default=Demand().busy)
    parser.add_argument("--write", action="store_true", help="into docs/capacity.md")
    options = parser.parse_args()
    found = tables(load_page(), Demand(options.pages, options.hours, options.busy))
    if options.write:
        path = DOCS / "capacity.md"
        path.write_text(with_tables(path.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main()
