"""Template files: every fault is found at once and named; what is right comes back unchanged."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from forms_app.errors import TemplateError
from forms_app.reading.form_template import Case, FieldKind, Layout
from forms_app.reading.geometry import Box
from forms_app.templating.template_file import dump_template, load_template, parse_template

DEFINITION: dict[str, Any] = {
    "format": "fieldhand/1",
    "name": "Clinic intake",
    "pages": [{"image": "blank.pdf", "image_page": 1, "width": 2480, "height": 3508}],
    "fields": [
        {
            "name": "surname",
            "label": "Surname",
            "page": 1,
            "kind": "text",
            "layout": "comb",
            "box": [300, 420, 1200, 70],
            "cells": 20,
            "case": "upper",
            "required": True,
        },
        {
            "name": "born",
            "page": 1,
            "kind": "date",
            "format": "DDMM",
            "layout": "comb",
            "box": [300, 520, 240, 70],
            "cells": [[300 + 60 * i, 520, 58, 70] for i in range(4)],
        },
        {
            "name": "amount",
            "page": 1,
            "kind": "digits",
            "layout": "line",
            "box": [300, 620, 500.5, 80],
            "max_length": 6,
            "check": "luhn",
            "range": [1, 99999],
        },
        {
            "name": "sex",
            "page": 1,
            "kind": "choice",
            "options": [
                {"value": "F", "box": [900, 620, 40, 40], "label": "female"},
                {"value": "M", "box": [1000, 620, 40, 40]},
            ],
        },
        {"name": "consent", "page": 1, "kind": "mark", "box": [900, 720, 40, 40]},
        {
            "name": "signature",
            "page": 1,
            "kind": "signature",
            "box": [300, 3000, 900, 200],
            "second_key": True,
        },
        {"name": "remarks", "page": 1, "kind": "image", "box": [300, 2400, 1800, 500]},
    ],
}


def changed(field: int, **keys: Any) -> dict[str, Any]:
    """The definition with keys of one field set, or removed where None."""
    definition = copy.deepcopy(DEFINITION)
    for key, value in keys.items():
        if value is None:
            definition["fields"][field].pop(key, None)
        else:
            definition["fields"][field][key] = value
    return definition


def problems_of(definition: Any, folder: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(TemplateError) as caught:
        parse_template(definition, folder)
    return caught.value.problems


def test_a_right_file_becomes_a_template() -> None:
    template = parse_template(DEFINITION)
    surname, born, amount, sex = template.fields[:4]
    assert surname.layout is Layout.COMB and surname.constraints.case is Case.UPPER
    assert surname.cells[1] == Box(360, 420, 60, 70) and surname.constraints.required
    assert len(born.cells) == 4 and born.constraints.format == "DDMM"
    assert (amount.constraints.minimum, amount.constraints.maximum) == ("1", "99999")
    assert sex.kind is FieldKind.CHOICE and sex.box == Box(900, 620, 140, 40)
    assert [field.name for field in template.fields if field.second_key] == ["signature"]


def test_a_template_survives_being_written_and_read() -> None:
    template = parse_template(DEFINITION)
    written = json.loads(json.dumps(dump_template(template)))
    assert parse_template(written) == template
    assert written["fields"][0]["cells"] == 20 and "values" not in written["fields"][0]
    assert written["fields"][5]["second_key"] and "second_key" not in written["fields"][0]


WRONG_FIELDS: list[tuple[int, dict[str, Any], str]] = [
    (0, {"box": [2000, 420, 1200, 70]}, "Field 'surname': its box [2000, 420, 1200, 70] lies"),
    (0, {"cells": None, "layout": "comb"}, "Field 'surname': is a comb without 'cells'"),
    (0, {"cells": 0}, "Field 'surname': has 0 cells"),
    (0, {"cells": [[1, 2, 3]]}, "Field 'surname': cell 1 must be [x, y, width, height]"),
    (0, {"cells": [[400, 420, 50, 70], [300, 420, 50, 70]]}, "cell 2 does not lie right of"),
    (0, {"cells": [[2450, 420, 50, 70]]}, "cell 1 [2450, 420, 50, 70] lies outside page 1"),
    (0, {"colour": "red", "kind": "text"}, "Field 'surname': unknown key 'colour'"),
    (0, {"kind": "txt"}, "Field 'surname': unknown kind 'txt'; use one of digits, letters"),
    (0, {"layout": "grid"}, "unknown layout 'grid'"),
    (0, {"case": "title"}, "unknown case 'title'"),
    (0, {"page": 2}, "Field 'surname': is on page 2, the template has 1."),
    (0, {"page": 0}, "'page' must be a whole number of at least 1"),
    (0, {"name": "sex"}, "Field 'sex': several fields have this name"),
    (0, {"name": None}, "Field 1: has no 'name'."),
    (0, {"name": " x"}, "no space at either end"),
    (0, {"pattern": "("}, "the pattern '(' is no regular expression"),
    (0, {"min_length": 5, "max_length": 4}, "min_length 5 is more than max_length 4"),
    (0, {"min_length": 30}, "min_length 30 is more than its 20 cells can hold"),
    (0, {"values": []}, "'values' is empty"),
    (0, {"values": [1, 2]}, "'values' must be a list of texts"),
    (0, {"values": ["A", "B" * 21]}, "does not fit into 20 cells"),
    (0, {"values": "names.txt"}, "the values file 'names.txt' cannot be read here"),
    (0, {"required": "yes"}, "'required' must be true or false"),
    (0, {"second_key": 2}, "'second_key' must be true or false"),
    (0, {"check": "crc"}, "the check 'crc' is unknown; use one of luhn"),
    (0, {"range": [1, 2]}, "'range' does not apply to the kind 'text'"),
    (1, {"format": None}, "Field 'born': is a date without a 'format'"),
    (1, {"format": "TTMM"}, "the date format 'TTMM' may use"),
    (1, {"format": "DDMMYYYY"}, "the format DDMMYYYY needs 8 cells, the comb has 4"),
    (1, {"range": ["1.1.2026", None]}, "must be an ISO date"),
    (1, {"range": ["2026", "2025"]}, "starts at 2026 after its end 2025"),
    (2, {"box": None}, "Field 'amount': has no 'box'"),
    (2, {"box": [1, 2, 3]}, "'box' must be [x, y, width, height]"),
    (2, {"box": [300, 620, 0, 80]}, "'box' is 0 by 80 pixels"),
    (2, {"box": [300, 620, float("nan"), 80]}, "'box' must be"),
    (2, {"cells": 4}, "has 'cells' but the layout 'line'"),
    (2, {"max_length": -1}, "'max_length' must be a whole number of at least 1"),
    (2, {"range": [5, 1]}, "starts at 5 after its end 1"),
    (2, {"range": ["a", 1]}, "the range bound 'a' must be a number"),
    (2, {"range": 5}, "'range' must be [smallest, largest]"),
    (3, {"options": []}, "Field 'sex': has no options"),
    (3, {"options": [{"value": "F"}]}, "Field 'sex', option 1: has no 'box'"),
    (3, {"options": [{"value": "F", "box": [1, 1, 9, 9], "x": 1}]}, "unknown key 'x'"),
    (3, {"options": [{"value": "F", "box": [1, 1, 9, 9]}] * 2}, "the value 'F' is given twice"),
    (3, {"options": [{"value": "F", "box": [9999, 1, 9, 9]}]}, "option 'F'"),
    (4, {"cells": 3}, "Field 'consent': 'cells' does not apply to the kind 'mark'"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "keys", "part"), WRONG_FIELDS)
def test_a_wrong_field_is_named_with_its_fault(field: int, keys: dict[str, Any], part: str) -> None:
    problems = problems_of(changed(field, **keys))
    assert any(part in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"format": "fieldhand/2"}, "'format' must be \"fieldhand/1\""),
        ({"name": ""}, "'name' must be a text"),
        ({"pages": []}, "has no pages"),
        ({"pages": None}, "'pages' must be a list"),
        ({"fields": {}}, "'fields' must be a list"),
        ({"fields": [7]}, "Field 1: must be a JSON object"),
        ({"author": "me"}, "Template: unknown key 'author'"),
        ({"pages": [{"image": "a.png", "width": 10}]}, "Page 1: 'height' must be a whole number"),
        ({"pages": [{"width": 9, "height": 9}]}, "Page 1: has no 'image'"),
        ({"pages": [{"image": "a", "width": 9, "height": 9, "dpi": 3}]}, "unknown key 'dpi'"),
    ],
)
def test_a_wrong_template_is_named_with_its_fault(keys: dict[str, Any], part: str) -> None:
    problems = problems_of({**DEFINITION, **keys})
    assert any(part in problem for problem in problems), problems


def test_all_faults_are_reported_at_once() -> None:
    definition = changed(0, case="title", page=7)
    definition["fields"][2]["check"] = "crc"
    definition["surprise"] = 1
    text = " ".join(problems_of(definition))
    assert all(part in text for part in ("title", "page 7", "crc", "surprise"))


def test_values_come_from_a_file_beside_the_template(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("\ufeffAda\n\nGrace \nAda\n", encoding="utf-8")
    (tmp_path / "towns.csv").write_text('"Rio, Centro";1\nParis;2\n', encoding="utf-8")
    definition = changed(0, values="names.txt")
    assert parse_template(definition, tmp_path).fields[0].constraints.values == ("Ada", "Grace")
    towns = parse_template(changed(0, values="towns.csv"), tmp_path).fields[0]
    assert towns.constraints.values == ("Rio, Centro", "Paris")


@pytest.mark.parametrize(
    ("content", "part"),
    [(None, "there is no values file"), (b"\xff\xfe\x00", "UTF-8"), (b"\n\n", "holds no value")],
)
def test_a_bad_values_file_is_named(tmp_path: Path, content: bytes | None, part: str) -> None:
    if content is not None:
        (tmp_path / "names.txt").write_bytes(content)
    assert part in problems_of(changed(0, values="names.txt"), tmp_path)[0]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"format": "fieldhand/1",\n "name": }', "line 2, column 10"),
        ("[1, 2]", "one JSON object"),
        ('{"name": "a", "name": "b"}', "gives the key 'name' twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_template_says_where(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "template.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=part):
        load_template(path)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="There is no template file"):
        load_template(tmp_path / "none.json")
    (tmp_path / "image.json").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(TemplateError, match="cannot be read"):
        load_template(tmp_path / "image.json")


def test_a_file_of_another_release_says_what_to_do() -> None:
    with pytest.raises(TemplateError, match="another release of Fieldhand wrote it"):
        parse_template({"format": "fieldhand/2", "name": "x", "pages": [], "fields": []})
