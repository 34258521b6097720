"""`fieldhand doctor`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from forms_app.config import Settings, load_with_sources
from forms_app.doctor.findings import Finding, Verdict, worst
from forms_app.doctor.safety import SETTINGS
from forms_app.errors import SettingsError

EXIT_CODES = {Verdict.OK: 0, Verdict.WARNING: 1, Verdict.FAILED: 2}


@click.command(name="doctor")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.  [default: the platform's data folder]",
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def command(data: Path | None, as_json: bool) -> None:
    """Check whether everything works and say what to do.

    Looks at settings, database, broker, files, model, GPU, disk, clock, limits, packages and
    workers, whether Fieldhand runs or not. Nothing is changed but for a small probe file that is
    deleted at once.

    Exit code 0: all is well; 1: there are warnings; 2: something failed.
    """
    findings = _findings(data)
    click.echo(_as_json(findings) if as_json else _as_lines(findings))
    sys.exit(EXIT_CODES[worst(findings)])


def _findings(data: Path | None) -> tuple[Finding, ...]:
    """Wrong settings are findings like others, but nothing else can be looked at with them."""
    try:
        loaded = load_with_sources(data_dir=data)
    except SettingsError as error:
        return tuple(SETTINGS.failed("values", problem, "") for problem in error.problems)
    ignored = tuple(
        SETTINGS.warning("unknown", sentence, "Correct or remove it.")
        for sentence in loaded.ignored
    )
    return ignored + _examined(loaded.settings)


def _examined(settings: Settings) -> tuple[Finding, ...]:
    # Imported here: wrong settings are told of without loading what they are for.
    from forms_app.doctor.catalogue import EVERYTHING
    from forms_app.doctor.running import examine

    return examine(EVERYTHING, settings)


def _as_lines(findings: Sequence[Finding]) -> str:
    lines = [_line(finding) for finding in findings]
    counts = {
        verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict
    }
    warnings = f"{counts[Verdict.WARNING]} warning{'s' if counts[Verdict.WARNING] != 1 else ''}"
    summary = f"{counts[Verdict.OK]} ok, {warnings}, {counts[Verdict.FAILED]} failed."
    return "\n".join([*lines, summary])


def _line(finding: Finding) -> str:
    return f"{finding.verdict:<8} {finding.group:<9} {finding.sentences}"


def _as_json(findings: Sequence[Finding]) -> str:
    report = {"verdict": worst(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(report, indent=1, ensure_ascii=False)
