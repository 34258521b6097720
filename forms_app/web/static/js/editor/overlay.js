/** A read sample in place of the blank: its picture under the boxes, each value on a tag. */

import { element } from "./elements.js";
import { asTag } from "./readings.js";
import { extentOf, fieldsOfKeys } from "./model.js";

/** `editor` is what main.js gives to helpers. */
export function createOverlay({ store, viewport, pages, container }) {
  const image = container.parentElement.querySelector("img");
  const layer = element("div", "overlay");
  const isChosen = (field) => fieldsOfKeys(store.state.fields, store.state.selection).includes(field);
  layer.setAttribute("aria-hidden", "true");
  container.after(layer);
  let shown = null;

  function show(page, url) {
    shown = { page, url };
    if (store.state.page === page.template_page) draw();
  }

  function hide() {
    if (!shown) return;
    shown = null;
    layer.replaceChildren();
    container.classList.remove("is-under-overlay");
    image.src = pages[store.state.page - 1].url;
  }

  function draw() {
    image.src = shown.url;
    container.classList.add("is-under-overlay");
    const byName = new Map(shown.page.fields.map((reading) => [reading.name, reading]));
    const marks = store.state.fields
      .filter((field) => field.page === shown.page.template_page && byName.has(field.name))
      .map((field) => markFor(field, byName.get(field.name)));
    layer.replaceChildren(...marks);
    place();
  }

  function markFor(field, reading) {
    const tag = element("span", "overlay-tag", asTag(reading));
    const mark = element("div", "overlay-mark", tag);
    mark.dataset.level = reading.needs_review ? "doubtful" : "sure";
    if (reading.is_right === false) mark.dataset.level = "wrong";
    mark.classList.toggle("is-chosen", isChosen(field));
    mark.box = extentOf(field);
    return mark;
  }

  function place() {
    const { x, y, scale } = viewport.view;
    for (const mark of layer.children) {
      const [left, top, width, height] = mark.box;
      mark.style.transform = `translate(${x + left * scale}px, ${y + top * scale}px)`;
      mark.style.width = `${width * scale}px`;
      mark.style.height = `${height * scale}px`;
    }
  }

  viewport.onChange(() => shown && place());
  store.subscribe((state, before) => {
    if (!shown) return;
    if (state.page === shown.page.template_page) draw();
    else {
      layer.replaceChildren();
      container.classList.remove("is-under-overlay");
    }
  });

  return { show, hide };
}
