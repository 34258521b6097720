// Design tokens for code that draws on a canvas.

/** The colour of a token as it is now (light or dark), e.g. tokenColor("--accent"). */
export function tokenColor(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = window.getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** Call `run` when light changes to dark or back. */
export function onThemeChange(run) {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", run);
  document.addEventListener("fieldhand:theme", run);
}
