/** The points of a placement: the map of the scan follows from where they were put. */

import { wayThrough } from "./bend.js";
import { apply, mapThrough, multiply, turnAbout } from "./homography.js";

export const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

/**
 * Pins are `{scan, target}`, `scan` in shares of the scan, `target` in template pixels. Corners are
 * offered as pins that are not set yet: they follow the map until somebody takes hold of them.
 */
export function createPins(onChange) {
  let base = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  let map = base;
  let way = wayThrough(map, []);
  let pins = [];
  let chosen = null;

  function update() {
    map = mapThrough(base, pins);
    way = wayThrough(map, pins);
    onChange();
  }

  function free() {
    return CORNERS.filter((corner) => !pins.some((pin) => pin.scan === corner));
  }

  return {
    get map() {
      return map;
    },
    /** Between shares of the scan and template pixels, see `wayThrough`. */
    get way() {
      return way;
    },
    get pins() {
      return pins;
    },
    get chosen() {
      return chosen;
    },
    /** All handles to draw: set pins, then the corners that nobody holds. */
    get handles() {
      return [
        ...pins.map((pin) => ({ pin, at: pin.target, isSet: true })),
        ...free().map((corner) => ({ corner, at: way.to(corner), isSet: false })),
      ];
    },
    /** What the server is sent: the pins if they are enough, else the scan's corners. */
    get points() {
      const sent = pins.length >= 4
        ? pins.map(({ scan, target }) => [...scan, ...target])
        : CORNERS.map((corner) => [...corner, ...apply(map, corner)]);
      return sent.map((point) => point.map((value) => Number(value.toFixed(6))));
    },
    start(first) {
      base = first;
      pins = [];
      chosen = null;
      update();
    },
    /** Take hold of the scan at a template point, or at one of its corners. */
    take(at, corner = null) {
      const pin = { scan: corner ?? way.from(at), target: at };
      pins = [...pins, pin];
      chosen = pin;
      update();
      return pin;
    },
    move(pin, target) {
      pin.target = target;
      chosen = pin;
      update();
    },
    choose(pin) {
      chosen = pin;
      onChange();
    },
    chooseNext() {
      if (pins.length) chosen = pins[(pins.indexOf(chosen) + 1) % pins.length];
      onChange();
    },
    remove() {
      if (!chosen) return;
      // What the other pins have done so far stays.
      if (pins.length <= 4) base = map;
      pins = pins.filter((pin) => pin !== chosen);
      chosen = null;
      update();
    },
    nudge(dx, dy) {
      if (chosen) {
        this.move(chosen, [chosen.target[0] + dx, chosen.target[1] + dy]);
        return;
      }
      const shift = [1, 0, dx, 0, 1, dy, 0, 0, 1];
      pins.forEach((pin) => {
        pin.target = apply(shift, pin.target);
      });
      base = multiply(shift, base);
      update();
    },
    turn(direction, centre) {
      const turned = turnAbout(centre, direction);
      pins.forEach((pin) => {
        pin.target = apply(turned, pin.target);
      });
      base = multiply(turned, base);
      update();
    },
  };
}
