/** Keys as they are printed on buttons, tooltips and the list, and changed there by a person. */

import { send } from "../http.js";
import { t } from "../i18n.js";
import { combinationOf, keysInWords, labelOf, refusalOf } from "./keymap.js";

/** `saveUrl` keeps them for the person who works here. */
export function createKeyList({ keymap, saveUrl }) {
  const dialog = document.getElementById("help");
  const rows = [...dialog.querySelectorAll("[data-key-row]")];
  const names = Object.fromEntries(
    rows.map((row) => [row.dataset.keyRow, row.querySelector("[data-key-name]").textContent]));
  const says = dialog.querySelector("[data-key-says]");
  let waiting = null;

  function keysFor(command) {
    return keysInWords(keymap.keys[command]).flatMap((text) => {
      const key = document.createElement("kbd");
      key.textContent = text;
      return [key, " "];
    });
  }

  /** On all that is in `part`. */
  function paint(part) {
    for (const place of part.querySelectorAll("[data-key-of]")) {
      place.replaceChildren(...keysFor(place.dataset.keyOf));
    }
    for (const button of part.querySelectorAll("[data-tip]")) {
      const label = labelOf(keymap.keys[button.dataset.keyTip ?? button.dataset.command]);
      button.title = `${button.dataset.tip} (${label})`;
    }
  }

  function paintAll() {
    paint(document);
    dialog.querySelector("[data-key-reset]").hidden = Object.keys(keymap.changes()).length === 0;
  }

  async function save(done) {
    try {
      await send(saveUrl, { method: "PUT", json: { keys: keymap.changes() } });
      says.textContent = done;
    } catch (error) {
      says.textContent = error.message;
    }
  }

  function listen(command) {
    waiting = command;
    says.textContent = t("Press the new key for “{command}”. Esc leaves it as it is.", {
      command: names[command],
    });
  }

  function stop(text) {
    waiting = null;
    says.textContent = text;
  }

  function take(event) {
    const combination = combinationOf(event);
    const refusal = refusalOf(combination, waiting, keymap.keys, names);
    if (refusal) {
      says.textContent = refusal;
      return;
    }
    const command = waiting;
    keymap.set(command, combination);
    paintAll();
    stop("");
    save(t("{command}: {key} from now on.", { command: names[command], key: labelOf(combination) }));
  }

  dialog.addEventListener("keydown", (event) => {
    if (!waiting || ["Control", "Shift", "Alt", "AltGraph", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") stop(t("Left as it was."));
    else take(event);
  });
  dialog.addEventListener("cancel", (event) => waiting && event.preventDefault());
  dialog.addEventListener("close", () => stop(""));
  dialog.addEventListener("click", (event) => {
    const change = event.target.closest("[data-key-change]");
    if (change) listen(change.dataset.keyChange);
    if (!event.target.closest("[data-key-reset]")) return;
    keymap.reset();
    paintAll();
    save(t("All keys are as they were at first."));
  });
  paintAll();
  return { paint, open: () => dialog.open || dialog.showModal() };
}
