/** The handles around what is selected, by which boxes are made larger and smaller. */

import { MIN_SIZE_PX } from "./geometry.js";
import { inkOf } from "./palette.js";

const ROOM_FOR_EDGES = 48;
const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
const EDGES = ["top-center", "bottom-center", "middle-left", "middle-right"];

export function createHandles(viewport) {
  const handles = new window.Konva.Transformer({
    rotateEnabled: false,
    flipEnabled: false,
    keepRatio: false,
    ignoreStroke: true,
    anchorSize: 9,
    anchorCornerRadius: 2,
    anchorStroke: inkOf("selected"),
    borderStroke: inkOf("selected"),
    borderDash: [4, 3],
    boundBoxFunc: (before, after) => {
      const least = MIN_SIZE_PX * viewport.view.scale;
      return after.width < least || after.height < least ? before : after;
    },
  });

  /** Small boxes get small handles at their corners only, so that the box stays in sight. */
  function fit() {
    const room = Math.min(handles.width(), handles.height());
    handles.enabledAnchors(room < ROOM_FOR_EDGES ? CORNERS : [...CORNERS, ...EDGES]);
    handles.anchorSize(room < ROOM_FOR_EDGES ? 6 : 9);
  }

  viewport.onChange(() => handles.nodes().length && fit());
  return {
    node: handles,
    hold(nodes, canResize) {
      handles.nodes(nodes);
      handles.resizeEnabled(canResize);
      fit();
      handles.moveToTop();
    },
  };
}
