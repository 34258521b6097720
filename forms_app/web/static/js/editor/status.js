/** The words beside the save state, and what to do after a conflict. */

const RENEW_MS = 1000;

function ago(moment) {
  const seconds = Math.round((Date.now() - moment) / 1000);
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

const WORDS = {
  saved: (status) => `Saved · ${ago(status.savedAt)}`,
  pending: () => "Saving…",
  saving: () => "Saving…",
  offline: () => "Not saved · trying again",
  refused: () => "Not saved",
  conflict: () => "Not saved · changed elsewhere",
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
