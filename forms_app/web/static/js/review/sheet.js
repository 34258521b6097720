/** The page at the right: the field framed, scrolled to, at a size that can be read. */

import { t } from "../i18n.js";

const CONTEXT = 1.5; // how much of the page around the field is in sight
const CLOSEST = 2; // times the width of the pane; closer, one loses the way on the page

export function createSheet(root) {
  const image = root.querySelector("[data-sheet-image]");
  const frame = root.querySelector("[data-sheet-frame]");
  const paper = root.querySelector("[data-sheet-paper]");
  const scroller = root.querySelector("[data-sheet-scroll]");
  const missing = root.querySelector("[data-sheet-missing]");
  let item = null;
  let isWhole = false;

  function scale() {
    const [width, height] = item.page_size_px;
    const [, , boxWidth] = item.field.box_px;
    const whole = Math.min(scroller.clientWidth / width, scroller.clientHeight / height);
    if (isWhole) return whole;
    const wide = scroller.clientWidth / width;
    const fill = scroller.clientWidth / (boxWidth * CONTEXT);
    return Math.min(Math.max(fill, wide), wide * CLOSEST);
  }

  function layOut() {
    if (!item?.page_url || scroller.clientWidth === 0) return;
    const factor = scale();
    const [width, height] = item.page_size_px;
    paper.style.width = `${width * factor}px`;
    paper.style.height = `${height * factor}px`;
    const [x, y, w, h] = item.field.box_px.map((value) => value * factor);
    const gap = 3;
    frame.style.left = `${x - gap}px`;
    frame.style.top = `${y - gap}px`;
    frame.style.width = `${w + 2 * gap}px`;
    frame.style.height = `${h + 2 * gap}px`;
    const middleX = w > scroller.clientWidth ? x - 12 : x + w / 2 - scroller.clientWidth / 2;
    scroller.scrollTo({ left: middleX, top: y + h / 2 - scroller.clientHeight / 2 });
  }

  return {
    layOut,
    show(next) {
      item = next;
      missing.hidden = Boolean(item.page_url);
      paper.hidden = !item.page_url;
      if (!item.page_url) return;
      if (image.getAttribute("src") !== item.page_url) image.src = item.page_url;
      image.alt = t("Page {number} of {file}", { number: item.page_number, file: item.file_name });
      layOut();
    },
    toggleWhole() {
      isWhole = !isWhole;
      layOut();
      return isWhole;
    },
  };
}
