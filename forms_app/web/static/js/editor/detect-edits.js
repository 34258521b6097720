/** Corrections of proposed fields, by their id; each shows at once. */

import { t, tn } from "../i18n.js";
import { cellCount } from "./fields.js";
import { asKind, canJoin, joined, splitAt, withCells, withoutOption } from "./proposals.js";

/**
 * `put(id, change)` replaces a proposal by what `change` makes of it, none, one or several;
 * `leave(fields)` takes proposals out; `shown()` are those of the page, in order.
 */
export function createEdits({ shown, put, leave, announce }) {
  const before = new Map(); // fields as they were before their kind was changed
  const fieldOf = (id) => shown().find((field) => field.id === id);

  function alter(id, change, words) {
    before.delete(id);
    put(id, change);
    announce(words);
  }

  function rekind(id, kind) {
    if (!before.has(id)) before.set(id, fieldOf(id));
    put(id, (field) => [asKind(field, kind, before.get(id))]);
  }

  function count(id, step) {
    const field = fieldOf(id);
    if (field.layout !== "comb") return;
    const changed = withCells(field, step);
    alter(id, () => [changed], tn("{n} cell.", "{n} cells.", cellCount(changed)));
  }

  /** The next proposal of the page where this and that can be options of one choice, else null. */
  function nextOf(field) {
    const next = shown()[shown().indexOf(field) + 1];
    return next && canJoin(field) && canJoin(next) ? next : null;
  }

  function join(id) {
    const next = nextOf(fieldOf(id));
    leave([next]);
    alter(id, (field) => [joined(field, next)], t("Joined."));
  }

  return {
    rekind,
    count,
    join,
    nextOf,
    drop: (id, i) => alter(id, (field) => [withoutOption(field, i)].filter(Boolean), t("Dropped.")),
    split: (id, i) => alter(id, (field) => splitAt(field, i), t("Split in two.")),
  };
}
