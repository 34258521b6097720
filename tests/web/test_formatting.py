"""Numbers, sizes and times as the pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forms_app.web import formatting

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "–"),
        (0, 400, "0 %"),
        (1, 400, "1 %"),
        (399, 400, "99 %"),
        (400, 400, "100 %"),
        (312, 400, "78 %"),
    ],
)
def test_share_is_whole_only_where_it_is_true(part: int, whole: int, text: str) -> None:
    assert formatting.share(part, whole).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.613, "61 %"), (0.9999, "99 %"), (1.0, "100 %")],
)
def test_sureness_is_whole_only_where_it_is_true(probability: float, text: str) -> None:
    assert formatting.sureness(probability).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1_234_567, "1.2 MB"),
        (999_600, "1.0 MB"),
        (52_000_000, "52 MB"),
        (3_000_000_000, "3.0 GB"),
    ],
)
def test_file_size_changes_its_unit(size_bytes: int, text: str) -> None:
    assert formatting.file_size(size_bytes).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=1, hours=3), "yesterday"),
        (timedelta(days=12), "12 days ago"),
    ],
)
def test_ago(passed: timedelta, text: str) -> None:
    assert formatting.ago(NOW - passed, NOW).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "about 5 s"),
        (38, "about 40 s"),
        (57, "about 1 min"),
        (61, "about 1 min"),
        (100, "about 2 min"),
        (3590, "about 1 h"),
        (7300, "about 2 h"),
    ],
)
def test_duration_is_no_finer_than_is_known(seconds: float, text: str) -> None:
    assert formatting.duration(seconds).replace("\u00a0", " ") == text


def test_moment_says_the_absolute_time_on_hover() -> None:
    html = formatting.moment(NOW.replace(tzinfo=None))
    assert 'datetime="2026-03-12T12:00:00+00:00"' in html
    assert 'title="2026-03-12 12:00 UTC"' in html


def test_count_and_plural() -> None:
    assert formatting.count(1234567) == "1\u202f234\u202f567"
    assert formatting.plural(1, "page") == "1\u00a0page"
    assert formatting.plural(2, "copy") == "2\u00a0copies"


def test_bar_width_is_a_length_even_without_pages() -> None:
    assert formatting.bar_width(0, 0) == "0.00%"
    assert formatting.bar_width(1, 3) == "33.33%"
