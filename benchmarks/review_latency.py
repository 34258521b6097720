"""How long the next field takes to be on screen after Enter, in a real browser on the demo's forms.

    python -m benchmarks.review_latency [--decisions N]

Starts `fieldhand serve` in a folder of its own, has its workers read the demo's scans, opens the
station and presses Enter. Measured is the time from the key press to the moment when the next crop
is decoded and painted (two animation frames after it was put into the page), once the fields ahead
are there. Characters that must be typed are typed first; that is not measured.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import update

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services.application import Application
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.states import FieldState
from tests.browser.chromium import DESKTOP, launch
from tests.browser.demo_form import filled_forms, publish_demo
from tests.browser.read_batches import read_batch
from tests.serving import Serve

AHEAD = 20
LOAD_LIMIT_MS = 60_000
TYPED = """() => {
  for (const cell of document.querySelectorAll('.cell[data-level="very-doubtful"]')) {
    cell.focus();
    cell.dispatchEvent(new InputEvent("input", {data: cell.value, bubbles: true}));
  }
}"""
TIMED = """async () => {
  const place = document.querySelector("[data-part=position]").textContent;
  const label = document.querySelector("[data-part=label]").textContent;
  const image = document.querySelector("[data-crop-image]");
  const isNext = () => place !== document.querySelector("[data-part=position]").textContent ||
    label !== document.querySelector("[data-part=label]").textContent;
  const started = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent(
    "keydown", {key: "Enter", code: "Enter", bubbles: true, cancelable: true}));
  while (!isNext()) {
    if (performance.now() - started > 5000) return null;
    await new Promise((done) => setTimeout(done, 0));
  }
  if (image.getAttribute("src")) await image.decode();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - started;
}"""


FRAMES = """async () => {
  const started = performance.now();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - started;
}"""


def measure(decisions: int) -> tuple[list[float], list[float]]:
    """Milliseconds from Enter to the next field painted, for each decision; and, beside each, of
    two frames in which nothing happens, as a measure of how busy the machine is."""
    with (
        tempfile.TemporaryDirectory(prefix="fh-latency-") as folder,
        Serve(Path(folder), workers=1) as serve,
        sync_playwright() as playwright,
    ):
        app = bootstrap(load_settings({}, data_dir=Path(folder)))
        batch = read_batch(app, publish_demo(app), "Latency", len(filled_forms()))
        _let_all_wait(app)
        page = launch(playwright).new_page(viewport=DESKTOP)
        page.set_default_timeout(LOAD_LIMIT_MS)
        page.goto(f"{serve.url}/review/station?batch={batch.id}")
        page.wait_for_selector("#review[data-ready]")
        page.wait_for_timeout(3000)
        found = _press(page, decisions)
        app.close()
        return found


def _let_all_wait(app: Application) -> None:
    """Every field of every form, so that there are enough of each kind."""
    with app.session() as session:
        session.execute(update(SubmissionFieldRow).values(flagged=True, state=FieldState.OPEN))


def _press(page: Page, decisions: int) -> tuple[list[float], list[float]]:
    found, idle = [], []
    for _ in range(decisions):
        page.evaluate(TYPED)
        idle.append(float(page.evaluate(FRAMES)))
        waited = page.evaluate(TIMED)
        if waited is None:  # A rule is broken, or something must be keyed.
            page.keyboard.press("Alt+u")
        else:
            found.append(float(waited))
        # Nobody reads faster; what is fetched ahead comes meanwhile.
        page.wait_for_timeout(500)
    return found, idle


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=60)
    waits, idle = measure(parser.parse_args().decisions)
    p95 = float(np.percentile(waits, 95))
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.0f}, n = {len(waits)}, {AHEAD} fields ahead")
    print(f"median {statistics.median(waits):.0f} ms, p95 {p95:.0f} ms, most {max(waits):.0f} ms")
    print(f"two idle frames: median {statistics.median(idle):.0f} ms, most {max(idle):.0f} ms")


if __name__ == "__main__":
    main()
