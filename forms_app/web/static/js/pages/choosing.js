// A button opens the file choice of its form, and a chosen file is sent at once, in place: a file
// that is refused leaves the page as it was.

import { t } from "../i18n.js";
import { send } from "../http.js";

/**
 * @param {() => void} onTaken the server has taken the file
 * @param {(problem: Error) => void} onRefused it has not; nothing was changed
 */
export function bindFileChoices(onTaken, onRefused) {
  async function take(input) {
    const { form } = input;
    const button = form.querySelector("[data-chooses]");
    const label = button.textContent;
    const body = new FormData(form);
    // The list renews itself meanwhile: a new file may be chosen when this one is refused.
    input.value = "";
    button.disabled = true;
    button.textContent = t("Sending…");
    try {
      await send(form.action, { method: "POST", form: body });
      onTaken();
    } catch (problem) {
      onRefused(problem);
    } finally {
      button.disabled = false;
      button.textContent = label;
    }
  }

  document.addEventListener("click", (event) => {
    const id = event.target.closest("[data-chooses]")?.dataset.chooses;
    if (!id) return;
    const input = document.getElementById(id);
    // A list that renews itself while the person looks for the file takes the input off the page:
    // nothing of it arrives at the document then.
    input.addEventListener("change", () => !input.isConnected && take(input), { once: true });
    input.click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".scan-again input[type=file]") && event.target.files.length) {
      take(event.target);
    }
  });
}
