"""The capacity model: plain products, and a document that says what the model says."""

from __future__ import annotations

import pytest

from benchmarks.capacity import BEGIN, DOCS, END, Demand, Page, load_page, tables, with_tables

PAGE = Page(
    align_s=0.35,
    read_s=0.7,
    web_s=0.07,
    database_s=0.035,
    broker_s=0.007,
    statements=70,
    transactions=14,
    messages=3,
    uploaded_bytes=250_000,
    stored_bytes=1_000_000,
    database_bytes=50_000,
    wal_bytes=100_000,
)


def test_cores_follow_from_pages_seconds_and_how_busy_they_are() -> None:
    demand = Demand(pages=864_000, hours=24, busy=0.7)
    assert demand.a_second == pytest.approx(10.0)
    assert demand.cores(0.35) == pytest.approx(5.0)
    assert Demand(pages=864_000, hours=12).cores(0.35) == pytest.approx(10.0)
    found = tables(PAGE, demand)
    assert "| workers, `read` | 0.700 | 10.0 |" in found
    assert "| database grows | 50 kB | 43 GB a day |" in found
    assert "| uploads | 250 kB | 20 Mbit/s |" in found
    assert "| statements of workers | 70 | 700 a second |" in found


def test_the_document_says_what_the_measured_figures_give() -> None:
    document = (DOCS / "capacity.md").read_text(encoding="utf-8")
    assert document.count(BEGIN) == document.count(END) == 1
    assert with_tables(document, tables(load_page(), Demand())) == document


def test_stages_are_those_of_the_newest_table() -> None:
    page = load_page()
    assert 0.1 < page.align_s < 2 and 0.1 < page.read_s < 2
    assert page.messages > 1
