/** A line that a person adds to what they do: why a rule is overridden, what to ask another. */

import { t } from "../i18n.js";

/**
 * Ask for it in the dialog of the page. Resolves to the text, or to null when it was left.
 * @param {{title: string, text?: string, yes: string, choices?: string[], isNeeded?: boolean}} asked
 *   `choices` are offered, Enter alone takes the first one; without any, `isNeeded` says that
 *   something must be written.
 */
export function askNote({ title, text = "", yes, choices = [], isNeeded = false }) {
  const dialog = document.getElementById("review-note");
  const part = (name) => dialog.querySelector(`[data-note="${name}"]`);
  const input = part("input");
  part("title").textContent = title;
  part("text").textContent = text;
  part("text").hidden = !text;
  part("yes").textContent = yes;
  part("complaint").textContent = "";
  input.value = "";
  input.placeholder = choices[0] ?? "";
  part("choices").replaceChildren(...choices.map((choice) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = choice;
    button.addEventListener("click", () => done(choice));
    return button;
  }));
  const over = new AbortController();
  const listen = (target, kind, run) => target.addEventListener(kind, run, { signal: over.signal });
  const answered = Promise.withResolvers();

  // At once: the event of its closing comes when the next key may have been pressed already.
  function done(said) {
    over.abort();
    dialog.close();
    answered.resolve(said);
  }

  function submit(event) {
    event.preventDefault();
    const said = input.value.trim() || (choices[0] ?? "");
    if (said || !isNeeded) done(said);
    else part("complaint").textContent = t("Write a few words first.");
  }

  listen(part("form"), "submit", submit);
  listen(part("cancel"), "click", () => done(null));
  listen(dialog, "cancel", () => done(null));
  dialog.showModal();
  input.focus();
  return answered.promise;
}
