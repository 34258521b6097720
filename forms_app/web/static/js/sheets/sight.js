/** Which glyphs a person can have looked at: their picture was there and they were in view. */

const IN_VIEW = 0.6;

/** `onChange` follows when one more was seen. */
export function createSight(scroller, { onChange }) {
  let unseen = new Set();
  const inView = new Set();

  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) inView.add(target);
      else inView.delete(target);
      look(target);
    }
  }, { root: scroller, threshold: IN_VIEW });

  /** A tile has come into view, or its picture has come. */
  function look(tile) {
    if (!inView.has(tile) || !tile.dataset.picture) return;
    if (unseen.delete(tile)) onChange();
  }

  function watch(tiles) {
    observer.disconnect();
    inView.clear();
    unseen = new Set(tiles);
    for (const tile of tiles) observer.observe(tile);
  }

  return {
    watch,
    look,
    /** The first that was not seen yet. */
    get next() {
      return unseen.values().next().value;
    },
    get left() {
      return unseen.size;
    },
  };
}
