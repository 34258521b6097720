"""How much less work reviewing is than keying: a scripted operator does both on the same forms.

    python -m benchmarks.review_effort [--forms 30] [--data DIR]

Reads forms of the field benchmark's bench set (`python -m benchmarks.fields`) in a real `serve`
and works on them in a real browser:

* keying everything: every field blind, crop above and empty input beneath, as a second key is;
* reviewing with the defaults: what the policy sends to a person, form by form.

Prints keystrokes and seconds per form, and their ratio with a 95 % interval (bootstrap over forms).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.operator_forms import Work, load_work
from benchmarks.operator_hand import Operator
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import people, review
from forms_app.services.application import Application
from tests.browser.chromium import DESKTOP, launch
from tests.serving import Serve

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SEED, RESAMPLES = 1, 10_000
SECOND = "Second Person"
FORM_LIMIT_MS = 60_000
AMOUNTS: dict[str, Callable[[Operator], float]] = {
    "keystrokes": lambda hand: hand.keys,
    "seconds": lambda hand: hand.seconds,
    "fields looked at": lambda hand: hand.fields,
    "of these corrected": lambda hand: hand.corrections,
    "seconds waiting for the page": lambda hand: sum(hand.answers_s),
}
AT_A_FIELD = "() => document.querySelector('#review[data-ready]') !== null"


def main() -> None:
    arguments = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        Serve(Path(folder), workers=2, seeded_error_every=0) as serve,
        sync_playwright() as playwright,
    ):
        app = bootstrap(load_settings({}, data_dir=Path(folder)))
        browser = launch(playwright)
        keyed = load_work(app, arguments.data, arguments.forms, all_blind=True)
        _say_first(app, keyed)
        people.add_person(app, SECOND)
        keying = _work_through(browser, serve.url, keyed, "second_key")
        reviewed = load_work(app, arguments.data, arguments.forms)
        reviewing = _work_through(browser, serve.url, reviewed, "forms")
        _report(keyed, keying, reviewed, reviewing)
        _say_accepted(app, reviewed, reviewing)
        browser.close()
        app.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=30)
    parser.add_argument("--data", type=Path, default=SHARED)
    return parser.parse_args()


def _say_first(app: Application, work: Work) -> None:
    """The first person's word on every field, so that all of it waits for a second one."""
    for submission_id, form in work.forms.items():
        for name, each in form.fields.items():
            action = "correct" if each.truth.text or not each.field.is_written else "blank"
            value = each.truth.value if action == "correct" else None
            review.decide(
                app, submission_id, name, action, value, override=True, note="The paper says so"
            )


def _work_through(browser: Browser, url: str, work: Work, mode: str) -> dict[int, Operator]:
    """One operator for each form, by its id."""
    page = browser.new_context(viewport=DESKTOP).new_page()
    page.set_default_timeout(FORM_LIMIT_MS)
    _say_who(page, url, SECOND)
    hands: dict[int, Operator] = {}
    for batch_id in work.batch_ids:
        page.goto(f"{url}/review/station?batch={batch_id}&mode={mode}")
        while _is_at_a_field(page):
            submission_id, field_name = _place(page)
            hand = hands.setdefault(submission_id, Operator(page, mode == "second_key"))
            each = work.forms[submission_id].fields[field_name]
            hand.settle(each.field, each.truth)
    return hands


def _say_who(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Who are you?").click()
    page.get_by_role("button", name=name, exact=True).click()


def _is_at_a_field(page: Page) -> bool:
    page.wait_for_load_state()
    if "/review/done" in page.url or page.locator("#review").count() == 0:
        return False
    page.wait_for_function(f"{AT_A_FIELD} || location.pathname.endsWith('/done')")
    return "field=" in page.url


def _place(page: Page) -> tuple[int, str]:
    address, _, query = page.url.partition("?")
    fields = dict(part.split("=", 1) for part in query.split("&"))
    return int(address.rsplit("/", 1)[1]), fields["field"]


def _report(
    keyed: Work, keying: dict[int, Operator], reviewed: Work, reviewing: dict[int, Operator]
) -> None:
    """Of the forms that were read both times; a form with nothing to review took nothing."""
    by_number = {form.number: keying.get(each) for each, form in keyed.forms.items()}
    pairs = [
        (by_number[form.number], reviewing.get(each))
        for each, form in reviewed.forms.items()
        if by_number.get(form.number) is not None
    ]
    print(f"{len(pairs)} forms; {reviewed.refused_pages} pages refused, left out")
    print("| a form | keying everything | reviewing | times less |")
    print("|---|---|---|---|")
    for words, amount in AMOUNTS.items():
        before, after = (
            np.array([0.0 if hand is None else amount(hand) for hand in hands])
            for hands in zip(*pairs, strict=True)
        )
        ratio = before.sum() / max(after.sum(), 1e-9)
        low, high = _interval(before, after)
        times = f"{ratio:.1f} ({low:.1f}-{high:.1f})" if before.any() else ""
        print(f"| {words} | {before.mean():.1f} | {after.mean():.1f} | {times} |")


def _interval(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """95 % of the ratio over forms drawn again."""
    rng = np.random.default_rng(SEED)
    chosen = rng.integers(len(before), size=(RESAMPLES, len(before)))
    ratios = before[chosen].sum(axis=1) / np.maximum(after[chosen].sum(axis=1), 1e-9)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def _say_accepted(app: Application, work: Work, reviewing: dict[int, Operator]) -> None:
    """What nobody looked at, and how the whole ended."""
    looked_at = sum(hand.fields for hand in reviewing.values())
    fields = sum(len(form.fields) for form in work.forms.values())
    wrong = 0
    for submission_id, form in work.forms.items():
        for value in review.get_submission(app, submission_id).fields:
            truth = form.fields[value.field.name].truth
            wrong += value.state == "accepted" and (value.value or "") != (truth.value or "")
    print(f"{fields} fields, {looked_at} reviewed; of {fields - looked_at} accepted {wrong} wrong")


if __name__ == "__main__":
    main()
