/** "Code on the page": what barcodes and QR codes on filled forms hold, explained as it is typed. */

import { t } from "../i18n.js";
import { Problem, send } from "../http.js";
import { notify } from "../notify.js";
import { element } from "./elements.js";

const DELAY_MS = 250;

/** Keep `root`, a section that folds, up to date; `url` explains a setting. */
export function createCodePanel(root, store, { url, pages }) {
  const find = (name) => root.querySelector(`[data-code${name}]`);
  const [input, text, verdict, reader] = ["", "-text", "-verdict", "-read"].map(find);
  let timer = 0;
  let run = 0; // an answer that came too late is not shown

  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(explain, DELAY_MS);
  };

  async function explain() {
    const mine = (run += 1);
    const { code, name } = store.state;
    const asked = { code, text: text.value, name, pages: pages.length };
    try {
      const answer = await send(url, { method: "POST", json: asked });
      if (mine === run) show(answer);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // Saving says that the server is away.
    }
  }

  function show({ meaning, verdict: found }) {
    find("-sentence").textContent = meaning.sentence;
    find("-problem").textContent = meaning.problem;
    find("-problem").hidden = !meaning.problem;
    find("-effects").replaceChildren(...meaning.effects.map((words) => element("li", "", words)));
    find("-try").hidden = meaning.effects.length === 0;
    find("-example").hidden = !meaning.example;
    find("-example").querySelector(".value").textContent = meaning.example;
    verdict.textContent = found ? inWords(found) : "";
    verdict.dataset.accepted = Boolean(found && !found.problem);
  }

  const inWords = ({ parts, problem }) =>
    problem || parts.map(([part, value]) => `${part} ${value}`).join(" · ");

  async function readFromPage() {
    reader.disabled = true;
    try {
      const { codes } = await send(pages[store.state.page - 1].codes);
      if (codes.length) {
        text.value = codes[0];
        explain();
      } else notify(t("No code was found on this blank page. Type the text of one instead."), "doubt");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      notify(problem.message, "danger");
    } finally {
      reader.disabled = false;
    }
  }

  function render() {
    if (input.value.trim() !== store.state.code) input.value = store.state.code;
  }

  input.addEventListener("input", () => store.editCode(input.value.trim()));
  text.addEventListener("input", soon);
  reader.addEventListener("click", readFromPage);
  store.subscribe((state, before) => {
    if (state.code !== before.code) render();
    if (state.code !== before.code || state.name !== before.name) soon();
  });
  render();
  root.open = store.state.code !== "";
  explain();
}
