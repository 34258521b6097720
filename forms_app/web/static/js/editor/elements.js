/** Making elements for what helpers show. */

/** An element with a class and text or children; `null` children are left out. */
export function element(name, className = "", ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A small button of the house. */
export function button(text, run, { className = "btn btn-sm", title = "" } = {}) {
  const made = element("button", className, text);
  made.type = "button";
  if (title) made.title = title;
  made.addEventListener("click", run);
  return made;
}
