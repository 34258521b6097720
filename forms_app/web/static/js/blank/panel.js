/** Beside the blank: the place that is looked at, why, enlarged, and what the copies have there. */

import { t, tn } from "../i18n.js";
import { button, element } from "../editor/elements.js";
import { changed, loupe, rectangle } from "./shapes.js";

const WHY = {
  shared: t("The copies have ink here, but not the same: it may be writing on all of them."),
  inked: t("This box holds ink; others of its size are empty. It may be a mark on all copies."),
  frame: t("This box has lost its frame, or part of it; others of its size have theirs."),
};
const STATES = { open: "", kept: t("Kept as it is."), changed: t("Changed.") };

/**
 * @param {object[]} pages as the server describes them
 * @param {object} changes of `createChanges`
 * @param {Record<string, Function>} acts erase, keep, restore(copy), next, previous, undo
 */
export function createPanel(pages, changes, acts) {
  const part = (name) => document.querySelector(`[data-part=${name}]`);
  const all = pages.flatMap((page, number) =>
    page.doubtful.map((doubt, place) => ({ ...doubt, page: number, place })));
  const erase = button(t("Erase"), acts.erase, { title: t("Make this paper (e)") });
  const keep = button(t("Keep"), acts.keep, { title: t("Leave it as it is (k)") });
  const previous = button(t("Previous"), acts.previous, { title: t("The place before (p)") });
  const next = button(t("Next"), acts.next, { title: t("The next place (n)") });
  const undo = button(t("Undo"), acts.undo, { title: t("Take the last change back (z)") });
  part("place-acts").append(erase, keep, previous, next, undo);

  function stateWords() {
    const open = all.filter(({ page, place }) => changes.stateOf(page, place) === "open").length;
    const rects = pages.reduce((sum, _, number) => sum + changes.of(number).length, 0);
    const left = t("{open} of {all} framed places still to look at.", { open, all: all.length });
    const made = tn("{n} change made.", "{n} changes made.", rects);
    return all.length ? `${left} ${made}` : made;
  }

  function heading(chosen) {
    if (!chosen) return all.length ? t("Choose a place") : t("No place is framed");
    if (chosen.place === null) return t("Your rectangle");
    const index = all.findIndex((e) => e.page === chosen.page && e.place === chosen.place);
    return t("Place {index} of {all}", { index: index + 1, all: all.length });
  }

  function why(chosen) {
    if (!chosen) return t("Drag over the paper to erase something else.");
    if (chosen.place === null) return t("Arrow keys move it, with Shift they resize it.");
    const { why: reason } = pages[chosen.page].doubtful[chosen.place];
    return `${WHY[reason]} ${STATES[changes.stateOf(chosen.page, chosen.place)]}`;
  }

  function copyButton(page, { number, name, url }, box) {
    const key = number <= 9 ? ` (${number})` : "";
    const made = button("", () => acts.restore(number), {
      className: "copy-part",
      title: t("Restore this place from {name}{key}", { name, key }),
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
        ...(chosen ? [loupe(page, url, chosen.box, t("The place, enlarged"), ...marks)] : []));
      const copies = chosen ? page.copies.map((copy) => copyButton(page, copy, chosen.box)) : [];
      part("place-copies").replaceChildren(...copies);
      part("copies-head").hidden = copies.length === 0;
    },
  };
}
