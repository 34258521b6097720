// Numbers as the server's formatting.py writes them.

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function fileSize(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)}\u00a0${UNITS[unit]}`;
}

/** How long work still takes, no finer than is known. */
export function duration(seconds) {
  if (seconds <= 55) return `about ${Math.max(5, 5 * Math.ceil(seconds / 5))}\u00a0s`;
  if (seconds < 3570) return `about ${Math.max(1, Math.round(seconds / 60))}\u00a0min`;
  return `about ${Math.max(1, Math.round(seconds / 3600))}\u00a0h`;
}
