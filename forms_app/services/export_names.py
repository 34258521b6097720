"""Names of sheets and of files inside a ZIP."""

from __future__ import annotations

# What sheets of Excel and files of Windows may not be called by.
FORBIDDEN = frozenset('[]:*?/\\<>|"')
LONGEST_NAME = 31


def unused_name(name: str, taken: set[str]) -> str:
    """A name for a sheet or file, at most Excel's 31 characters, told from those `taken`."""
    safe = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in name)
    safe = safe.strip(" .'") or "Forms"
    found, number = safe[:LONGEST_NAME], 1
    while found.casefold() in taken:
        number += 1
        ending = f" {number}"
        found = f"{safe[: LONGEST_NAME - len(ending)]}{ending}"
    taken.add(found.casefold())
    return found
