// The list of pages that wait: files are chosen, Enter opens the first page.

import { t } from "../i18n.js";
import { onKeys } from "../keys.js";
import { refreshAll } from "../live.js";
import { notify } from "../notify.js";
import { bindFileChoices } from "./choosing.js";

bindFileChoices(
  () => {
    notify(t("The scan was taken and is being read."));
    refreshAll();
  },
  (problem) => notify(problem.message, "danger"),
);
// What was refused was probably settled by somebody else: the list shows how things stand.
document.addEventListener("htmx:responseError", (event) => {
  if (!event.target.matches("[data-live]")) refreshAll();
});
onKeys({
  Enter: (event) => {
    if (event.target.closest("a, button, summary")) event.target.click();
    else document.querySelector("[data-first]")?.click();
  },
});
