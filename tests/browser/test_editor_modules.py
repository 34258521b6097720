"""The pure parts of the editor's scripts, run where they run: in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.canvas import Desk

pytestmark = pytest.mark.browser

PREPARED = """
const modules = ["fields", "geometry", "model", "arrange", "grid", "merge", "printed", "snapping",
  "keymap"];
const parts = await Promise.all(modules.map((name) => import(`/static/js/editor/${name}.js`)));
const {fields, geometry, model, arrange, grid, merge, printed, snapping, keymap} =
  Object.fromEntries(modules.map((name, i) => [name, parts[i]]));
const pages = [{width_px: 1000, height_px: 1000}];
const mark = (name, x, y, width = 20, height = 20) =>
  ({name, label: name, page: 1, kind: "mark", box: [x, y, width, height]});
"""
Run = Callable[[str], Any]


@pytest.fixture
def run(desk: Desk) -> Iterator[Run]:
    """Runs statements that see the modules by name; answers what they return."""
    page: Page = desk.page
    yield lambda body: page.evaluate(f"async () => {{{PREPARED}{body}}}")


def test_fields_and_boxes(run: Run) -> None:
    found = run(
        """
        const [a, b] = fields.fromFile([
          {name: "a", kind: "text", layout: "comb", box: [100, 300, 200, 40], cells: 5},
          {name: "b", kind: "choice", options: [
            {value: "F", box: [500, 100, 20, 20]}, {value: "M", box: [540, 100, 20, 20]}]}]);
        const both = [a, b];
        const pasted = model.paste(both, both, 1, pages, 600);
        return {
          cells: fields.cellBoxes(a)[4],
          stopped: model.moveBy(both, [a.id], 9999, -9999, pages)[0].box,
          order: model.inReadingOrder(both).map((field) => field.name),
          names: pasted.fields.map((field) => field.name),
          pastedInside: model.extentOf(pasted.fields[3]),
          lastOption: model.remove(both, [`${b.id}:0`, `${b.id}:1`]).length,
          next: fields.newOption(b.options, [0, 0, 1, 1]).value,
          date: fields.withKind(a, "date", a.box).format,
          name: fields.nameFrom("Größe (cm)"),
        };"""
    )
    assert found == {
        "cells": [260, 300, 40, 40],
        "stopped": [800, 0, 200, 40],
        "order": ["b", "a"],
        "names": ["a", "b", "a_2", "b_2"],
        "pastedInside": [940, 700, 60, 20],
        "lastOption": 1,
        "next": "N",
        "date": "DDMMYYYY",
        "name": "grosse_cm",
    }


def test_arranging_and_ordering(run: Run) -> None:
    found = run(
        """
        const three = fields.fromFile([
          mark("a", 100, 100), mark("b", 130, 180, 40, 20), mark("c", 300, 300)]);
        const keys = three.map((field) => field.id);
        const boxes = (list) => list.map((field) => field.box);
        const ids = new Set([three[1].id, three[2].id]);
        const names = (list) => list.map((field) => field.name).join("");
        return {
          right: boxes(arrange.align(three, keys, "right", pages)).map((box) => box[0]),
          middle: boxes(arrange.align(three, keys, "middle", pages)).map((box) => box[1]),
          gaps: boxes(arrange.distribute(three, keys, 1, pages)).map((box) => box[1]),
          two: arrange.distribute(three, keys.slice(0, 2), 1, pages) === three,
          size: boxes(arrange.sameSize(three, [keys[1], keys[0]], pages))[0].slice(2),
          up: names(model.reorder(three, ids, -1)),
          down: names(model.reorder(three, new Set([three[0].id]), 1)),
          last: names(model.placedBefore(three, new Set([three[0].id]), null)),
        };"""
    )
    assert found == {
        "right": [300, 280, 300],
        "middle": [200, 200, 200],
        "gaps": [100, 200, 300],
        "two": True,
        "size": [40, 20],
        "up": "bca",
        "down": "bac",
        "last": "bca",
    }


def test_a_grid_from_two_boxes(run: Run) -> None:
    found = run(
        """
        const two = fields.fromFile([mark("item_1", 100, 100), mark("item_2", 160, 150),
          mark("other", 500, 500)]);
        const start = grid.startingPoint(two, [two[0].id, two[1].id]);
        const plan = {...start, rows: 2, columns: 3, name: "item_{row}_{col}", label: "No. {n}"};
        const made = grid.repeated(two, plan).fields;
        return {
          step: start.step, rows: start.rows, columns: start.columns,
          names: made.map((field) => field.name), last: made[5].box, label: made[5].label,
          ids: new Set(made.map((field) => field.id)).size,
          fits: grid.fitsPage(start.base, plan, pages[0]),
          tooFar: grid.fitsPage(start.base, {...plan, rows: 30}, pages[0]),
          pattern: grid.namePattern("x", 1, 4),
        };"""
    )
    assert found == {
        "step": [60, 50],
        "rows": 2,
        "columns": 2,
        "names": ["item_1_1", "item_1_2", "item_1_3", "item_2_1", "item_2_2", "item_2_3", "other"],
        "last": [220, 150, 20, 20],
        "label": "No. 6",
        "ids": 7,
        "fits": True,
        "tooFar": False,
        "pattern": "x_{col}",
    }


def test_two_peoples_changes_are_joined(run: Run) -> None:
    found = run(
        """
        const base = [mark("a", 1, 1), mark("b", 2, 2), mark("c", 3, 3)];
        const [a, b, c] = base;
        const theirs = [{...c, label: "C!"}, a, mark("mark_1", 9, 9)];
        const mine = [a, {...b}, c, mark("mark_1", 5, 5)];
        const joined = merge.merged(base, mine, theirs);
        const clash = merge.merged(base, [{...a, label: "x"}, b, c], [{...a, label: "y"}, c]);
        return {
          names: joined.fields.map((field) => `${field.name} ${field.label} ${field.box[0]}`),
          conflicts: joined.conflicts, renamed: [...joined.renamed],
          clash: clash.conflicts, left: clash.fields.map((field) => field.name + field.label),
          same: merge.isSame({x: 1, y: [{p: 1, q: 2}]}, {y: [{q: 2, p: 1}], x: 1}),
        };"""
    )
    assert found == {
        "names": ["c C! 3", "a a 1", "mark_1 mark_1 9", "mark_2 mark_1 5"],
        "conflicts": [],
        "renamed": [["mark_1", "mark_2"]],
        "clash": ["a"],
        "left": ["ax", "cc"],
        "same": True,
    }


def test_boxes_and_combs_among_printed_lines(run: Run) -> None:
    found = run(
        """
        const upright = (x, top, bottom) => [x, top, bottom];
        const lines = {
          vertical: [100, 140, 180, 220, 300, 340, 380].map((x) => upright(x, 200, 250))
            .concat([[182, 200, 250], [500, 200, 240], [540, 200, 240]]),
          horizontal: [[200, 95, 385], [250, 95, 385], [200, 498, 542], [240, 498, 542]],
        };
        const even = {vertical: lines.vertical.slice(0, 4), horizontal: lines.horizontal};
        return {
          drawn: printed.combIn([108, 206, 110, 40], even),
          grouped: printed.combIn([103, 205, 280, 42], {...lines,
            vertical: [100, 140, 180, 200, 240, 280].map((x) => upright(x, 200, 250))}),
          clicked: printed.combAround({x: 150, y: 225}, lines, [400, 80]),
          box: printed.boxAround({x: 520, y: 225}, lines, [60, 60]),
          none: printed.boxAround({x: 700, y: 225}, lines, [60, 60]),
          unclear: printed.combIn([108, 206, 270, 40],
            {...lines, vertical: [100, 140, 210, 350].map((x) => upright(x, 200, 250))}),
          moved: snapping.snap([504, 207, 30, 30], [[700, 100, 10, 10]], lines, 6),
          resized: snapping.snapEdges([500, 200, 37, 30], [500, 200, 30, 30], [], lines, 6).box,
        };"""
    )
    assert found["drawn"] == {"box": [100, 200, 120, 50], "cells": 3}
    assert [cell[0] for cell in found["grouped"]["cells"]] == [100, 140, 200, 240]
    assert found["clicked"] == {"box": [100, 200, 120, 50], "cells": 3}
    assert found["box"] == [500, 200, 40, 40]
    assert found["none"] is None and found["unclear"] is None
    assert (found["moved"]["dx"], found["moved"]["vertical"]) == (-4, 500)
    assert found["resized"] == [500, 200, 40, 30]


def test_keys_are_written_as_the_table_has_them(run: Run) -> None:
    found = run(
        """
        const press = (key, more = {}) => keymap.chord({key, code: `Key${key.toUpperCase()}`,
          ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more});
        const all = keymap.KEYMAP.flatMap((group) => group.rows.flatMap((row) => row.keys ?? []));
        return {
          chords: [press("Z", {ctrlKey: true, shiftKey: true}), press("s", {metaKey: true}),
            press("å", {altKey: true, code: "KeyA"}), press("+", {shiftKey: true}),
            press("ArrowUp", {shiftKey: true}), press("Delete")],
          twice: all.filter((key, i) => all.indexOf(key) !== i),
          names: keymap.keyNames("Alt+Shift+KeyH").concat(keymap.keyNames("+")),
          readOnly: [...keymap.bindings(true).values()].includes("delete"),
        };"""
    )
    assert found == {
        "chords": ["Ctrl+Shift+z", "Ctrl+s", "Alt+KeyA", "+", "Shift+Arrow", "Delete"],
        "twice": [],
        "names": ["Alt", "Shift", "H", "+"],
        "readOnly": False,
    }
