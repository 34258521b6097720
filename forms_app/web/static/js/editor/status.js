/** The words beside the save state, and what to do after a conflict. */

import { t } from "../i18n.js";

const RENEW_MS = 1000;

function ago(moment) {
  const seconds = Math.round((Date.now() - moment) / 1000);
  if (seconds < 2) return t("just now");
  if (seconds < 60) return t("{seconds} s ago", { seconds });
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? t("{minutes} min ago",
    { minutes }) : t("{hours} h ago", { hours: Math.floor(minutes / 60) });
}

const WORDS = {
  saved: (status) => t("Saved · {ago}", { ago: ago(status.savedAt) }),
  pending: () => t("Saving…"),
  saving: () => t("Saving…"),
  offline: () => t("Not saved · trying again"),
  refused: () => t("Not saved"),
  conflict: () => t("Not saved · changed elsewhere"),
};

/** Show `status` (of autosave) in `root`; problems of saving in the notice `notice`. */
export function createStatus(root, notice, isDraft) {
  let status = { state: "saved", message: "", savedAt: Date.now() };
  const message = notice.querySelector("[data-message]");
  const ways = notice.querySelector("[data-conflict]");

  function render() {
    root.textContent = WORDS[status.state](status);
    root.dataset.state = status.state;
  }

  if (isDraft) window.setInterval(() => status.state === "saved" && render(), RENEW_MS);
  return {
    show(next) {
      status = next;
      render();
      const isFailure = ["offline", "refused", "conflict"].includes(next.state);
      notice.hidden = !isFailure && next.state !== "saving" ? true : notice.hidden && !isFailure;
      if (!isFailure) return;
      message.textContent = next.message;
      ways.hidden = next.state !== "conflict";
    },
  };
}
