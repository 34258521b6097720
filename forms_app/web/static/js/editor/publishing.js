/** Publishing the draft, leaving the editor, and settling a conflict: all after a last save. */

import { t } from "../i18n.js";
import { send } from "../http.js";
import { notify } from "../notify.js";

/** `part(name)` finds a part of the page. */
export function bindPublishing({ part, store, autosave, urls, announce }) {
  const dialog = document.getElementById("publish-dialog");

  async function publish() {
    if (!(await autosave.save())) {
      notify(t("The draft could not be saved, so it was not published. See the message above."), "danger");
      return;
    }
    try {
      const answer = await send(urls.publish, { method: "POST", json: {} });
      window.location.assign(answer.url);
    } catch (problem) {
      const found = problem.problems?.length ? problem.problems : [problem.message];
      if (problem.code === "template") store.set({ problems: found });
      notify(t("Not published: {message}", { message: problem.message }), "danger");
    }
  }

  part("publish").addEventListener("click", async () => {
    await autosave.save();
    if (store.state.problems.length) {
      part("problems").querySelector("button, summary")?.focus();
      announce(t("Not ready: {problems}", { problems: store.state.problems.join(" ") }));
      notify(t("Settle what the list under the page names, then publish."), "doubt");
      return;
    }
    dialog.querySelector("[data-publish-count]").textContent = store.state.fields.length;
    dialog.returnValue = "cancel";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "publish" && publish());
}

export function bindConflict({ part, autosave, urls }) {
  part("save-notice").addEventListener("click", async (event) => {
    const way = event.target.closest("[data-way]")?.dataset.way;
    if (way === "reload") window.location.reload();
    if (way === "overwrite") {
      const latest = await send(urls.state);
      await autosave.overwrite(latest.revision);
    }
  });
}

/** The page behind must already know the last change. */
export function bindLeaving({ part, autosave }) {
  part("back").addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await autosave.save();
    window.location.assign(part("back").href);
  });
}

/** The name of the template, changed above the page. */
export function bindName({ part, store }) {
  const name = part("name");
  name.addEventListener("input", () => name.value.trim() && store.set({ name: name.value.trim() }));
  store.subscribe((state) => {
    if (name !== document.activeElement && name.value !== state.name) name.value = state.name;
  });
}
