/** Which part of the page is seen, how large; moves the stage and the page image together. */

const MIN_SCALE = 0.05;
const MAX_SCALE = 4;
const MARGIN = 24;
const STEP = 1.2;

const devicePixel = () => 1 / (window.devicePixelRatio || 1);

/**
 * The page is an `<img>` under a transparent Konva stage: the browser scales it better than a
 * canvas does, and redrawing boxes never touches its nine million pixels.
 */
export function createViewport(stage, image, container) {
  const view = { scale: 1, x: 0, y: 0, page: { width_px: 1, height_px: 1 } };
  const listeners = new Set();
  let followsWindow = true;

  const clamp = (scale) => Math.min(Math.max(scale, MIN_SCALE), MAX_SCALE);
  const snapped = (css) => Math.round(css / devicePixel()) * devicePixel();

  function apply() {
    const { width_px, height_px } = view.page;
    view.x = snapped(kept(view.x, stage.width(), width_px * view.scale));
    view.y = snapped(kept(view.y, stage.height(), height_px * view.scale));
    stage.scale({ x: view.scale, y: view.scale });
    stage.position({ x: view.x, y: view.y });
    image.style.width = `${width_px * view.scale}px`;
    image.style.height = `${height_px * view.scale}px`;
    image.style.transform = `translate(${view.x}px, ${view.y}px)`;
    stage.batchDraw();
    for (const listener of listeners) listener(view);
  }

  // At least a hand's breadth of the page stays in sight.
  function kept(offset, window_, size) {
    const reach = Math.min(120, size);
    return Math.min(Math.max(offset, reach - size), window_ - reach);
  }

  function zoomTo(scale, at = { x: stage.width() / 2, y: stage.height() / 2 }) {
    const next = clamp(scale);
    followsWindow = false;
    view.x = at.x - ((at.x - view.x) * next) / view.scale;
    view.y = at.y - ((at.y - view.y) * next) / view.scale;
    view.scale = next;
    apply();
  }

  function fit() {
    const { width_px, height_px } = view.page;
    const width = stage.width() - 2 * MARGIN;
    const height = stage.height() - 2 * MARGIN;
    view.scale = clamp(Math.min(width / width_px, height / height_px));
    view.x = (stage.width() - width_px * view.scale) / 2;
    view.y = (stage.height() - height_px * view.scale) / 2;
    followsWindow = true;
    apply();
  }

  function fitWidth() {
    view.scale = clamp((stage.width() - 2 * MARGIN) / view.page.width_px);
    view.x = MARGIN;
    view.y = MARGIN;
    followsWindow = false;
    apply();
  }

  /** As large as fits: `box` with some paper around it. */
  function fitBox([x, y, width, height]) {
    const room = [stage.width() - 4 * MARGIN, stage.height() - 4 * MARGIN];
    view.scale = clamp(Math.min(room[0] / width, room[1] / height, 2 * devicePixel()));
    view.x = stage.width() / 2 - (x + width / 2) * view.scale;
    view.y = stage.height() / 2 - (y + height / 2) * view.scale;
    followsWindow = false;
    apply();
  }

  function reveal([x, y, width, height]) {
    const left = view.x + x * view.scale;
    const top = view.y + y * view.scale;
    const right = left + width * view.scale;
    const bottom = top + height * view.scale;
    const dx = left < 0 || right > stage.width() ? stage.width() / 2 - (left + right) / 2 : 0;
    const dy = top < 0 || bottom > stage.height() ? stage.height() / 2 - (top + bottom) / 2 : 0;
    if (!dx && !dy) return;
    view.x += dx;
    view.y += dy;
    apply();
  }

  function resize() {
    stage.size({ width: container.clientWidth, height: container.clientHeight });
    if (followsWindow) fit();
    else apply();
  }

  new ResizeObserver(resize).observe(container);

  return {
    view,
    fit,
    fitWidth,
    fitBox,
    reveal,
    zoomTo,
    zoomBy: (steps, at) => zoomTo(view.scale * STEP ** steps, at),
    actualSize: () => zoomTo(devicePixel()),
    /** Zoom relative to one image pixel on one device pixel. */
    get percent() {
      return Math.round((view.scale / devicePixel()) * 100);
    },
    panBy(dx, dy) {
      view.x += dx;
      view.y += dy;
      followsWindow = false;
      apply();
    },
    toPage: (at) => ({ x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale }),
    centre: () => ({
      x: (stage.width() / 2 - view.x) / view.scale,
      y: (stage.height() / 2 - view.y) / view.scale,
    }),
    /** Show a page from its top: the first one as wide as the desk, others at the same zoom. */
    show(page, source) {
      const isFirst = !image.hasAttribute("src");
      view.page = page;
      if (image.getAttribute("src") !== source) image.src = source;
      resize();
      if (isFirst) fitWidth();
      else if (!followsWindow) {
        view.y = MARGIN;
        apply();
      }
    },
    onChange: (listener) => listeners.add(listener),
  };
}
