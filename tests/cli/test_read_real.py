"""`fieldhand read` on real paper: queXF's filled questionnaire against its truth."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from forms_app.cli.read import command
from forms_app.templating.template_file import dump_template, load_template
from tests.shared_data import shared_data_dir

TEMPLATE = Path(__file__).resolve().parents[2] / "benchmarks" / "forms" / "quexf.json"
WRITTEN = {"B2_A", "B2_B", "B4"}


def test_the_filled_questionnaire_is_read(tmp_path: Path) -> None:
    """Every mark is right; written fields are right or sent to a person, never wrong unseen."""
    folder = shared_data_dir() / "forms" / "quexf"
    definition = dump_template(load_template(TEMPLATE))
    for page in definition["pages"]:
        page["image"] = str(folder / "blank.pdf")
    template, output = tmp_path / "quexf.json", tmp_path / "out.json"
    template.write_text(json.dumps(definition))
    run = CliRunner().invoke(
        command,
        ["--template", str(template), str(folder / "filled.pdf"), "--output", str(output)],
    )
    assert run.exit_code == 0, run.output
    truth = json.loads((folder / "truth.json").read_text())["truth"]
    (submission,) = json.loads(output.read_text())
    assert [page["template_page"] for page in submission["pages"]] == [1, 2]
    for name, field in submission["fields"].items():
        value = field["value"] or ""
        assert value == truth[name] or (name in WRITTEN and field["needs_review"]), field
    assert submission["fields"]["B2_A"]["value"] == truth["B2_A"]
