// Uploading on the batch page: drop or choose files and folders; they go a few at a time, each with
// its own progress; one that fails says why and does not hold up the others.

import { t } from "./i18n.js";
import { onKeys } from "./keys.js";
import { refreshAll } from "./live.js";
import { notify } from "./notify.js";
import { fileSize } from "./numbers.js";
import { chosenFiles, droppedFiles } from "./uploads/dropped.js";
import { Panel } from "./uploads/panel.js";
import { Queue } from "./uploads/queue.js";

// The list below costs the server more the more files there are.
const REFRESHED_MS = 1500;

const form = document.getElementById("upload");
const panel = new Panel({ retry: (upload) => queue.retry(upload) });
const queue = new Queue(
  {
    endpoint: new URL(form.dataset.uploads, document.baseURI).href,
    get partBytes() {
      return Number(form.dataset.partBytes);
    },
  },
  { changed, moved },
);

let refreshDue = null;
function refreshSoon() {
  refreshDue ??= window.setTimeout(refreshNow, REFRESHED_MS);
}

function refreshNow() {
  window.clearTimeout(refreshDue);
  refreshDue = null;
  refreshAll();
}

function changed(upload) {
  panel.show(upload);
  panel.redraw(queue);
  if (upload.state === "done") {
    document.getElementById("choose-files").classList.remove("btn-primary");
    refreshSoon();
  }
}

function moved() {
  panel.redraw(queue, true);
  if (queue.isBusy) return;
  refreshNow();
  if (!queue.uploads.some(({ state }) => state === "failed")) clear();
}

function clear() {
  queue.forget();
  panel.empty();
  panel.redraw(queue, true);
}

/** Why a file need not be sent at all; undefined for one that may go. */
function refusalOf({ file, path }) {
  const isZip = path.toLowerCase().endsWith(".zip");
  const limit = Number(isZip ? form.dataset.maxZipBytes : form.dataset.maxBytes);
  if (file.size <= limit) return undefined;
  const setting = isZip ? "max_zip_mb" : "max_file_mb";
  return t("The file has {size}, more than the limit of {limit} (setting {setting}). Split it into smaller ones, or have the limit raised.",
    { size: fileSize(file.size), limit: fileSize(limit), setting });
}

function add(found, unreadable = 0) {
  if (unreadable) notify(t("{unreadable} of the dropped items could not be read.",
    { unreadable }), "doubt");
  else if (found.length === 0) notify(t("There are no files in this folder."), "doubt");
  if (found.length > 0) queue.add(found, refusalOf);
}

function dragsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

let depth = 0;
function markOver(change) {
  depth = Math.max(0, depth + change);
  form.classList.toggle("dropzone-over", depth > 0);
}

function wirePicker(buttonId, inputId) {
  const picker = document.getElementById(inputId);
  document.getElementById(buttonId).addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    add(chosenFiles(picker.files));
    picker.value = "";
  });
  return () => picker.click();
}

// The whole page takes a drop: a file that misses the box must not replace the page.
document.addEventListener("dragenter", (event) => dragsFiles(event) && markOver(1));
document.addEventListener("dragleave", (event) => dragsFiles(event) && markOver(-1));
document.addEventListener("dragover", (event) => dragsFiles(event) && event.preventDefault());
document.addEventListener("drop", async (event) => {
  if (!dragsFiles(event)) return;
  event.preventDefault();
  markOver(-depth);
  const { found, unreadable } = await droppedFiles(event.dataTransfer);
  add(found, unreadable);
});
document.getElementById("uploads-clear").addEventListener("click", clear);
document.getElementById("uploads-retry").addEventListener("click", () => queue.retryAll());
document.getElementById("uploads-stop").addEventListener("click", () => queue.stop());
window.addEventListener("beforeunload", (event) => {
  if (queue.isBusy) event.preventDefault();
});
onKeys({
  u: wirePicker("choose-files", "files"),
  o: wirePicker("choose-folder", "folder"),
  e: () => {
    const link = document.getElementById("export");
    if (link) link.click();
    else notify(t("There is nothing to export yet: no form has been read."), "doubt");
  },
});
