"""The field benchmark's figures as a Markdown report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from forms_app.training.field_curve import draw_curve
from forms_app.training.field_figures import Figures, titles

CURVE_FILE = "risk_curve.svg"
SHOWN_RATES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
BROAD = {"all": "all fields", "written": "all written", "combs": "combs", "lines": "lines"}


def save_report(figures: Figures, folder: Path) -> Path:
    """Writes `report.md` and its picture into the folder; the path of the report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CURVE_FILE).write_text(draw_curve(figures["curves"]), "utf-8")
    path = folder / "report.md"
    path.write_text("\n".join(_report(figures)) + "\n", "utf-8")
    return path


def class_table(figures: Figures) -> list[tuple[str, ...]]:
    """A head and a row for each class: n, exact, interval, characters, and what the policy does."""
    names = titles()
    rows: list[tuple[str, ...]] = [
        ("class", "n", "exact", "95 % interval", "characters", "accepted", "wrong of accepted",
         "error at 15 % review")
    ]  # fmt: skip
    for name, mine in figures["classes"].items():
        curve = figures["curves"][name]
        rows.append((names.get(name, name), *_class_cells(mine), *_curve_cells(curve)))
    for name, title in BROAD.items():
        if name in figures["curves"]:
            curve = figures["curves"][name]
            whole = curve["by_confidence"][0]
            right = f"{1 - whole['error']:.2%}"
            interval = _interval([1 - v for v in reversed(whole["interval95"])])
            rows.append((title, f"{curve['n']:,}", right, interval, "", *_curve_cells(curve)))
    return rows


def _class_cells(mine: Figures) -> tuple[str, ...]:
    characters = f"{mine['characters']['exact']:.2%}" if "characters" in mine else ""
    return f"{mine['n']:,}", f"{mine['exact']:.2%}", _interval(mine["interval95"]), characters


def _curve_cells(curve: Figures) -> tuple[str, ...]:
    policy = curve["policy"]
    at_15 = next(row for row in curve["by_confidence"] if row["review"] == 0.15)
    wrong = f"{policy['wrong']} ({policy['error']:.2%})" if policy["accepted"] else "-"
    return f"{policy['accepted_share']:.1%}", wrong, f"{at_15['error']:.2%}"


def _interval(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:.2%} to {bounds[1]:.2%}"


def _report(figures: Figures) -> Iterator[str]:
    yield "# Field benchmark"
    yield ""
    about = figures["about"]
    yield (
        f"Set {about['set']}, {figures['submissions']:,} submissions, {figures['fields']:,} fields"
        f" ({figures['refused_pages']} pages refused); model {about['model']} ({about['engine']});"
        f" {about['date']}, {about['machine']}; {figures['ms_per_field']:.1f} ms CPU a field."
        f" Command: `{about['command']}`."
    )
    yield from _section("Classes of fields", class_table(figures))
    yield ""
    yield f"![Error among accepted fields against the share reviewed]({CURVE_FILE})"
    yield from _section("Error among accepted fields by share reviewed", _rate_table(figures))
    yield from _section("Confidence", _reliability_table(figures))
    yield from _section("Outcomes (rows: true)", _outcome_table(figures))
    for key, title in (
        ("by_profile", "Ways of arrival"),
        ("by_layout", "Layouts"),
        ("by_hand", "Hands"),
    ):
        yield from _section(title, _by_table(figures[key]))
    yield from _section("Slips of the pen", _by_table(figures["by_slip"]))


def _section(title: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    head, *body = rows
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, body)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rate_table(figures: Figures) -> list[Sequence[str]]:
    head = ["fields", "ranked by", *(f"{rate:.0%} reviewed" for rate in SHOWN_RATES)]
    rows: list[Sequence[str]] = [head]
    for name, curve in figures["curves"].items():
        title = BROAD.get(name) or titles().get(name, name)
        for key, ranking in (("by_confidence", "confidence"), ("by_doubt", "doubts, confidence")):
            known = {row["review"]: row for row in curve[key]}
            cells = [
                f"{known[rate]['error']:.2%} ({_interval(known[rate]['interval95'])})"
                for rate in SHOWN_RATES
            ]
            rows.append([title, ranking, *cells])
    return rows


def _reliability_table(figures: Figures) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("said", "was right", "95 % interval", "fields")]
    for row in figures["reliability"]:
        cells = (f"{row['said']:.1%}", f"{row['exact']:.1%}", _interval(row["interval95"]))
        rows.append((*cells, f"{row['n']:,}"))
    return rows


def _outcome_table(figures: Figures) -> list[Sequence[str]]:
    table = figures["outcomes"]
    said = sorted({outcome for row in table.values() for outcome in row})
    rows: list[Sequence[str]] = [["true", *said]]
    return rows + [[true, *(f"{row.get(s, 0):,}" for s in said)] for true, row in table.items()]


def _by_table(groups: Figures) -> list[Sequence[str]]:
    kinds = list(next(iter(groups.values())))
    rows: list[Sequence[str]] = [["", *(f"{kind} exact (n)" for kind in kinds)]]
    for name, mine in groups.items():
        cells = [
            f"{mine[k]['exact']:.2%} ({mine[k]['n']:,})" if mine[k]["n"] else "-" for k in kinds
        ]
        rows.append([name, *cells])
    return rows
