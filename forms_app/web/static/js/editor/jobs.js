/** Work that a worker does for the editor: asked for by an address, watched until it is done. */

import { t } from "../i18n.js";
import { Problem, send } from "../http.js";

const FIRST_MS = 250;
const MOST_MS = 1500;
const PATIENCE_MS = 20_000; // how long no worker may take it up before that is said

const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

/**
 * Watch `job` (as the server describes it) until it is done; gives it as it is then.
 * @param {{onProgress: (job: object, waits: boolean) => void, isWanted: () => boolean}} watcher
 * @returns the job, or null where nobody wants it any more
 * @throws {Problem} when it failed or the server does not answer
 */
export async function finished(job, { onProgress, isWanted }) {
  const began = performance.now();
  let current = job;
  let wait = FIRST_MS;
  while (current.state === "pending") {
    onProgress(current, current.total === 0 && performance.now() - began > PATIENCE_MS);
    await pause(wait);
    if (!isWanted()) return null;
    wait = Math.min(MOST_MS, wait * 1.3);
    current = await send(job.url);
  }
  if (current.state === "failed") throw new Problem(422, { error: "job", message: current.error });
  return current;
}

/** Words for how far a job is. */
export function progressWords(job, waits, doing) {
  if (waits) return t("Waiting for a worker. Is one running?");
  return job.total ? t("{doing} · {done} of {total}",
    { doing, done: job.done, total: job.total }) : `${doing}…`;
}
