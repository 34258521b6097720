/** Cleaning a blank: framed places one after the other, rectangles drawn by hand, undo. */

import { isTyping } from "../keys.js";
import { createChanges } from "./changes.js";
import { createPanel } from "./panel.js";
import { createSheets } from "./sheets.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP_PX = 2;

function start(data) {
  const pages = JSON.parse(data.textContent);
  const form = document.querySelector("[data-part=use-blank]");
  let chosen = null; // {page, place, box}; place null: a rectangle drawn by hand
  const changes = createChanges(pages.length, () => render());
  const sheets = createSheets(pages, changes, (page, box) => choose({ page, place: null, box }));
  const acts = { erase, keep, restore, next: () => step(1), previous: () => step(-1), undo, scrapsOf };
  const panel = createPanel(pages, changes, acts);

  function render() {
    sheets.render(chosen);
    panel.render(chosen);
  }

  function choose(place, isShown = false) {
    chosen = place;
    if (place && isShown) sheets.show(place);
    render();
  }

  /** What erasing takes away: the ink that is doubtful, or the whole rectangle. */
  function scrapsOf({ page, place, box }) {
    return place === null ? [box] : pages[page].doubtful[place].scraps;
  }

  function step(by) {
    const { all } = panel;
    if (!all.length) return;
    const now = chosen ? all.findIndex((e) => e.page === chosen.page && e.place === chosen.place) : -1;
    const start = now < 0 && by < 0 ? 0 : now;
    choose(all[(start + by + all.length) % all.length], true);
  }

  /** The next place that nobody has looked at; where there is none, no place. */
  function goOn() {
    const { all } = panel;
    const now = all.findIndex((e) => e.page === chosen.page && e.place === chosen.place);
    const order = [...all.slice(now + 1), ...all.slice(0, now + 1)];
    choose(order.find((e) => changes.stateOf(e.page, e.place) === "open") ?? null, true);
  }

  function change(made) {
    const { page, place } = chosen;
    changes.add(page, place, made);
    if (place === null) choose(null);
    else goOn();
  }

  function erase() {
    const scraps = chosen ? scrapsOf(chosen) : [];
    if (scraps.length) change(scraps.map((box) => ({ change: "erase", box })));
  }

  function keep() {
    if (chosen && chosen.place !== null) change([]);
  }

  function restore(copy) {
    if (!chosen || !pages[chosen.page].copies.some(({ number }) => number === copy)) return;
    change([{ change: "restore", box: chosen.box, copy }]);
  }

  function undo() {
    const { last } = changes;
    if (!last) return;
    const place = panel.all.find((e) => e.page === last.page && e.place === last.place);
    changes.undo();
    choose(place ?? null, true);
  }

  /** Move the rectangle, or resize it; false where there is none of one's own. */
  function nudge([dx, dy], resizes) {
    if (chosen?.place !== null) return false;
    const { width, height } = pages[chosen.page];
    const [x, y, w, h] = chosen.box;
    const within = (value, least, most) => Math.max(least, Math.min(most, value));
    const box = resizes
      ? [x, y, within(w + STEP_PX * dx, 1, width - x), within(h + STEP_PX * dy, 1, height - y)]
      : [within(x + STEP_PX * dx, 0, width - w), within(y + STEP_PX * dy, 0, height - h), w, h];
    choose({ ...chosen, box });
    return true;
  }

  const keys = {
    n: acts.next,
    p: acts.previous,
    e: erase,
    k: keep,
    z: undo,
    r: () => choose({ ...sheets.middle(), place: null }),
    Escape: () => choose(null),
    "+": () => sheets.zoomBy(1),
    "-": () => sheets.zoomBy(-1),
    0: () => sheets.zoomTo(0),
  };

  document.addEventListener("keydown", (event) => {
    const undoes = event.key === "z" && (event.ctrlKey || event.metaKey);
    if (event.defaultPrevented || isTyping(event) || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && !undoes) return;
    const digit = /^[1-9]$/.test(event.key) ? () => restore(Number(event.key)) : undefined;
    const act = keys[event.key] ?? digit;
    const arrow = ARROWS[event.key];
    if (act) act();
    else if (!arrow || !nudge(arrow, event.shiftKey)) return;
    event.preventDefault();
  });
  for (const [name, key] of [["zoom-in", "+"], ["zoom-out", "-"], ["add-rectangle", "r"]]) {
    document.querySelector(`[data-part=${name}]`).addEventListener("click", keys[key]);
  }
  form.addEventListener("submit", () => {
    form.elements.cleaning.value = changes.asJson();
    changes.forget();
  });
  document.querySelector("[data-part=cleaning]").hidden = false;
  if (panel.all.length) choose(panel.all.find((e) => changes.stateOf(e.page, e.place) === "open") ?? null);
  render();
}

/** The page gets its blank later where that is still being made. */
function startWhenThere() {
  const data = document.getElementById("blank-data");
  if (!data || data.dataset.started) return;
  data.dataset.started = "yes";
  start(data);
}

document.addEventListener("htmx:afterSwap", startWhenThere);
startWhenThere();
