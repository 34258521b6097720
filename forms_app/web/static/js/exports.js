// The list of columns of an export: which, and in what order. Its order in the page is what is sent.

import { t } from "./i18n.js";

const form = document.getElementById("export-form");
const columns = document.getElementById("columns");

function boxes() {
  return [...columns.querySelectorAll("input[name=column]")];
}

/** What is chosen, beside the heading of the folded list; the preview follows. */
function tell() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  document.getElementById("columns-chosen").textContent =
    chosen === 0 || chosen === all.length
      ? t("all fields")
      : t("{chosen} of {all} fields", { chosen, all: all.length });
  form.dispatchEvent(new CustomEvent("fieldhand:columns"));
}

function move(button) {
  const line = button.closest("li");
  const other = button.dataset.move === "up" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "up") other.before(line);
  else other.after(line);
  button.focus();
  tell();
}

function tick(which) {
  for (const box of boxes()) box.checked = which === "all";
  tell();
}

function start() {
  columns.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  columns.addEventListener("change", tell);
  for (const button of document.querySelectorAll("[data-columns]")) {
    button.addEventListener("click", () => tick(button.dataset.columns));
  }
}

if (columns) start();
