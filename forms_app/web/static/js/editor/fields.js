/** What a field is: kinds, tools, new fields, and the way from and to the template file. Pure. */

import { bounding, divided, likelyCells } from "./geometry.js";

export const WRITTEN = new Set(["digits", "letters", "text", "number", "date"]);
export const OPTION_KINDS = new Set(["choice", "choices"]);

/** Which rules a kind can have, besides `required`. */
export const RULES = {
  digits: ["min_length", "max_length", "pattern", "values", "range", "check"],
  letters: ["min_length", "max_length", "pattern", "values", "case"],
  text: ["min_length", "max_length", "pattern", "values", "case", "check"],
  number: ["min_length", "max_length", "pattern", "range"],
  date: ["format", "range"],
};

/** Drawing tools: what a drawn box becomes, and the stem of its first name. */
export const TOOLS = {
  comb: { kind: "text", layout: "comb", stem: "text" },
  line: { kind: "text", layout: "line", stem: "text" },
  mark: { kind: "mark", stem: "mark" },
  choice: { kind: "choice", stem: "choice" },
  signature: { kind: "signature", stem: "signature" },
  image: { kind: "image", stem: "image" },
};

const AUTOMATIC_NAME = /^(text|mark|choice|signature|image|field)_\d+$/;

let lastId = 0;
/** An id for a field or an option, of this editing session only. */
export const newId = () => `f${++lastId}`;
const withIds = (options) => options.map((option) => ({ ...option, id: newId() }));

export const isWritten = (field) => WRITTEN.has(field.kind);
export const hasOptions = (field) => OPTION_KINDS.has(field.kind);
export const hasAutomaticName = (field) => AUTOMATIC_NAME.test(field.name);

/** `stem`, or `stem_2`, `stem_3`, ... : the first that no field has yet. */
export function freeName(stem, fields) {
  const taken = new Set(fields.map((field) => field.name));
  if (!taken.has(stem)) return stem;
  const base = stem.replace(/_\d+$/, "");
  for (let n = 2; ; n += 1) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`;
}

/** A label as a column name: `Date of birth` → `date_of_birth`. */
export function nameFrom(label) {
  const plain = label.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
}

/** A new field from a drawn box. */
export function newField(tool, box, page, fields) {
  const { kind, layout, stem } = TOOLS[tool];
  const field = { id: newId(), name: freeName(`${stem}_1`, fields), label: "", page, kind };
  if (OPTION_KINDS.has(kind)) return { ...field, options: [newOption([], box)] };
  if (layout) field.layout = layout;
  field.box = box;
  if (layout === "comb") field.cells = likelyCells(box);
  return field;
}

/** The next option of a choice: its value continues the ones that are there. */
export function newOption(options, box) {
  const last = options.at(-1)?.value ?? "0";
  const taken = new Set(options.map((option) => option.value));
  let value = /^\d+$/.test(last) ? String(Number(last) + 1) : String(options.length + 1);
  if (/^[A-Ya-y]$/.test(last)) value = String.fromCharCode(last.charCodeAt(0) + 1);
  while (taken.has(value)) value = `${value}_`;
  return { id: newId(), value, label: "", box };
}

/** The boxes of a comb's cells. */
export function cellBoxes(field) {
  if (Array.isArray(field.cells)) return field.cells;
  return field.cells > 0 ? divided(field.box, field.cells) : [];
}

export const cellCount = (field) =>
  Array.isArray(field.cells) ? field.cells.length : field.cells ?? 0;

/** `field` as another kind: what the new kind cannot have is dropped, its box stays. */
export function withKind(field, kind, extent) {
  const kept = { id: field.id, name: field.name, label: field.label, page: field.page, kind };
  for (const flag of ["required", "second_key", "sensitive"]) if (field[flag]) kept[flag] = true;
  if (OPTION_KINDS.has(kind)) {
    return { ...kept, options: field.options ?? [newOption([], extent)] };
  }
  kept.box = field.box ?? extent;
  if (!WRITTEN.has(kind)) return kept;
  const layout = field.layout ?? "line";
  const written = { ...kept, layout, ...(layout === "comb" && { cells: field.cells }) };
  for (const rule of RULES[kind]) if (field[rule] !== undefined) written[rule] = field[rule];
  if ((kind === "date") !== (field.kind === "date")) delete written.range;
  if (kind === "date") written.format ??= "DDMMYYYY";
  return written;
}

/** `field` as a comb or a line of the same box. */
export function withLayout(field, layout) {
  if (field.layout === layout) return field;
  const { cells: _, ...rest } = field;
  return layout === "comb"
    ? { ...rest, layout, cells: likelyCells(field.box) }
    : { ...rest, layout };
}

const isEmpty = (value) =>
  value === undefined || value === null || value === "" || value === false ||
  (Array.isArray(value) && value.length === 0);

/** The fields as the template file has them. */
export function toFile(fields) {
  return fields.map(({ id: _, ...field }) => {
    const kept = Object.entries(field).filter(([, value]) => !isEmpty(value));
    const file = Object.fromEntries(kept);
    if (file.options) {
      file.options = file.options.map(({ value, label, box }) =>
        label ? { value, label, box } : { value, box });
    }
    return file;
  });
}

/** Fields of a template file; they and their options get ids of this editing session. */
export function fromFile(fields) {
  return fields.map((given) => {
    const field = { label: "", page: 1, ...structuredClone(given), id: newId() };
    if (OPTION_KINDS.has(field.kind)) {
      field.options = withIds(field.options ?? []);
      delete field.box; // It bounds the options, which may move.
      return field;
    }
    if (Array.isArray(field.cells)) field.box ??= bounding(field.cells);
    if (isWritten(field)) field.layout ??= field.cells ? "comb" : "line";
    return field;
  });
}

/** A copy with ids and a name of its own. */
export function cloned(field, fields) {
  const copy = { ...structuredClone(field), id: newId(), name: freeName(field.name, fields) };
  if (copy.options) copy.options = withIds(copy.options);
  return copy;
}

/** A copy, or the field itself where it is not there any more: what was cut stays what it was. */
export function brought(field, fields) {
  const isThere = fields.some(({ id }) => id === field.id);
  return isThere ? cloned(field, fields) : { ...field, name: freeName(field.name, fields) };
}

