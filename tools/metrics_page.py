"""Writes the table of `docs/observability.md`: `python -m tools.metrics_page`.

Each metric is declared once, in `forms_app/metrics.py`; the words around the table are the page's
own and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forms_app.instruments import Instrument, Looked
from forms_app.metrics import ALL

PAGE = Path(__file__).resolve().parents[1] / "docs" / "observability.md"
BEGIN = "<!-- Written by `python -m tools.metrics_page`: change forms_app/metrics.py instead. -->\n"
END = "<!-- End of what it writes. -->\n"
HEAD = "| Metric | Labels | Kind | What it says |\n|---|---|---|---|\n"


def written_anew(page: str) -> str:
    """The page with its table as the declarations are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + HEAD + "".join(_rows()) + END + after


def _rows() -> Iterator[str]:
    for item in ALL:
        labels = ", ".join(f"`{label}`" for label in item.labels)
        yield f"| `{item.full_name}` | {labels} | {_kind(item)} | {item.help} |\n"


def _kind(item: Instrument) -> str:
    return "gauge, looked up" if isinstance(item, Looked) else item.kind


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written_anew(page), encoding="utf-8")


if __name__ == "__main__":
    main()
