// One file on its way, by the tus protocol: sent in parts, taken up again after a broken connection,
// a reload of the page (when the same file is chosen again) or a restart of the server.

import { t } from "../i18n.js";
import { csrfToken, NO_ANSWER, parseProblem } from "../http.js";
import { fileSize } from "../numbers.js";
import { isSignedOut, renew } from "../signed-in.js";

// About an hour of trying; progress starts the row anew.
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 15000, ...Array(120).fill(30000)];
const SERVER_BUSY = 500;
// Another request was faster (409), or holds the upload (423): ask again how far it is.
const ASK_AGAIN = [409, 423];

/** What a file is known by when it is chosen again. */
export function fingerprint(endpoint, { file, path }) {
  return ["fieldhand", endpoint, path, file.size, file.lastModified].join("|");
}

export class Upload {
  /**
   * @param {{file: File, path: string}} found
   * @param {{endpoint: string, partBytes: number}} server
   * @param {(upload: Upload) => void} changed called on every change of state or progress
   */
  constructor(found, server, changed) {
    this.file = found.file;
    this.path = found.path;
    this.key = fingerprint(server.endpoint, found);
    this.sent = 0;
    /** waiting | sending | retrying | done | failed */
    this.state = "waiting";
    this.words = "waiting";
    this.changed = changed;
    this.server = server;
    this.tus = null;
  }

  /** Send it; resolves when it is done or has failed for good. */
  async start() {
    this.tus ??= this.client();
    this.show("sending", t("{percent}\u00a0% of {size}",
      { percent: 0, size: fileSize(this.file.size) }));
    const ended = new Promise((resolve) => (this.resolve = resolve));
    const [previous] = await this.tus.findPreviousUploads();
    if (this.state !== "sending") return ended; // stopped meanwhile
    if (previous) this.tus.resumeFromPreviousUpload(previous);
    this.tus.start();
    return ended;
  }

  client() {
    return new window.tus.Upload(this.file, {
      endpoint: this.server.endpoint,
      chunkSize: this.server.partBytes,
      metadata: { filename: this.file.name, relativePath: this.path },
      headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      // Not once for all: a session that begins anew has another one.
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      retryDelays: RETRY_DELAYS_MS,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => this.key,
      onAfterResponse: refuseUnsureAnswer,
      onShouldRetry: (error) => this.retries(error),
      onProgress: (bytes) => this.progress(bytes),
      onSuccess: () => this.end("done", t("uploaded")),
      onError: (error) => this.end("failed", problemOf(error)),
    });
  }

  /** Try again now instead of when the pause is over. */
  async hurry() {
    if (this.state !== "retrying") return;
    await this.tus.abort();
    this.tus.start();
  }

  /** Give it up; the server forgets what it has. */
  async stop() {
    await this.tus.abort(true).catch(() => {}); // it lapses there by itself
    this.tus = null;
    this.sent = 0;
    this.end("failed", t("stopped"));
  }

  show(state, words) {
    this.state = state;
    this.words = words;
    this.changed(this);
  }

  progress(bytes) {
    this.sent = bytes;
    const percent = this.file.size ? Math.floor((100 * bytes) / this.file.size) : 100;
    const words = percent < 100 ? t("{percent}\u00a0% of {size}",
      { percent, size: fileSize(this.file.size) })
      : t("storing");
    this.show("sending", words);
  }

  end(state, words) {
    if (state === "done") this.sent = this.file.size;
    this.show(state, words);
    this.resolve?.();
  }

  retries(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (isSignedOut(status, parseProblem(error.originalResponse?.getBody()).error)) {
      renew();
      this.show("retrying", this.whyWaiting(error));
      return true;
    }
    if (status !== 0 && status < SERVER_BUSY && !ASK_AGAIN.includes(status)) return false;
    if (!ASK_AGAIN.includes(status)) this.show("retrying", this.whyWaiting(error));
    if (status === 0) this.failIfUnreadable();
    return true;
  }

  whyWaiting(error) {
    if (!navigator.onLine) return t("no network; goes on by itself when it is back");
    const told = parseProblem(error.originalResponse?.getBody()).message;
    return told ? t("{told} Trying again…", { told }) : t("no answer; trying again…");
  }

  /** A file that was moved or changed looks like a broken connection. */
  async failIfUnreadable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
    } catch {
      await this.tus.abort();
      this.end("failed", t("The file cannot be read any more: it was moved, renamed or changed."));
    }
  }
}

/**
 * Where the server cannot say how far an upload is, the client would send the file anew, and the
 * batch would have it twice.
 */
function refuseUnsureAnswer(request, response) {
  if (request.getMethod() === "HEAD" && response.getStatus() >= SERVER_BUSY) {
    throw new Error(t("The server cannot say how far the upload is."));
  }
}

function problemOf(error) {
  return parseProblem(error.originalResponse?.getBody()).message || NO_ANSWER;
}
