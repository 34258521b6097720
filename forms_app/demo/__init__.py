"""The shipped demo: a blank clinic form, its template file and filled pages, all drawn by us."""

from pathlib import Path

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "template.json"
FILLED = FOLDER / "filled"
TRUTH = FILLED / "truth.json"
