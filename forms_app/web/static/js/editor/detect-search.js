/** Looking for fields: one job of a worker at a time, asked for, watched, left alone or cancelled. */

import { Problem, send } from "../http.js";
import { finished } from "./jobs.js";

/**
 * `url` takes what is asked for. `onProgress(job, waits)`, `onFound(job)` and `onFailed(words)` are
 * called while somebody watches.
 */
export function createSearch(url, { onProgress, onFound, onFailed }) {
  let run = 0; // who watches what is no longer wanted stops
  let job = null;

  async function ask(pages) {
    const mine = (run += 1);
    onProgress({ done: 0, total: 0 }, false);
    await told(mine, async () => {
      job = await send(url, { method: "POST", json: { pages } });
      if (mine === run) await follow(mine);
    });
  }

  async function watch() {
    const mine = (run += 1);
    await told(mine, () => follow(mine));
  }

  async function follow(mine) {
    const found = await finished(job, { isWanted: () => mine === run, onProgress });
    if (!found || mine !== run) return;
    job = null;
    onFound(found);
  }

  async function told(mine, work) {
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (mine !== run) return;
      if (problem.status !== 0) job = null; // Where nothing answers it may still be done.
      onFailed(problem.message);
    }
  }

  async function cancel() {
    const { url: address } = job;
    run += 1;
    job = null;
    await send(address, { method: "DELETE" }).catch(() => null);
  }

  return {
    ask,
    watch,
    cancel,
    /** Stop watching; the job goes on. */
    leave: () => (run += 1),
    /** Take over a job that was asked for when the page was open before. */
    adopt: (other) => (job = other),
    get isRunning() {
      return job !== null;
    },
  };
}
