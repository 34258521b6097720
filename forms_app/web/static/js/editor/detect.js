/** "Detect": proposes the fields of the form; a person takes, corrects or dismisses them. */

import { t, tn } from "../i18n.js";
import { createEdits } from "./detect-edits.js";
import { createKept } from "./detect-kept.js";
import { createRows } from "./detect-rows.js";
import { createSearch } from "./detect-search.js";
import { button, element } from "./elements.js";
import { freeName } from "./fields.js";
import { extentOf, keysOf } from "./model.js";
import { withLabel, withoutCovered } from "./proposals.js";
import { createProposedBoxes } from "./proposed.js";

const counted = (count) => tn("{n} field", "{n} fields", count);

/** `editor` is what main.js gives to helpers; `jobs` are the draft's detections, newest first. */
export function createDetect(editor, jobs) {
  const { pages, urls, store, viewport, drawer, announce, container } = editor;
  const opener = button(t("Detect"), toggle, { title: t("Find the fields that the form has printed") });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.prepend(opener);

  const numbers = pages.map(({ number }) => number);
  const primary = { className: "btn btn-sm btn-primary" };
  const all = button(t("Accept all"), () => accept(kept.all()), primary);
  const here = button(t("Accept this page"), () => accept(proposals()));
  const some = button(t("Accept selected"), () => accept(kept.all().filter(({ id }) => selected.has(id))), {
    title: t("Click boxes on the page or tick lines of the list to select them"),
  });
  const none = button(t("Dismiss all"), dismissAll);
  const again = button("", () => search.ask([store.state.page]));
  const whole = button(t("Detect all {pages} pages",
    { pages: pages.length }), () => search.ask(numbers));
  const cancel = button(t("Cancel"), stop, {
    className: "btn btn-sm detect-cancel", title: t("What was found earlier stays"),
  });
  const summary = element("p", "detect-summary");
  summary.setAttribute("role", "status");
  const progress = element("progress", "detect-progress");
  progress.setAttribute("aria-label", t("Pages looked at"));
  const unread = element("p", "notice notice-doubt");
  const places = element("div", "detect-pages");
  const list = element("ul", "detect-list");
  list.setAttribute("aria-label", t("Proposed fields"));
  const content = element("div", "detect",
    element("div", "detect-state", summary, places, progress, cancel), unread,
    element("div", "actions", all, here, some, none, again, whole), list);

  const boxes = createProposedBoxes({ viewport, container, onToggle: toggleChosen });
  const kept = createKept(urls.draft, () => store.state.fields);
  const search = createSearch(urls.detections, { onProgress: showProgress, onFound: take, onFailed: tell });
  const edits = createEdits({ shown: () => proposals(), put, leave, announce });
  const rows = createRows(list, {
    ...edits, relabel, dismiss, toggle: toggleChosen, point, accept: (id) => accept([fieldOf(id)]),
  });
  const selected = new Set();

  const proposals = () => kept.of(store.state.page);
  const fieldOf = (id) => kept.all().find((field) => field.id === id);

  function toggle() {
    if (drawer.shows(opener)) drawer.close();
    else open();
  }

  /** Shows what is there or on its way, else looks: at the page, or at all while nothing is drawn. */
  function open() {
    drawer.open({ by: opener, title: t("Detect"), content, onClose: hide });
    if (search.isRunning) search.watch();
    else if (kept.all().length) render();
    else search.ask(store.state.fields.length ? [store.state.page] : numbers);
  }

  function take(found) {
    kept.take(found);
    render();
    if (isFree() && kept.all().length) all.focus();
  }

  function tell(words) {
    render();
    summary.textContent = words;
  }

  /** Whether nobody is busy elsewhere: it may take a while until something is found. */
  const isFree = () =>
    [document.body, opener].includes(document.activeElement) || content.contains(document.activeElement);

  function stop() {
    search.cancel();
    if (kept.all().length) render();
    else drawer.close();
    announce(t("Cancelled."));
  }

  function showProgress({ done, total }, waits) {
    content.dataset.busy = "true";
    boxes.render([], selected);
    cancel.disabled = !search.isRunning;
    if (total) Object.assign(progress, { max: total, value: done });
    else progress.removeAttribute("value");
    const which = total > 1 ? t("page {number} of {total}",
      { number: Math.min(done + 1, total), total }) : t("the page");
    summary.textContent = waits ? t("Waiting for a worker. Is one running?") : t("Looking for fields on {which}…", { which });
  }

  function render() {
    const everything = kept.all();
    const shown = proposals();
    delete content.dataset.busy;
    summary.textContent = inWords(everything, shown);
    tellUnread(everything.length ? kept.install : null);
    all.disabled = none.disabled = everything.length === 0;
    all.textContent = everything.length === shown.length ? t("Accept all") : t("Accept all {n}",
      { n: everything.length });
    here.hidden = everything.length === shown.length || !shown.length;
    some.disabled = !everything.some(({ id }) => selected.has(id));
    again.textContent = isLooked() ? t("Detect again") : t("Detect this page");
    whole.hidden = pages.length === 1;
    showPages();
    rows.render(shown, selected, (field) => edits.nextOf(field) !== null);
    boxes.render(shown, selected);
  }

  const isLooked = () => kept.coveredOn(store.state.page) !== null;

  function inWords(everything, shown) {
    const { page } = store.state;
    const more = everything.length - shown.length;
    const elsewhere = more ? ` ${t("{more} more on other pages.", { more })}` : "";
    if (!isLooked()) return t("Page {page} has not been looked at.", { page }) + elsewhere;
    const covered = kept.coveredOn(page);
    if (shown.length) {
      const left = covered ? ` ${t("{covered} more have a field already.", { covered })}` : "";
      return t("{fields} proposed on page {page}.",
        { fields: counted(shown.length), page }) + left + elsewhere;
    }
    const none = covered ? t("Everything that was found on page {page} has a field already.",
      { page })
      : t("No fields were found on page {page}. Draw them with the tools above.", { page });
    return none + elsewhere;
  }

  /** Where the proposals are; a click goes there. */
  function showPages() {
    const found = numbers.filter((number) => kept.of(number).length);
    places.hidden = found.every((number) => number === store.state.page);
    places.replaceChildren(...found.map((number) => {
      const go = button(t("Page {number} · {found}",
        { number, found: kept.of(number).length }), () => {
        store.set({ page: number, selection: [] });
        places.querySelector('[aria-pressed="true"]')?.focus();
      });
      go.setAttribute("aria-pressed", number === store.state.page);
      return go;
    }));
  }

  function tellUnread(command) {
    unread.hidden = !command;
    unread.replaceChildren(
      element("strong", "", `${t("No labels could be read.")} `),
      t("Fields are called field_1, field_2, …, and all places to write are of kind text: set kinds and labels by hand. Or start from the form’s PDF, where it holds text; or run the following where Fieldhand’s workers run, then Detect again:"),
      " ", element("code", "", command ?? ""),
    );
  }

  function point(id, isChosen = false) {
    boxes.point(id);
    if (isChosen && id) viewport.reveal(extentOf(fieldOf(id)));
  }

  function toggleChosen(id) {
    if (!selected.delete(id)) selected.add(id);
    keepFocus(render);
    rows.reveal(id);
  }

  /** Only what was typed changes: the row and the focus, which is about to move on, stay. */
  function relabel(id, label) {
    kept.edit(store.state.page, (fields) => fields.map((field) => {
      if (field.id !== id) return field;
      const changed = withLabel(field, label);
      rows.changed(changed);
      return changed;
    }));
  }

  function put(id, change) {
    keepFocus(() => {
      kept.edit(store.state.page, (fields) =>
        fields.flatMap((field) => (field.id === id ? change(field) : [field])));
      render();
    });
    endWhenDone();
  }

  /** Rows are made anew: the same control of the same row, or of the next, has the focus again. */
  function keepFocus(change) {
    const place = rows.focused();
    change();
    if (place && !rows.focus(place)) all.focus();
  }

  function leave(gone) {
    const ids = new Set(gone.map(({ id }) => id));
    for (const number of new Set(gone.map(({ page }) => page))) {
      kept.edit(number, (fields) => fields.filter(({ id }) => !ids.has(id)));
    }
    for (const id of ids) selected.delete(id);
  }

  function dismiss(id) {
    keepFocus(() => {
      leave([fieldOf(id)]);
      render();
    });
    endWhenDone();
  }

  function dismissAll() {
    leave(kept.all());
    endWhenDone();
  }

  function endWhenDone() {
    if (kept.all().length) return;
    kept.forget();
    if (isFree()) opener.focus();
    drawer.close();
  }

  /** All of them are one step of the history. */
  function accept(taken) {
    const fields = [...store.state.fields];
    const added = withoutCovered(taken, fields).map((field) => {
      const made = { ...field, name: freeName(field.name, fields) };
      fields.push(made);
      return made;
    });
    keepFocus(() => {
      leave(taken);
      render();
    });
    if (added.length) {
      const onPage = added.filter(({ page }) => page === store.state.page);
      store.edit(fields);
      store.set({ selection: onPage.flatMap(keysOf), tool: "select" });
      announce(t("Added {fields}. Control Z takes them back.", { fields: counted(added.length) }));
    }
    endWhenDone();
  }

  /** What was found stays until it is dealt with, and what is being looked for goes on. */
  function hide() {
    search.leave();
    boxes.render([], selected);
  }

  store.subscribe((state, last) => {
    if (state.page === last.page || !drawer.shows(opener) || content.dataset.busy) return;
    render();
  });

  kept.restore(jobs);
  const pending = jobs.find(({ state }) => state === "pending");
  if (pending) search.adopt(pending);
  if (pending || kept.all().length) open();
}
