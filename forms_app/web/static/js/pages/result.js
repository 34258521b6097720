/** What the server found when it laid the page: fits, or what a person must look at. */

import { language, t } from "../i18n.js";

function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Say in `container` how a laid page lies. */
export function showResult(container, found) {
  const notice = document.createElement("div");
  notice.className = found.checked ? "notice" : "notice notice-doubt";
  if (found.checked) {
    notice.append(element("p", t("The print was found: {distance} px off.",
      { distance: found.residual_px.toLocaleString(language, { maximumFractionDigits: 1 }) })));
  } else {
    notice.append(
      element("p", found.doubt),
      element("p", t("It is laid by your points and what print was found. Use it only if the lines fit.")),
    );
  }
  if (found.poor_fields.length) {
    const list = document.createElement("ul");
    for (const field of found.poor_fields) list.append(element("li", field.label));
    notice.append(element("p", t("These fields lie badly and go to review:")), list);
  }
  container.replaceChildren(notice);
}
