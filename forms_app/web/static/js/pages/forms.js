/** The choice of the form that a page goes to. */

import { t } from "../i18n.js";

const BY_PLACE = "place";
const NEW = "new";
const UNDECIDED = "";

/** Offers the forms that lack the template page; `keeps` when the page stays in the one it has. */
export function createForms(select, { forms, form_id: own, state, ...page }) {
  function option(value, label) {
    const element = document.createElement("option");
    element.value = value;
    element.textContent = label;
    return element;
  }

  return {
    render(target) {
      const before = select.value;
      const { version_id: version, template_page: number } = target;
      const open = forms.filter((form) =>
        form.version_id === version && form.missing.includes(number) && form.id !== own);
      const stays = own !== null && number === page.template_page && version === page.version_id;
      const first = stays ? t("The form it is in") : t("The form beside it in the file");
      select.replaceChildren(
        option(BY_PLACE, first),
        ...open.map((form) => option(form.id, t("{label} (page {number} is missing)",
          { label: form.label, number }))),
        option(NEW, t("A new form")),
      );
      if (state === "held" && own === null) select.options[0].replaceWith(option(UNDECIDED, t("Choose a form…")));
      if ([...select.options].some((each) => each.value === before)) select.value = before;
    },
    get isByPlace() {
      return select.value === BY_PLACE;
    },
    get isUndecided() {
      return select.value === UNDECIDED;
    },
    get isNew() {
      return select.value === NEW;
    },
    /** The chosen form's id; null for a new one and for the one beside it. */
    get id() {
      return this.isByPlace || this.isNew || this.isUndecided ? null : Number(select.value);
    },
  };
}
