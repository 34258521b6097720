/** The field's crop, as large as there is room, never stretched, and what is marked on it. */

const MOST_ZOOM = 2; // CSS pixels for each pixel of the scan
const MOST_HEIGHT_SHARE = 0.34;

/**
 * `show` answers the geometry that inputs are laid out by: `scale`, `left(x)` in CSS pixels.
 */
export function createCrop(root) {
  const frame = root.querySelector("[data-crop-frame]");
  const image = root.querySelector("[data-crop-image]");
  const marks = root.querySelector("[data-crop-marks]");
  const missing = root.querySelector("[data-crop-missing]");
  let item = null;

  function scaleFor([, , width, height]) {
    const room = root.clientWidth;
    const tall = Math.max(120, window.innerHeight * MOST_HEIGHT_SHARE);
    return Math.min(room / width, tall / height, MOST_ZOOM);
  }

  function place(element, box, scale) {
    const [x, y, width, height] = box;
    element.style.left = `${x * scale}px`;
    element.style.top = `${y * scale}px`;
    element.style.width = `${width * scale}px`;
    element.style.height = `${height * scale}px`;
  }

  const relative = ([x, y, width, height]) => [
    x - item.crop_box_px[0], y - item.crop_box_px[1], width, height,
  ];

  function mark(box, name) {
    const element = document.createElement("span");
    element.className = `crop-mark ${name}`;
    element.dataset.box = JSON.stringify(box);
    marks.append(element);
    return element;
  }

  function layOut() {
    if (!item || !item.crop_url) return null;
    const [, , width, height] = item.crop_box_px;
    const scale = scaleFor(item.crop_box_px);
    frame.style.width = `${width * scale}px`;
    frame.style.height = `${height * scale}px`;
    for (const element of marks.children) place(element, JSON.parse(element.dataset.box), scale);
    return { scale, width: width * scale, left: frame.offsetLeft };
  }

  function show(next) {
    item = next;
    const { field } = item;
    missing.hidden = Boolean(item.crop_url);
    frame.hidden = !item.crop_url;
    marks.replaceChildren();
    if (!item.crop_url) {
      image.removeAttribute("src");
      return null;
    }
    image.src = item.crop_url;
    image.alt = `What was written in ${field.label || field.name}`;
    for (const cell of field.cell_boxes_px) mark(relative(cell), "crop-cell");
    field.options.forEach((option, i) => {
      if (!option.box_px) return;
      mark(relative(option.box_px), "crop-option").dataset.number = i + 1;
    });
    return layOut();
  }

  /** Point at one character: its cell, or its ink. */
  function point(character, cell) {
    marks.querySelector(".crop-point")?.remove();
    const box = cell !== null && item.field.cell_boxes_px[cell]
      ? relative(item.field.cell_boxes_px[cell])
      : character?.box_px;
    if (!box || !item.crop_url) return;
    place(mark(box, "crop-point"), box, scaleFor(item.crop_box_px));
  }

  return { show, layOut, point, relative };
}
