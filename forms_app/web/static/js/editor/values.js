/** The allowed values of a field: a few are typed, many come from a CSV file. */

import { language, t } from "../i18n.js";
import { createValuesDialog } from "./values-dialog.js";

/** Longer lists are shown by their beginning: a text area of 30,000 lines is no help to anyone. */
const MOST_TYPED = 300;
const SHOWN = 5;

const LINES = /\r?\n/;
const read = (area) => area.value.split(LINES).map((line) => line.trim()).filter(Boolean);

/** `onChange` hears the new list. */
export function createValues(root, { url, onChange }) {
  const find = (name) => root.querySelector(`[data-values-${name}]`);
  const area = find("area");
  const summary = find("summary");
  let fields = [];
  const dialog = createValuesDialog(document.getElementById("values-dialog"), { url, onUse: onChange });

  function render(next) {
    fields = next;
    const [list, ...others] = fields.map((field) => field.values ?? []);
    const isMixed = others.some((other) => other !== list && other.join("\n") !== list.join("\n"));
    const isLong = list.length > MOST_TYPED && !isMixed;
    area.hidden = isLong;
    summary.hidden = !isLong;
    find("clear").hidden = !list.length && !isMixed;
    if (isLong) {
      const more = `${list.slice(0, SHOWN).join(", ")}, …`;
      summary.textContent = t("{count} values: {more}",
        { count: list.length.toLocaleString(language), more });
    } else if (area !== document.activeElement) {
      area.placeholder = isMixed ? t("mixed") : t("one a line");
      area.value = isMixed ? "" : list.join("\n");
    }
  }

  area.addEventListener("input", () => onChange(read(area)));
  area.addEventListener("blur", () => fields.length && render(fields));
  find("file").addEventListener("click", () => dialog.open(fields[0]));
  find("clear").addEventListener("click", () => {
    area.value = "";
    onChange(undefined);
  });
  return { render };
}
