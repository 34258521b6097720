/** Fields to be keyed unseen, and what two people keyed differently, for a third to settle. */

import { t } from "../i18n.js";
import { inWords } from "./values.js";

const MOST_KEYED = 2;

/** Why a field shows nothing of what others, or the machine, say of it; "" where it shows all. */
export function whyBlind(item) {
  if (!item.is_blind) return "";
  if (item.keyed.length) {
    return t("Two people keyed this differently. Take what the paper says, or key it.");
  }
  if (item.stage === "second_key") {
    return t("High risk: somebody else has keyed this field. Key what you see.");
  }
  return t("A check of what the machine accepted. Key what you see.");
}

/** What deciding for one of the two says. */
function decisionFor({ value, is_unreadable: isUnreadable }) {
  if (isUnreadable) return { action: "unreadable", value: null };
  return value === null ? { action: "blank", value } : { action: "correct", value };
}

/** The two values side by side; `onTake(decision)` hears which one a person takes. */
export function createKeyed(root, { onTake }) {
  let keyed = [];

  function buttonFor(each, i, field) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn keyed-value";
    button.dataset.tip = t("Take this value");
    button.dataset.keyTip = `take${i + 1}`;
    const words = document.createElement("span");
    words.className = "value";
    words.textContent = each.is_unreadable ? t("unreadable") : inWords(each.value, field);
    const keys = document.createElement("span");
    keys.className = "keys";
    keys.dataset.keyOf = `take${i + 1}`;
    button.append(words, keys);
    button.addEventListener("click", () => onTake(decisionFor(each)));
    return button;
  }

  return {
    show(item) {
      keyed = item.keyed.slice(0, MOST_KEYED);
      root.hidden = keyed.length === 0;
      root.replaceChildren(...keyed.map((each, i) => buttonFor(each, i, item.field)));
    },
    /** Decide for the one at place `i`; whether there is one. */
    take(i) {
      if (!keyed[i]) return false;
      onTake(decisionFor(keyed[i]));
      return true;
    },
  };
}
