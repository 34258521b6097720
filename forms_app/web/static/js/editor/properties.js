/** What the side panel shows of one field or of several, and how it is read back. Pure. */

import { OPTION_KINDS, RULES, WRITTEN, cellCount, withKind, withLayout } from "./fields.js";
import { extentOf } from "./model.js";

const LINES = /\r?\n/;
const MOST_CELLS = 200;

/** How each property is shown in its input and read back; absent means nothing was entered. */
const AS_TEXT = { show: (value) => value ?? "", read: (input) => input.value.trim() || undefined };
const AS_NUMBER = {
  show: (value) => value ?? "",
  read: (input) => (input.value === "" ? undefined : Math.max(0, Math.trunc(Number(input.value)))),
};
const AS_FLAG = { show: Boolean, read: (input) => input.checked || undefined };
const AS_LINES = {
  show: (value) => (Array.isArray(value) ? value.join("\n") : value ?? ""),
  read: (input) => input.value.split(LINES).map((line) => line.trim()).filter(Boolean),
};
const FORMATS = {
  required: AS_FLAG, second_key: AS_FLAG, sensitive: AS_FLAG, min_length: AS_NUMBER, max_length: AS_NUMBER, values: AS_LINES,
};

/** Which rows of the panel a field has. */
function rowsOfOne(field) {
  if (OPTION_KINDS.has(field.kind)) return new Set(["required", "second_key", "sensitive", "options"]);
  const rows = new Set(["required", "second_key", "sensitive", "box", ...(RULES[field.kind] ?? [])]);
  if (WRITTEN.has(field.kind)) rows.add("layout");
  if (field.layout === "comb") rows.add("cells");
  return rows;
}

/** Which rows all of these fields have; names, labels and options belong to one field only. */
export function rowsOf(fields) {
  const [first, ...others] = fields.map(rowsOfOne);
  if (!others.length) return new Set([...first, "label", "explain"]);
  const shared = [...first].filter((row) => others.every((rows) => rows.has(row)));
  const sameKind = fields.every((field) => field.kind === fields[0].kind);
  return new Set(shared.filter((row) => row !== "options" && (row !== "range" || sameKind)));
}

/** What an input shows of one field; `end` is 0 or 1 for the two inputs of a range. */
function shownOf(field, prop, end) {
  if (prop === "cells") return cellCount(field) || "";
  if (prop === "range") return (field.range ?? [])[end] ?? "";
  return (FORMATS[prop] ?? AS_TEXT).show(field[prop]);
}

/** What an input shows of several fields: `{value, isMixed}`. */
export function sharedOf(fields, prop, end) {
  const [value, ...others] = fields.map((field) => shownOf(field, prop, end));
  return { value, isMixed: others.some((other) => other !== value) };
}

/** `field` as its input says; the same field where the input says nothing sensible. */
export function changed(field, prop, input) {
  if (prop === "kind") return withKind(field, input.value, extentOf(field));
  if (prop === "layout") return input.value ? withLayout(field, input.value) : field;
  if (prop === "cells") return withCells(field, input);
  if (prop === "range") return withBound(field, Number(input.dataset.end), input.value.trim());
  const value = (FORMATS[prop] ?? AS_TEXT).read(input);
  return { ...field, [prop]: value ?? (prop === "name" ? "" : undefined) };
}

function withCells(field, input) {
  const count = Math.trunc(Number(input.value));
  return count >= 1 && count <= MOST_CELLS ? { ...field, cells: count } : field;
}

function withBound(field, end, text) {
  const bound = (entered) => {
    if (entered === "") return null;
    return field.kind === "date" || Number.isNaN(Number(entered)) ? entered : Number(entered);
  };
  const range = [...(field.range ?? [null, null])];
  range[end] = bound(text);
  return { ...field, range: range.some((each) => each !== null) ? range : undefined };
}
