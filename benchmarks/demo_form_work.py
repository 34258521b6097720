"""A template of the empty demo form: by hand, and with Detect. 20 fields, labels and kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from benchmarks.editor_hand import Hand

# The demo form in reading order: label, kind, and a point inside its (first) printed box.
DEMO = (
    ("Surname", "letters", (300, 600)),
    ("Sex", "choice", (1400, 584)),
    ("Given name", "letters", (300, 770)),
    ("Date of birth", "date", (1300, 770)),
    ("Patient number", "digits", (300, 940)),
    ("Telephone", "digits", (900, 940)),
    ("District", "letters", (300, 1115)),
    ("House code", "text", (950, 1115)),
    ("Date of visit", "date", (300, 1385)),
    ("First visit", "mark", (780, 1368)),
    ("Vaccinated", "choice", (1000, 1368)),
    ("Pulse per minute", "digits", (400, 1558)),
    ("Weight in kg", "digits", (900, 1558)),
    ("Height in cm", "digits", (1400, 1558)),
    ("Symptoms", "choices", (194, 1718)),
    ("Next visit", "date", (300, 1875)),
    ("Drug code", "text", (850, 1875)),
    ("Nurse", "digits", (1300, 1875)),
    ("Remarks", "image", (1000, 2300)),
    ("Signature", "signature", (500, 2680)),
)
OPTIONS = {
    "Sex": (("F", (1400, 584)), ("M", (1545, 584)), ("X", (1700, 584))),
    "Vaccinated": (("yes", (1000, 1368)), ("no", (1178, 1368)), ("unknown", (1345, 1368))),
    "Symptoms": (
        ("fever", (194, 1718)),
        ("cough", (398, 1718)),
        ("headache", (625, 1718)),
        ("rash", (905, 1718)),
        ("pain", (1098, 1718)),
        ("fatigue", (1291, 1718)),
    ),
}
LINE_LABELS = {"Pulse per minute", "Weight in kg", "Height in cm"}
TOOLS = {"choice": "o", "choices": "o", "mark": "m", "image": "i", "signature": "s"}
# Digits whose label says it not.
NOT_SEEN_AS_DIGITS = {"Patient number", "Pulse per minute", "Weight in kg", "Height in cm", "Nurse"}
DEMO_FORM = Counter(kind for _, kind, _ in DEMO)


def draw_demo(hand: Hand) -> None:
    """One click into each printed comb or box, the label, then kinds for many at once."""
    for label, kind, at in DEMO:
        if label in OPTIONS:
            _draw_options(hand, label)
            continue
        hand.press("l" if label in LINE_LABELS else TOOLS.get(kind, "c"))
        hand.click(at)
        hand.label(label)
    for kind in ("letters", "date", "digits", "choices"):
        _set_kind(hand, kind)


def _draw_options(hand: Hand, label: str) -> None:
    hand.press("o")
    for value, at in OPTIONS[label]:
        hand.click(at)
        hand.type(value)
    hand.press("Escape", "Escape")
    hand.fill("[data-prop=label]", label)
    hand.press("Escape", "Escape")


def detect_demo(hand: Hand) -> None:
    """Detect, take all, then the labels one after the other; Enter goes to the next."""
    hand.click_button("Detect")
    hand.click_button("Accept all")
    hand.press("Escape")
    hand.click(DEMO[0][2])
    hand.press("Enter")
    for label, _, _ in DEMO:
        hand.decisions += 1
        hand.type(label)
        hand.press("Enter")
    hand.press("Escape")
    for label in OPTIONS:
        hand.click(OPTIONS[label][0][1])
        for i, (value, _) in enumerate(OPTIONS[label]):
            hand.fill(f".option-row:nth-child({i + 1}) [data-option-value]", value)
        hand.press("Escape", "Escape")
    for kind in ("letters", "date", "digits", "choices", "signature"):
        _set_kind(hand, kind)


def detect_demo_with_labels(hand: Hand) -> None:
    """Detect with the extra that reads printed labels: what is left are kinds of six fields."""
    hand.click_button("Detect")
    hand.click_button("Accept all")
    hand.press("Escape")
    _set_kind(hand, "digits", NOT_SEEN_AS_DIGITS)
    _set_kind(hand, "letters", {"District"})


def _set_kind(hand: Hand, kind: str, labels: Collection[str] | None = None) -> None:
    """Select the fields of this kind, or those of them named, and give it to all at once."""
    hand.decisions += 1
    places = [at for label, each, at in DEMO if each == kind and (not labels or label in labels)]
    for i, at in enumerate(places):
        hand.click(at, shift=i > 0)
    hand.pick("kind", kind)
    hand.press("Escape", "Escape")
