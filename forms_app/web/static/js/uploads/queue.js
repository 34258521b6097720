// Many files, a few at a time, with one progress for all of them.

import { t } from "../i18n.js";
import { Upload } from "./upload.js";

const IN_PARALLEL = 3;
const PACE_WINDOW_MS = 15_000;
const PACE_LEAST_MS = 3_000;

export class Queue {
  /**
   * @param {{endpoint: string, partBytes: number, limitOf: (path: string) => number}} server
   * @param {{changed: (upload: Upload) => void, moved: () => void}} tell
   *   of each upload's changes, and of everything that changes the whole
   */
  constructor(server, tell) {
    this.server = server;
    this.tell = tell;
    this.uploads = [];
    this.waiting = [];
    this.running = new Set();
    this.samples = [];
    window.addEventListener("online", () => this.running.forEach((upload) => upload.hurry()));
  }

  get isBusy() {
    return this.running.size + this.waiting.length > 0;
  }

  get canRetry() {
    return this.uploads.some(({ state, canRetry }) => state === "failed" && canRetry);
  }

  /** Take files on; one that is on its way already is not taken twice. */
  add(found, refusalOf) {
    const under = new Set([...this.running, ...this.waiting].map(({ key }) => key));
    for (const each of found) {
      const upload = new Upload(each, this.server, this.tell.changed);
      if (under.has(upload.key)) continue;
      under.add(upload.key);
      this.uploads.push(upload);
      const refusal = refusalOf(each);
      upload.canRetry = !refusal;
      if (refusal) upload.end("failed", refusal);
      else this.waiting.push(upload);
      this.tell.changed(upload);
    }
    this.work();
  }

  retry(upload) {
    this.waiting.push(upload);
    upload.show("waiting", t("waiting"));
    this.work();
  }

  /** Try everything again that failed and may be tried again. */
  retryAll() {
    this.uploads
      .filter(({ state, canRetry }) => state === "failed" && canRetry)
      .forEach((upload) => this.retry(upload));
  }

  /** Give up everything that is not done. */
  stop() {
    this.waiting.splice(0).forEach((upload) => upload.end("failed", t("stopped")));
    this.running.forEach((upload) => upload.stop());
    this.tell.moved();
  }

  forget() {
    this.uploads = this.uploads.filter(({ state }) => state !== "done" && state !== "failed");
    this.samples = [];
  }

  /** Numbers for all files; `leftS` is null until there is a pace to judge by. */
  progress() {
    const count = (state) => this.uploads.filter((upload) => upload.state === state).length;
    const counted = this.uploads.filter(({ canRetry }) => canRetry);
    const bytes = counted.reduce((sum, { file }) => sum + file.size, 0);
    const sent = counted.reduce((sum, upload) => sum + Math.min(upload.sent, upload.file.size), 0);
    return {
      files: this.uploads.length,
      done: count("done"),
      failed: count("failed"),
      isStalled: this.running.size > 0 && count("retrying") === this.running.size,
      bytes,
      sent,
      leftS: this.leftS(bytes, sent),
    };
  }

  leftS(bytes, sent) {
    const now = performance.now();
    this.samples.push({ now, sent });
    while (now - this.samples[0].now > PACE_WINDOW_MS) this.samples.shift();
    const [first] = this.samples;
    const passed = now - first.now;
    const pace = (sent - first.sent) / passed;
    return passed < PACE_LEAST_MS || pace <= 0 ? null : (bytes - sent) / pace / 1000;
  }

  work() {
    while (this.running.size < IN_PARALLEL && this.waiting.length > 0) {
      const upload = this.waiting.shift();
      this.running.add(upload);
      upload.start().then(() => {
        this.running.delete(upload);
        this.work();
      });
    }
    this.tell.moved();
  }
}
