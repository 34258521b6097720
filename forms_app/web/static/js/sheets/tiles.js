/** The glyphs of a sheet as a list of which some are picked out, by mouse or keyboard. */

import { t } from "../i18n.js";
import { levelOf, percent, wordOf } from "../review/levels.js";

/**
 * @param {Element} root the listbox
 * @param {{onChange: () => void}} options `onChange` follows what is picked out
 */
export function createTiles(root, { onChange }) {
  let tiles = [];
  let glyphs = [];
  let current = 0;
  let anchor = 0;

  function make(glyph, i) {
    const tile = document.createElement("div");
    const level = levelOf(glyph.probability);
    tile.className = "glyph";
    tile.id = `glyph-${i}`;
    tile.setAttribute("role", "option");
    tile.tabIndex = -1;
    tile.dataset.level = level;
    tile.append(document.createElement("canvas"));
    const words = [glyph.form, glyph.field, t("{percent} sure", { percent: percent(glyph.probability) })];
    tile.title = t("{what} (o opens it)", { what: words.join(" · ") });
    const named = [t("Glyph {number}", { number: i + 1 }), ...words, wordOf(level)];
    tile.setAttribute("aria-label", named.filter(Boolean).join(", "));
    tile.setAttribute("aria-selected", "false");
    return tile;
  }

  /** Lay out other glyphs; nothing is picked out. */
  function show(next) {
    glyphs = next;
    tiles = next.map(make);
    current = 0;
    anchor = 0;
    root.replaceChildren(...tiles);
    if (tiles.length) tiles[0].tabIndex = 0;
    onChange();
  }

  function goTo(i) {
    if (!tiles[i]) return;
    tiles[current].tabIndex = -1;
    current = i;
    tiles[i].tabIndex = 0;
    tiles[i].focus();
  }

  const isPicked = (tile) => tile.getAttribute("aria-selected") === "true";

  function pick(tile, picked) {
    if (tile.dataset.picture === "missing") return;
    tile.setAttribute("aria-selected", String(picked));
  }

  /** Turn the tile `i` over; with `isRange` all from the one turned last to it are picked out. */
  function turn(i, isRange) {
    const [from, to] = isRange ? [Math.min(anchor, i), Math.max(anchor, i)] : [i, i];
    const picked = isRange || !isPicked(tiles[i]);
    for (const tile of tiles.slice(from, to + 1)) pick(tile, picked);
    anchor = i;
    goTo(i);
    onChange();
  }

  const columns = () => {
    const top = tiles[0].offsetTop;
    const second = tiles.findIndex((tile) => tile.offsetTop > top);
    return second < 0 ? tiles.length : second;
  };

  const steps = {
    ArrowLeft: () => -1,
    ArrowRight: () => 1,
    ArrowUp: () => -columns(),
    ArrowDown: () => columns(),
    Home: () => -current,
    End: () => tiles.length - 1 - current,
  };

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !tiles.length) return;
    if (event.key === " ") {
      turn(current, event.shiftKey);
    } else if (event.key in steps) {
      goTo(current + steps[event.key]());
    } else {
      return;
    }
    event.preventDefault();
  });

  root.addEventListener("click", (event) => {
    const i = tiles.indexOf(event.target.closest(".glyph"));
    if (i >= 0) turn(i, event.shiftKey);
  });
  // Shift and a click would else select text.
  root.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());

  return {
    show,
    goTo,
    get all() {
      return tiles;
    },
    get picked() {
      return tiles.filter(isPicked).length;
    },
    /** The glyph that the keyboard is at. */
    get at() {
      return glyphs[current];
    },
    /** The glyphs whose pictures were there, with what is said of them. */
    said: () => glyphs.flatMap((glyph, i) => {
      if (tiles[i].dataset.picture !== "drawn") return [];
      return [{ glyph, answer: { ...glyph.key, right: !isPicked(tiles[i]) } }];
    }),
  };
}
