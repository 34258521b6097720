/** Beside the blank: the place that is looked at, why, enlarged, and what the copies have there. */

import { button, element } from "../editor/elements.js";
import { changed, loupe, rectangle } from "./shapes.js";

const WHY = {
  shared: "The copies have ink here, but not the same: it may be writing on all of them.",
  inked: "This box holds ink; others of its size are empty. It may be a mark on all copies.",
  frame: "This box has lost its frame, or part of it; others of its size have theirs.",
};
const STATES = { open: "", kept: "Kept as it is.", changed: "Changed." };

/**
 * @param {object[]} pages as the server describes them
 * @param {object} changes of `createChanges`
 * @param {Record<string, Function>} acts erase, keep, restore(copy), next, previous, undo
 */
export function createPanel(pages, changes, acts) {
  const part = (name) => document.querySelector(`[data-part=${name}]`);
  const all = pages.flatMap((page, number) =>
    page.doubtful.map((doubt, place) => ({ ...doubt, page: number, place })));
  const erase = button("Erase", acts.erase, { title: "Make this paper (e)" });
  const keep = button("Keep", acts.keep, { title: "Leave it as it is (k)" });
  const previous = button("Previous", acts.previous, { title: "The place before (p)" });
  const next = button("Next", acts.next, { title: "The next place (n)" });
  const undo = button("Undo", acts.undo, { title: "Take the last change back (z)" });
  part("place-acts").append(erase, keep, previous, next, undo);

  function stateWords() {
    const open = all.filter(({ page, place }) => changes.stateOf(page, place) === "open").length;
    const rects = pages.reduce((sum, _, number) => sum + changes.of(number).length, 0);
    const left = all.length ? `${open} of ${all.length} framed places still to look at. ` : "";
    return `${left}${rects} ${rects === 1 ? "change" : "changes"} made.`;
  }

  function heading(chosen) {
    if (!chosen) return all.length ? "Choose a place" : "No place is framed";
    if (chosen.place === null) return "Your rectangle";
    const index = all.findIndex((e) => e.page === chosen.page && e.place === chosen.place);
    return `Place ${index + 1} of ${all.length}`;
  }

  function why(chosen) {
    if (!chosen) return "Drag over the paper to erase something else.";
    if (chosen.place === null) return "Arrow keys move it, with Shift they resize it.";
    const { why: reason } = pages[chosen.page].doubtful[chosen.place];
    return `${WHY[reason]} ${STATES[changes.stateOf(chosen.page, chosen.place)]}`;
  }

  function copyButton(page, { number, name, url }, box) {
    const key = number <= 9 ? ` (${number})` : "";
    const made = button("", () => acts.restore(number), {
      className: "copy-part",
      title: `Restore this place from ${name}${key}`,
    });
    made.append(loupe(page, url, box, ""), element("span", "small", `${number} · ${name}`));
    return made;
  }

  return {
    all,
    render(chosen) {
      part("cleaning-state").textContent = stateWords();
      part("place-title").textContent = heading(chosen);
      part("place-why").textContent = why(chosen);
      erase.disabled = !chosen || !acts.scrapsOf(chosen).length;
      keep.disabled = chosen?.place == null;
      previous.disabled = next.disabled = !all.length;
      undo.disabled = changes.count === 0;
      const page = chosen && pages[chosen.page];
      const url = chosen && document.querySelectorAll(".sheet image")[chosen.page].getAttribute("href");
      const marks = chosen
        ? [...changes.of(chosen.page).map((change) => changed(page, change)),
          ...acts.scrapsOf(chosen).map((box) => rectangle(box, "scrap")),
          rectangle(chosen.box, "chosen")]
        : [];
      part("place-loupe").replaceChildren(
        ...(chosen ? [loupe(page, url, chosen.box, "The place, enlarged", ...marks)] : []));
      const copies = chosen ? page.copies.map((copy) => copyButton(page, copy, chosen.box)) : [];
      part("place-copies").replaceChildren(...copies);
      part("copies-head").hidden = copies.length === 0;
    },
  };
}
