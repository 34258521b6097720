/** What a decision takes: key presses, and the time in which somebody was at the field. */

const LONGEST_PAUSE_MS = 60_000;
const BARE = new Set(["Control", "Shift", "Alt", "AltGraph", "Meta", "CapsLock"]);
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel"];

export function createEffort() {
  let presses = 0;
  let worked = 0;
  let last = performance.now();

  /** Time since the last sign of life counts, unless the person was away. */
  function live() {
    const now = performance.now();
    if (now - last <= LONGEST_PAUSE_MS) worked += now - last;
    last = now;
  }

  for (const kind of SIGNS_OF_LIFE) {
    document.addEventListener(kind, () => document.hidden || live(), { capture: true, passive: true });
  }
  document.addEventListener("keydown", (event) => {
    if (!event.repeat && !BARE.has(event.key)) presses += 1;
  }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) live();
    else last = performance.now();
  });

  return {
    /** A field is on screen from now on. */
    start() {
      [presses, worked, last] = [0, 0, performance.now()];
    },
    get spent() {
      live();
      return { keystrokes: presses, duration_ms: Math.round(worked) };
    },
  };
}
