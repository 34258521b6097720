/** Moving and zooming the page with the wheel, a touch pad or two fingers. */

const here = (container, event) => {
  const area = container.getBoundingClientRect();
  return { x: event.clientX - area.left, y: event.clientY - area.top };
};

/** The wheel moves the page, with Shift sideways, with Ctrl (and by pinching a touch pad) it zooms. */
export function bindWheel(container, viewport) {
  container.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const steps = Math.min(Math.abs(event.deltaY) / 60, 1);
      viewport.zoomBy(-Math.sign(event.deltaY) * steps, here(container, event));
    } else if (event.shiftKey) {
      viewport.panBy(-event.deltaY, 0);
    } else {
      viewport.panBy(-event.deltaX, -event.deltaY);
    }
  }, { passive: false });
}

/**
 * Two fingers move and zoom the page; `onHold(true)` gives up what one finger had begun, and
 * `onHold(false)` comes when all are lifted.
 */
export function bindPinch(container, viewport, onHold) {
  const fingers = new Map();
  let before = null;
  let isHolding = false;

  function measured() {
    const [a, b] = [...fingers.values()];
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      apart: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1),
    };
  }

  function down(event) {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, here(container, event));
    if (fingers.size < 2) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (fingers.size > 2) return;
    onHold(true);
    isHolding = true;
    before = measured();
  }

  function move(event) {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, here(container, event));
    if (isHolding) event.stopImmediatePropagation();
    if (!before || fingers.size !== 2) return;
    const now = measured();
    viewport.panBy(now.middle.x - before.middle.x, now.middle.y - before.middle.y);
    viewport.zoomTo((viewport.view.scale * now.apart) / before.apart, now.middle);
    before = now;
  }

  function up(event) {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) before = null;
    if (fingers.size === 0 && isHolding) {
      isHolding = false;
      onHold(false);
    }
  }

  container.addEventListener("pointerdown", down, { capture: true });
  container.addEventListener("pointermove", move, { capture: true });
  container.addEventListener("pointerup", up, { capture: true });
  container.addEventListener("pointercancel", up, { capture: true });
}
