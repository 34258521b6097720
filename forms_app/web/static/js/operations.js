// After an action all that is shown is renewed; the message tells what came of it.

import { refreshAll } from "./live.js";

const said = document.getElementById("operations-said");

function isAction(event) {
  return event.detail.requestConfig?.verb === "post";
}

/** The button is gone with its line: keys go on from the message. */
function keepFocus() {
  if (document.activeElement === document.body && said.textContent.trim()) said.focus();
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isAction(event)) return;
  refreshAll();
});
document.addEventListener("htmx:afterSettle", keepFocus);
