/** What the station says beside the field: refusals and hints, what is left, what waits to be sent. */

import { notify } from "../notify.js";
import { t, tn } from "../i18n.js";

export function createProgress(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);

  return {
    announce(text) {
      part("announcer").textContent = text;
    },
    /** Seen and read out; gone by itself. */
    say: (text, kind = "info") => notify(text, kind),
    /** Whether what was refused may be kept with a note. */
    get isKeepable() {
      return !part("refusal").hidden && !part("keep").hidden;
    },
    hideRefusal() {
      part("refusal").hidden = true;
    },
    /** `canKeep`: a broken rule, which a note overrides. */
    showRefusal(message, canKeep) {
      part("refusal").hidden = false;
      part("refusal-message").textContent = message;
      part("keep").hidden = !canKeep;
    },
    /** Decisions that the server has not got yet. */
    showWaiting(count) {
      part("waiting").hidden = count === 0;
      part("waiting-text").textContent = tn(
        "{n} decision not sent yet: Fieldhand does not answer.",
        "{n} decisions not sent yet: Fieldhand does not answer.", count);
    },
    /** The count beside "Review" goes along; the next page has it from the server. */
    countWaiting(step) {
      const count = document.getElementById("nav-count");
      const waiting = Number(count.textContent.replace(/\D/g, "")) + step;
      count.textContent = waiting > 0 ? waiting : "";
    },
    refusedLater(label, message, open) {
      notify(t("Not taken: {label}. {message}", { label, message }), "danger",
        { label: t("Open"), run: open });
    },
  };
}
