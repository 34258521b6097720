"""Names for detected fields: from their labels, as the editor makes them, and never twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_LABEL = 120
_MAX_NAME = 60


def clean_label(text: str) -> str:
    """A printed label without leaders, colons and marks of required fields at its ends."""
    joined = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text))
    return joined.strip(" .:_*-–—…·|☐□○")[:MAX_LABEL].strip()


def name_from(label: str) -> str:
    """A label as a column name: `Date of birth` becomes `date_of_birth`."""
    decomposed = unicodedata.normalize("NFKD", label.lower().replace("ß", "ss"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_MAX_NAME].strip("_")


class Names:
    """Gives each field a name that no other has."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._unnamed = 0

    def give(self, label: str) -> str:
        """`label` as a name, numbered where it is taken; `field_1`, ... without a label."""
        stem = name_from(label)
        name, number = stem, 1
        while not name or name in self._taken:
            if stem:
                number += 1
                name = f"{stem}_{number}"
            else:
                self._unnamed += 1
                name = f"field_{self._unnamed}"
        self._taken.add(name)
        return name
