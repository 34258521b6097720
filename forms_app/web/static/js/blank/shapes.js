/** SVG of a blank: changes as they will come out, a rectangle, a part of the page enlarged. */

const SVG = "http://www.w3.org/2000/svg";

export function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const rectangle = ([x, y, width, height], className) =>
  shape("rect", { x, y, width, height, class: className });

/** The whole page's picture, of which only `box` is seen. */
function cut({ width, height }, href, box) {
  const [x, y, w, h] = box;
  const whole = shape("image", { href, width, height });
  return shape("svg", { x, y, width: w, height: h, viewBox: box.join(" ") }, whole);
}

/** One change as it will come out, with an outline that shows where it is. */
export function changed(page, { change, box, copy }) {
  const found = page.copies.find(({ number }) => number === copy);
  const content = change === "erase" ? rectangle(box, "erased") : cut(page, found.url, box);
  return shape("g", {}, content, rectangle(box, `outline-${change}`));
}

/** What is around `box` in a picture of the page, with `marks` on it. */
export function loupe(page, href, box, label, ...marks) {
  const view = around(page, box);
  const whole = shape("image", { href, width: page.width, height: page.height });
  const attributes = { viewBox: view.join(" "), class: "loupe", role: "img", "aria-label": label };
  return shape("svg", attributes, whole, ...marks);
}

/** The box with room around it, twice as wide as high, within the page. */
function around({ width, height }, [x, y, w, h]) {
  const high = Math.min(height, Math.max(1.5 * h, 0.75 * w, height / 40));
  const wide = Math.min(width, 2 * high);
  const within = (middle, size, most) => Math.max(0, Math.min(most - size, middle - size / 2));
  return [within(x + w / 2, wide, width), within(y + h / 2, high, height), wide, high];
}
