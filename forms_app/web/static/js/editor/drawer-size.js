/** How high the drawer is: its upper edge is dragged, or moved by keys; remembered on this device. */

import { t } from "../i18n.js";
import { element } from "./elements.js";

const KEY = "fieldhand.drawer";
const LEAST_PX = 96;
const PAGE_PX = 140; // so much of the page stays in sight
const STEP_PX = 24;

const clamp = (value, [least, most]) => Math.min(Math.max(value, least), Math.max(least, most));

/** Puts the edge into the drawer's `root`. Until somebody moves it the content sets the height. */
export function bindSize(root) {
  const grip = element("div", "drawer-grip");
  const attributes = {
    role: "separator", tabindex: 0, "aria-orientation": "horizontal",
    "aria-label": t("Height of what was found"), "aria-valuemin": 0, "aria-valuemax": 100,
  };
  for (const [name, value] of Object.entries(attributes)) grip.setAttribute(name, value);
  grip.title = t("Drag, or ↑ ↓ (Home, End); Enter or a double click: usual height");
  root.prepend(grip);
  let share = stored(); // of the column that drawer and page divide; null: as high as need be

  const column = () => root.parentElement.clientHeight;
  const limits = () => [LEAST_PX, column() - PAGE_PX];

  function apply() {
    root.classList.toggle("is-sized", share !== null);
    if (share === null) root.style.removeProperty("height");
    else root.style.height = `${Math.round(clamp(share * column(), limits()))}px`;
    grip.setAttribute("aria-valuenow", Math.round((100 * root.offsetHeight) / column()) || 0);
  }

  function set(height) {
    share = height === null ? null : clamp(height, limits()) / column();
    apply();
  }

  function keep() {
    try {
      if (share === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, share.toFixed(3));
    } catch {
      // Storage may be switched off: the height holds until the page is left.
    }
  }

  grip.addEventListener("pointerdown", (down) => {
    const start = root.offsetHeight + down.clientY;
    down.preventDefault();
    grip.focus();
    grip.setPointerCapture(down.pointerId);
    const move = (event) => set(start - event.clientY);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", () => {
      grip.removeEventListener("pointermove", move);
      keep();
    }, { once: true });
  });

  grip.addEventListener("dblclick", () => {
    set(null);
    keep();
  });

  grip.addEventListener("keydown", (event) => {
    const height = root.offsetHeight;
    const [least, most] = limits();
    const next = {
      ArrowUp: height + STEP_PX, ArrowDown: height - STEP_PX, PageUp: height + 4 * STEP_PX,
      PageDown: height - 4 * STEP_PX, Home: least, End: most, Enter: null,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(next);
    keep();
  });

  new ResizeObserver(apply).observe(root.parentElement);
  return apply;
}

function stored() {
  try {
    const share = Number(localStorage.getItem(KEY));
    return share > 0 && share < 1 ? share : null;
  } catch {
    return null;
  }
}
