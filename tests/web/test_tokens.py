"""The palette keeps to the house's rule: text has a contrast of at least 4.5:1, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import forms_app.web

TOKENS = Path(forms_app.web.__file__).parent / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS.read_text())}
SURFACES = ("canvas", "surface", "surface-hover")
READ_ON = {
    **dict.fromkeys(("text", "text-muted", "accent", "doubt", "danger", "changed"), SURFACES),
    "on-accent": ("accent", "accent-hover"),
    "on-danger": ("danger",),
}
PAIRS = [(text, ground) for text, grounds in READ_ON.items() for ground in grounds] + [
    *(("text", f"{kind}-soft") for kind in ("accent", "doubt", "danger", "changed")),
    *((kind, f"{kind}-soft") for kind in ("accent", "doubt", "danger", "changed")),
]


def luminance(colour: str) -> float:
    """Relative luminance of `rrggbb`, 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_legible(text: str, ground: str, scheme: int) -> None:
    lights = sorted(luminance(COLOURS[name][scheme]) for name in (text, ground))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def test_only_the_token_file_names_colours() -> None:
    for path in TOKENS.parent.glob("*.css"):
        if path != TOKENS:
            assert not re.search(r":[^;{]*#[0-9a-fA-F]{3,8}\b", path.read_text()), path.name
