/** The pages of a blank: doubtful places and changes on them, rectangles drawn, zoom. */

import { changed, rectangle, shape } from "./shapes.js";

const ZOOMS = [1, 1.5, 2, 3, 4, 6];
const LEAST_PX = 3;

/**
 * @param {object[]} pages as the server describes them
 * @param {object} changes of `createChanges`
 * @param {(page: number, box: number[]) => void} onDrawn
 */
export function createSheets(pages, changes, onDrawn) {
  const desk = document.querySelector("[data-part=sheets]");
  const sheets = [...desk.querySelectorAll(".sheet")];
  const layers = sheets.map((sheet) => sheet.appendChild(shape("g")));
  let zoom = 0;
  sheets.forEach(listen);

  /** A pointer's place on the page, in whole pixels of it. */
  function at(sheet, page, event) {
    const { left, top, width, height } = sheet.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * page.width;
    const y = ((event.clientY - top) / height) * page.height;
    const within = (value, most) => Math.round(Math.max(0, Math.min(most, value)));
    return [within(x, page.width), within(y, page.height)];
  }

  function listen(sheet, number) {
    const page = pages[number];
    sheet.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      desk.focus({ preventScroll: true });
      sheet.setPointerCapture(event.pointerId);
      const from = at(sheet, page, event);
      const drawn = sheet.appendChild(rectangle([...from, 0, 0], "chosen"));
      const boxTo = ([x, y]) =>
        [Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(x - from[0]), Math.abs(y - from[1])];
      const move = (moved) => {
        const [x, y, width, height] = boxTo(at(sheet, page, moved));
        for (const [key, value] of Object.entries({ x, y, width, height })) {
          drawn.setAttribute(key, value);
        }
      };
      const done = new AbortController();
      const end = (ended) => {
        done.abort();
        drawn.remove();
        const box = boxTo(at(sheet, page, ended));
        if (ended.type === "pointerup" && Math.min(box[2], box[3]) >= LEAST_PX) onDrawn(number, box);
      };
      const options = { signal: done.signal };
      sheet.addEventListener("pointermove", move, options);
      sheet.addEventListener("pointerup", end, options);
      sheet.addEventListener("pointercancel", end, options);
    });
  }

  return {
    /** Draw everything anew; `chosen` is `{page, box}` or null. */
    render(chosen) {
      pages.forEach((page, number) => {
        const places = page.doubtful.map(({ box, why }, place) =>
          rectangle(box, `place place-${why} is-${changes.stateOf(number, place)}`));
        const mine = chosen?.page === number ? [rectangle(chosen.box, "chosen")] : [];
        const made = changes.of(number).map((change) => changed(page, change));
        layers[number].replaceChildren(...made, ...places, ...mine);
      });
    },
    /** Scroll so that a place is in the middle, enlarged at least twice. */
    show({ page: number, box: [x, y, width, height] }) {
      if (ZOOMS[zoom] < 2) this.zoomTo(ZOOMS.indexOf(2));
      const page = pages[number];
      const view = desk.getBoundingClientRect();
      const { left, top, width: wide, height: high } = sheets[number].getBoundingClientRect();
      desk.scrollBy(
        left + ((x + width / 2) / page.width) * wide - (view.left + view.width / 2),
        top + ((y + height / 2) / page.height) * high - (view.top + view.height / 2),
      );
    },
    zoomTo(step) {
      zoom = Math.max(0, Math.min(ZOOMS.length - 1, step));
      for (const sheet of sheets) sheet.style.width = `${100 * ZOOMS[zoom]}%`;
      document.querySelector("[data-part=zoom]").textContent = `${100 * ZOOMS[zoom]} %`;
    },
    zoomBy(steps) {
      this.zoomTo(zoom + steps);
    },
    /** A box in the middle of what is seen, and the number of its page. */
    middle() {
      const view = desk.getBoundingClientRect();
      const centre = { clientX: view.left + view.width / 2, clientY: view.top + view.height / 2 };
      const hit = (sheet) => {
        const { top, bottom } = sheet.getBoundingClientRect();
        return top <= centre.clientY && centre.clientY <= bottom;
      };
      const number = Math.max(0, sheets.findIndex(hit));
      const page = pages[number];
      const [x, y] = at(sheets[number], page, centre);
      const side = Math.round(page.width / 40);
      const from = (value, most) => Math.max(0, Math.min(most - side, value - side / 2) | 0);
      return { page: number, box: [from(x, page.width), from(y, page.height), side, side] };
    },
  };
}
