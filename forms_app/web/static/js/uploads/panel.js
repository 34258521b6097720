// What is seen of uploads: one line for all, and a row for each that moves, waits or has failed.

import { t } from "../i18n.js";
import { duration, fileSize } from "../numbers.js";

// Thousands of rows would be slow and tell nothing; the rest get theirs when their turn comes.
const ROWS_AT_ONCE = 50;
const REDRAWN_MS = 200;

export class Panel {
  /** @param {{retry: (upload: object) => void}} act */
  constructor(act) {
    this.act = act;
    this.rows = new Map();
    this.panel = document.getElementById("uploads");
    this.list = document.getElementById("uploads-list");
    this.words = document.getElementById("uploads-words");
    this.total = document.getElementById("uploads-progress");
    this.clear = document.getElementById("uploads-clear");
    this.retryAll = document.getElementById("uploads-retry");
    this.stop = document.getElementById("uploads-stop");
    this.more = document.getElementById("uploads-more");
    this.due = null;
  }

  /** Show one upload's state; done ones lose their row: the batch's own list has them. */
  show(upload) {
    if (upload.state === "done") {
      this.rows.get(upload)?.element.remove();
      this.rows.delete(upload);
      return;
    }
    if (!this.rows.has(upload)) {
      if (upload.state === "waiting" && this.rows.size >= ROWS_AT_ONCE) return;
      this.addRow(upload);
    }
    const { element, words, retry } = this.rows.get(upload);
    const isBad = upload.state === "failed";
    words.textContent = upload.words;
    words.classList.toggle("muted", !isBad && upload.state !== "retrying");
    element.classList.toggle("upload-failed", isBad);
    element.classList.toggle("upload-retrying", upload.state === "retrying");
    retry.hidden = !isBad || !upload.canRetry;
  }

  /** Redraw the numbers, a few times a second at most; `now` draws at once. */
  redraw(queue, now = false) {
    if (now) this.draw(queue);
    else this.due ??= window.setTimeout(() => this.draw(queue), REDRAWN_MS);
  }

  draw(queue) {
    window.clearTimeout(this.due);
    this.due = null;
    const { files, done, failed, isStalled, bytes, sent, leftS } = queue.progress();
    this.panel.hidden = files === 0;
    this.total.value = bytes ? sent / bytes : done / Math.max(1, files);
    const parts = [t("{done} of {files} uploaded", { done, files })];
    if (failed) parts.push(t("{failed} not uploaded", { failed }));
    if (queue.isBusy) parts.push(t("{sent} of {all}",
      { sent: fileSize(sent), all: fileSize(bytes) }));
    if (isStalled) parts.push(t("waiting for an answer"));
    else if (queue.isBusy && leftS !== null) parts.push(t("{time} left",
      { time: duration(leftS) }));
    this.words.textContent = parts.join(" · ");
    this.clear.hidden = queue.isBusy || failed === 0;
    this.retryAll.hidden = this.clear.hidden || !queue.canRetry;
    this.stop.hidden = !queue.isBusy;
    const hidden = files - done - this.rows.size;
    this.more.hidden = hidden <= 0;
    this.more.textContent = t("and {hidden} more", { hidden });
  }

  empty() {
    this.rows.clear();
    this.list.replaceChildren();
  }

  addRow(upload) {
    const element = document.createElement("li");
    element.className = "upload";
    const name = document.createElement("span");
    name.className = "upload-name";
    name.textContent = upload.path;
    name.title = upload.path;
    const words = document.createElement("span");
    words.className = "upload-state small muted";
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "btn btn-sm";
    retry.textContent = t("Retry");
    retry.addEventListener("click", () => this.act.retry(upload));
    element.append(name, words, retry);
    this.list.append(element);
    this.rows.set(upload, { element, words, retry });
  }
}
