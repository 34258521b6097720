// The list of pages that wait: files are chosen, Enter opens the first page.

import { onKeys } from "../keys.js";
import { bindFileChoices } from "./choosing.js";

bindFileChoices();
onKeys({
  Enter: (event) => {
    if (event.target.closest("a, button, summary")) event.target.click();
    else document.querySelector("[data-first]")?.click();
  },
});
