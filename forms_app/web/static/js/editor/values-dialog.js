/** Takes a value list out of a CSV file: choose the file and its column, look, use it. */

import { language, t, tn } from "../i18n.js";
import { Problem, send } from "../http.js";
import { toFile } from "./fields.js";

const written = (count) => count.toLocaleString(language);
const listed = (examples, count) => examples.join(", ") + (count > examples.length ? ", …" : "");
const valuesIn = (count) => tn("{count} value", "{count} values", count, { count: written(count) });

/** `onUse` hears the chosen list. The server reads the file again for every choice made. */
export function createValuesDialog(root, { url, onUse }) {
  if (!root) return { open() {} };
  const find = (name) => root.querySelector(`[data-list-${name}]`);
  const fitting = find("fitting");
  const [file, column, heading, use] = ["file", "column", "heading", "use"].map(find);
  let field = null;
  let found = null;
  let latest = 0;

  async function look(isNewFile) {
    if (!file.files[0]) return;
    const form = new FormData();
    form.set("file", file.files[0]);
    form.set("field", JSON.stringify(toFile([{ ...field, values: undefined }])[0]));
    if (!isNewFile) {
      form.set("column", column.value);
      form.set("heading", heading.checked ? "1" : "0");
      form.set("fitting", fitting.checked ? "1" : "0");
    }
    const turn = ++latest;
    try {
      const answer = await send(url, { method: "POST", form });
      if (turn === latest) show(answer, isNewFile);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (turn === latest) showProblem(error.message);
    }
  }

  function showProblem(message) {
    found = null;
    find("found").hidden = true;
    find("problem").textContent = message;
    find("problem").hidden = false;
    use.disabled = true;
  }

  function show(answer, isNewFile) {
    found = answer;
    find("problem").hidden = true;
    find("found").hidden = false;
    column.replaceChildren(...answer.columns.map((name, i) => new Option(name, i)));
    column.value = answer.column;
    column.closest("label").hidden = answer.columns.length < 2;
    heading.checked = answer.has_heading;
    showRows(answer);
    fitting.closest("label").hidden = answer.unfit.length === 0;
    if (isNewFile) fitting.checked = false;
    find("count").textContent = answer.columns.length < 2 ? valuesIn(answer.count)
      : t("{values} of the column “{column}”",
        { values: valuesIn(answer.count), column: answer.columns[answer.column] });
    find("notes").replaceChildren(...notesOf(answer, isNewFile && answer.columns.length > 1).map(asItem));
    use.textContent = t("Use {values}", { values: valuesIn(answer.count) });
    use.disabled = answer.count === 0;
  }

  function showRows({ columns, column: chosen, rows }) {
    const cell = (tag) => (text, i) => {
      const element = document.createElement(tag);
      element.textContent = text;
      element.classList.toggle("is-chosen", i === chosen);
      return element;
    };
    const row = (tag) => (texts) => {
      const element = document.createElement("tr");
      element.append(...texts.map(cell(tag)));
      return element;
    };
    find("rows").replaceChildren(row("th")(columns), ...rows.map(row("td")));
  }

  function notesOf({ duplicates, blank, unfit }, isGuess) {
    const notes = isGuess ? [t("This column seemed the likeliest; choose another one above if it is not the list")] : [];
    if (duplicates.count) {
      notes.push(tn("{count} repeat left out: {examples}", "{count} repeats left out: {examples}",
        duplicates.count,
        { count: written(duplicates.count), examples: listed(duplicates.examples, duplicates.count) }));
    }
    if (blank) {
      notes.push(tn("{count} empty row left out", "{count} empty rows left out", blank,
        { count: written(blank) }));
    }
    for (const { reason, count, examples } of unfit) {
      notes.push(tn("{count} entry the field cannot hold ({reason}): {examples}",
        "{count} entries the field cannot hold ({reason}): {examples}", count,
        { count: written(count), reason, examples: listed(examples, count) }));
    }
    return notes;
  }

  function asItem(text) {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }

  file.addEventListener("change", () => look(true));
  column.addEventListener("change", () => look(false));
  heading.addEventListener("change", () => look(false));
  fitting.addEventListener("change", () => look(false));
  root.addEventListener("close", () => {
    if (root.returnValue === "use" && found) onUse(found.values);
    found = null;
    file.value = "";
  });

  return {
    open(target) {
      field = target;
      latest += 1;
      found = null;
      find("found").hidden = true;
      find("problem").hidden = true;
      use.disabled = true;
      use.textContent = t("Use");
      root.returnValue = "cancel";
      root.showModal();
    },
  };
}
