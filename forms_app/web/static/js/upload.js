// Uploading on the batch page: drop or choose many files, a few at a time, each with its own
// progress; one that fails says why and does not hold up the others.

import { csrfToken, NO_ANSWER, parseProblem } from "./http.js";
import { onKeys } from "./keys.js";
import { refreshAll } from "./live.js";
import { fileSize } from "./numbers.js";

const IN_PARALLEL = 3;

const form = document.getElementById("upload");
const picker = document.getElementById("files");
const panel = document.getElementById("uploads");
const list = document.getElementById("uploads-list");
const words = document.getElementById("uploads-words");
const total = document.getElementById("uploads-progress");
const clear = document.getElementById("uploads-clear");

const waiting = [];
const running = new Set();
let uploads = [];

/** One file on its way; `state`: waiting | sending | done | failed. */
class Upload {
  constructor(file) {
    this.file = file;
    this.sent = 0;
    this.state = "waiting";
    this.row = document.createElement("li");
    this.row.className = "upload";
    const name = document.createElement("span");
    name.className = "upload-name";
    name.textContent = file.webkitRelativePath || file.name;
    name.title = name.textContent;
    this.words = document.createElement("span");
    this.words.className = "upload-state small muted";
    this.retry = document.createElement("button");
    this.retry.type = "button";
    this.retry.className = "btn btn-sm";
    this.retry.textContent = "Retry";
    this.retry.hidden = true;
    this.retry.addEventListener("click", () => queue([this]));
    this.row.append(name, this.words, this.retry);
  }

  show(state, text) {
    this.state = state;
    this.words.textContent = text;
    this.row.classList.toggle("upload-failed", state === "failed");
    this.words.classList.toggle("muted", state !== "failed");
    this.retry.hidden = state !== "failed";
  }

  send() {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.setRequestHeader("X-Requested-With", "fetch");
      request.upload.addEventListener("progress", (event) => this.progress(event));
      request.addEventListener("load", () => resolve(this.finish(request)));
      request.addEventListener("error", () => resolve(this.show("failed", NO_ANSWER)));
      request.addEventListener("abort", () => resolve(this.show("failed", NO_ANSWER)));
      const body = new FormData();
      body.append("files", this.file, this.file.name);
      request.send(body);
    });
  }

  progress(event) {
    this.sent = event.total ? event.loaded / event.total : 0;
    const percent = Math.floor(this.sent * 100);
    this.show("sending", percent < 100 ? `${percent}\u00a0% of ${fileSize(this.file.size)}` : "storing");
    showTotal();
  }

  finish(request) {
    this.sent = 1;
    const answer = parseProblem(request.responseText);
    if (request.status !== 201) return this.show("failed", answer.message || NO_ANSWER);
    // The server keeps refused files in its own list, with the reason: the row here has done its job.
    this.show("done", "uploaded");
    this.row.remove();
    document.getElementById("choose-files").classList.remove("btn-primary");
    return undefined;
  }
}

function queue(added) {
  const limit = Number(form.dataset.maxBytes);
  panel.hidden = false;
  for (const upload of added) {
    list.append(upload.row);
    if (upload.file.size > limit) {
      const has = `The file has ${fileSize(upload.file.size)}, more than the limit of ${fileSize(limit)}.`;
      upload.show("failed", `${has} Split it into smaller ones.`);
      upload.sent = 1;
      upload.retry.hidden = true;
      continue;
    }
    upload.sent = 0;
    upload.show("waiting", "waiting");
    waiting.push(upload);
  }
  showTotal();
  work();
}

function work() {
  while (running.size < IN_PARALLEL && waiting.length > 0) {
    const upload = waiting.shift();
    running.add(upload);
    upload.show("sending", `0\u00a0% of ${fileSize(upload.file.size)}`);
    upload.send().then(() => {
      running.delete(upload);
      showTotal();
      refreshAll();
      work();
    });
  }
}

function showTotal() {
  const bytes = uploads.reduce((sum, { file }) => sum + file.size + 1, 0);
  const sent = uploads.reduce((sum, upload) => sum + (upload.file.size + 1) * upload.sent, 0);
  const done = uploads.filter(({ state }) => state === "done").length;
  const failed = uploads.filter(({ state }) => state === "failed").length;
  total.value = bytes ? sent / bytes : 0;
  words.textContent =
    `${done} of ${uploads.length} uploaded` + (failed ? `, ${failed} refused` : "");
  const finished = done + failed === uploads.length;
  clear.hidden = !finished || !failed;
  if (finished && !failed) reset();
}

function reset() {
  uploads = [];
  list.replaceChildren();
  panel.hidden = true;
}

function add(files) {
  const added = [...files].map((file) => new Upload(file));
  uploads.push(...added);
  if (added.length > 0) queue(added);
}

/** All files of a drop, those in dropped folders too. */
async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files];
  const found = [];
  for (const entry of entries) found.push(...(await filesOf(entry)));
  return found;
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A folder is listed in portions; an empty one is the end.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    for (const inner of part) found.push(...(await filesOf(inner)));
  }
}

function dragsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

let depth = 0;
function markOver(change) {
  depth = Math.max(0, depth + change);
  form.classList.toggle("dropzone-over", depth > 0);
}

// The whole page takes a drop: a file that misses the box must not replace the page.
document.addEventListener("dragenter", (event) => dragsFiles(event) && markOver(1));
document.addEventListener("dragleave", (event) => dragsFiles(event) && markOver(-1));
document.addEventListener("dragover", (event) => dragsFiles(event) && event.preventDefault());
document.addEventListener("drop", async (event) => {
  if (!dragsFiles(event)) return;
  event.preventDefault();
  markOver(-depth);
  add(await droppedFiles(event.dataTransfer));
});
document.getElementById("choose-files").addEventListener("click", () => picker.click());
picker.addEventListener("change", () => {
  add(picker.files);
  picker.value = "";
});
clear.addEventListener("click", reset);
window.addEventListener("beforeunload", (event) => {
  if (running.size + waiting.length > 0) event.preventDefault();
});
onKeys({
  u: () => picker.click(),
  e: () => document.getElementById("export")?.click(),
});
