// The strokes on one surface, with undo. Pure.

/** A stroke is a list of [x, y, pressure] in pixels of the surface. */
export function createStrokes() {
  let strokes = [];
  const before = [];

  return {
    get all() {
      return strokes;
    },
    get isEmpty() {
      return strokes.length === 0;
    },
    get canUndo() {
      return before.length > 0;
    },
    begin(point) {
      before.push(strokes);
      strokes = [...strokes, [point]];
    },
    extend(point) {
      strokes.at(-1).push(point);
    },
    clear() {
      before.push(strokes);
      strokes = [];
    },
    undo() {
      if (before.length > 0) strokes = before.pop();
    },
  };
}
