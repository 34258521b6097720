/** The choice of the template page that a scan is laid onto: the batch's own, then all others. */

import { t } from "../i18n.js";

const FILTERED_FROM = 12;

function option(value, label) {
  const element = document.createElement("option");
  element.value = value;
  element.textContent = label;
  return element;
}

/** Option groups of `[place, target]`, one for each template, in their order. */
function groupsOf(shown) {
  const groups = new Map();
  for (const [place, target] of shown) {
    if (!groups.has(target.version_id)) {
      const group = document.createElement("optgroup");
      group.label = target.is_held ? target.template : t("{template} (not in this batch)",
        { template: target.template });
      groups.set(target.version_id, group);
    }
    groups.get(target.version_id).append(option(place, target.label));
  }
  return [...groups.values()];
}

/**
 * @param {Array<{version_id: number, template_page: number, template: string, label: string,
 *   is_held: boolean}>} targets
 * @param {{select: HTMLSelectElement, find: HTMLInputElement, note: HTMLElement}} parts `find`
 *   filters where there are many, `note` says what the choice does to the batch
 */
export function createTargets(targets, { select, find, note }) {
  let chosen = 0;

  function isWanted({ label }) {
    return label.toLowerCase().includes(find.value.trim().toLowerCase());
  }

  function show() {
    // What is chosen stays in the list: a filter looks for something, it chooses nothing.
    const shown = [...targets.entries()].filter(([place, target]) =>
      place === chosen || isWanted(target));
    const isOne = new Set(targets.map((target) => target.version_id)).size === 1;
    select.replaceChildren(
      ...(isOne ? shown.map(([place, { label }]) => option(place, label)) : groupsOf(shown)));
    select.value = chosen;
  }

  function choose(place) {
    chosen = place;
    show();
    const { is_held: isHeld, template } = targets[place];
    note.textContent = isHeld ? "" : t("Used, it adds {template} to the templates of this batch.",
      { template });
  }

  find.hidden = targets.length < FILTERED_FROM;
  find.addEventListener("input", show);
  find.addEventListener("keydown", (event) => {
    const first = targets.findIndex(isWanted);
    if (event.key !== "Enter" || first < 0) return;
    select.value = first;
    select.dispatchEvent(new Event("change"));
    select.focus();
  });
  select.addEventListener("change", () => choose(Number(select.value)));
  choose(0);
  return {
    get chosen() {
      return targets[chosen];
    },
    choose(found) {
      choose(targets.findIndex((each) =>
        each.version_id === found.version_id && each.template_page === found.template_page));
    },
  };
}
