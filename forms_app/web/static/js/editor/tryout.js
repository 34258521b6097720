/** "Try": filled samples are read with the draft and shown on the page, before it is published. */

import { t, tn } from "../i18n.js";
import { Problem, csrfToken, send } from "../http.js";
import { button, element } from "./elements.js";
import { finished, progressWords } from "./jobs.js";
import { createOverlay } from "./overlay.js";
import { inWords } from "./readings.js";
import { percent } from "../review/levels.js";

const SYNTHETIC = 3;
const HINT = t("Drop filled forms here, or have some drawn. Nothing of it joins a batch.");
const ACCEPTED = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.webp,.heic";

/** `editor` is what main.js gives to helpers. */
export function createTryout(editor) {
  const { urls, store, drawer, announce, choose, save } = editor;
  const opener = button(t("Try"), toggle, {
    title: t("Read filled samples with this draft; nothing is kept"),
  });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.append(opener);

  const overlay = createOverlay(editor);
  const content = element("div", "tryout");
  const status = element("p", "tryout-status muted small");
  status.setAttribute("role", "status");
  const samples = element("div", "tryout-samples");
  const details = element("div", "tryout-details");
  content.append(controls(), status, samples, details);
  bindDrop();
  let run = 0;
  let job = null;
  let shown = null; // the page to show again when the drawer is opened anew

  function toggle() {
    if (drawer.shows(opener)) {
      drawer.close();
      return;
    }
    drawer.open({ by: opener, title: t("Try"), content, onClose: stop });
    if (shown) showPage(...shown);
    else status.textContent = HINT;
  }

  function controls() {
    const input = element("input");
    Object.assign(input, { type: "file", multiple: true, accept: ACCEPTED, hidden: true });
    input.addEventListener("change", () => {
      if (input.files.length) start([...input.files]);
      input.value = "";
    });
    return element("div", "actions",
      button(t("Choose filled forms…"), () => input.click()), input,
      button(t("Synthetic samples"), () => start([]), {
        title: t("{n} forms filled by machine with values that keep the rules", { n: SYNTHETIC }),
      }));
  }

  function bindDrop() {
    const mark = (isOver) => content.classList.toggle("is-over", isOver);
    content.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      mark(true);
    });
    content.addEventListener("dragleave", () => mark(false));
    content.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      if (event.dataTransfer.files.length) start([...event.dataTransfer.files]);
    });
  }

  async function start(files) {
    await forget();
    const mine = (run += 1);
    status.textContent = files.length ? t("Sending…") : t("Filling forms…");
    try {
      await save();
      const form = new FormData();
      for (const file of files) form.append("files", file);
      if (!files.length) form.append("synthetic", SYNTHETIC);
      const asked = await send(urls.tryouts, { method: "POST", form });
      job = asked;
      const found = await finished(asked, {
        isWanted: () => mine === run,
        onProgress: (at, waits) => (status.textContent = progressWords(at, waits, t("Reading"))),
      });
      if (found && mine === run) show(found);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (mine === run) status.textContent = problem.message;
    }
  }

  function show(found) {
    const { pages, refused, left_out: leftOut } = found.result;
    const fields = pages.flatMap((page) => page.fields);
    const doubtful = fields.filter((field) => field.needs_review).length;
    const wrong = fields.filter((field) => field.is_right === false && !field.needs_review).length;
    const parts = [
      tn("{n} page read", "{n} pages read", pages.length),
      t("{sure} of {fields} fields sure, {doubtful} would need review",
        { sure: fields.length - doubtful, fields: fields.length, doubtful }),
    ];
    if (wrong) parts.push(t("{wrong} sure but not as written", { wrong }));
    if (refused.length) parts.push(t("{n} refused", { n: refused.length }));
    if (leftOut) parts.push(t("{leftOut} left out, a try reads 24 pages", { leftOut }));
    status.textContent = `${parts.join(" · ")}.`;
    announce(status.textContent);
    const chips = [
      ...pages.map((page) => chipFor(page, found)),
      ...refused.map((page) => refusalFor(page, found)),
    ];
    samples.replaceChildren(...chips);
    (samples.querySelector("[data-sample]") ?? samples.querySelector("button"))?.click();
  }

  const titleOf = ({ source, number }) => (number > 1 ? t("{source}, page {number}",
    { source, number }) : source);

  function chipFor(page, found) {
    const doubts = page.fields.filter((field) => field.needs_review).length;
    const text = doubts ? t("{title} · {doubts} to review",
      { title: titleOf(page), doubts }) : titleOf(page);
    const chip = button(text, () => showPage(page, found, chip));
    chip.dataset.sample = "";
    return chip;
  }

  function refusalFor(page, found) {
    const chip = button(t("{title} · refused", { title: titleOf(page) }), () => {
      press(chip);
      overlay.hide();
      const picture = page.picture === null ? null : element("img", "tryout-refused");
      if (picture) Object.assign(picture, { src: found.pictures[page.picture], alt: "" });
      details.replaceChildren(element("p", "notice notice-danger", page.message), picture ?? "");
    }, { className: "btn btn-sm is-refused" });
    return chip;
  }

  function press(chip) {
    for (const each of samples.children) each.setAttribute("aria-pressed", each === chip);
  }

  function showPage(page, found, chip) {
    press(chip);
    shown = [page, found, chip];
    store.set({ page: page.template_page, selection: [], tool: "select" });
    overlay.show(page, found.pictures[page.picture]);
    details.replaceChildren(tableOf(page));
  }

  function tableOf(page) {
    const withTruth = page.fields.some((field) => "written" in field);
    const heads = [t("Field"), t("Read"), t("Sure"), ...(withTruth ? [t("Written")] : []), t("Why it needs review")];
    const head = element("tr", "", ...heads.map((text) => element("th", "", text)));
    const rows = page.fields.map((field) => rowFor(field, withTruth));
    return element("table", "table tryout-table",
      element("thead", "", head), element("tbody", "", ...rows));
  }

  function rowFor(reading, withTruth) {
    const field = store.state.fields.find((each) => each.name === reading.name);
    const name = field
      ? button(field.label || field.name, () => choose(field), { className: "problem" })
      : element("span", "", reading.name);
    const isWrong = reading.is_right === false;
    const cells = [
      element("td", "", name),
      element("td", "value", inWords(reading)),
      element("td", "num", percent(reading.confidence)),
      withTruth ? element("td", isWrong ? "value is-wrong" : "value",
        isWrong ? `≠ ${inWords({ value: reading.written })}` : t("as read")) : null,
      element("td", "wrap small", reading.reasons.join("; ") || (reading.needs_review ? "–" : "")),
    ];
    return element("tr", reading.needs_review ? "is-doubtful" : "", ...cells);
  }

  /** Closing the drawer shows the blank again; what was read stays until the next try. */
  function stop() {
    overlay.hide();
    run += 1;
  }

  async function forget() {
    overlay.hide();
    samples.replaceChildren();
    details.replaceChildren();
    shown = null;
    if (!job) return;
    const { url } = job;
    job = null;
    await send(url, { method: "DELETE" }).catch(() => null);
  }

  window.addEventListener("pagehide", () => {
    if (!job) return;
    const headers = { "X-CSRFToken": csrfToken() };
    fetch(job.url, { method: "DELETE", keepalive: true, headers });
  });
}
