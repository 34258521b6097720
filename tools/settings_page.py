"""Writes the tables of `docs/settings.md`: `python -m tools.settings_page` (or `make settings`).

Each setting is declared once, in `forms_app/config/groups`; the words around the tables are the
page's own and stay as they are.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from forms_app.config.declaring import declaration_of
from forms_app.config.settings import GROUPS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
BEGIN = "<!-- Written by `make settings`: change forms_app/config/groups instead. -->\n"
END = "<!-- End of what `make settings` writes. -->\n"
HEAD = "| Setting | Default | Allowed | What it does |\n|---|---|---|---|\n"


def written_anew(page: str) -> str:
    """The page with its tables as the declarations are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n".join(_tables()) + END + after


def _tables() -> Iterator[str]:
    for group in GROUPS:
        title = inspect.getdoc(group)
        assert title is not None, group
        rows = "".join(_row(item) for item in fields(group))
        yield f"### {title.rstrip('.')}\n{HEAD}{rows}"


def _row(item: Field[Any]) -> str:
    declaration = declaration_of(item)
    default = declaration.default_words or f"`{item.default}`"
    cells = (f"`{item.name}`", default, declaration.kind.in_short, declaration.explanation)
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written_anew(page), encoding="utf-8")


if __name__ == "__main__":
    main()
