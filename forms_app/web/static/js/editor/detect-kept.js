/** Proposals page by page: as workers found them, or as they were left when this tab was reloaded. */

import { send } from "../http.js";
import { fromFile, toFile } from "./fields.js";
import { withoutCovered } from "./proposals.js";

/** `place` names the draft in the tab's storage; `fieldsNow()` gives what is drawn already. */
export function createKept(place, fieldsNow) {
  const key = `fieldhand.detect:${place}`;
  const found = new Map(); // page → {url, fields, covered}; `url` is that of the job
  const urls = new Set(); // also of jobs whose pages were looked at again since
  let install = null;

  function take({ url, result }) {
    install = result.install;
    urls.add(url);
    for (const { number, fields } of result.pages) put(number, url, fromFile(fields));
  }

  /** What has a field already is left out. */
  function put(number, url, proposed) {
    const fields = withoutCovered(proposed, fieldsNow());
    found.set(number, { url, fields, covered: proposed.length - fields.length });
  }

  /** Jobs as the server has them, newest first; corrections made in this tab come back. */
  function restore(jobs) {
    for (const job of jobs.filter(({ state }) => state === "done").reverse()) take(job);
    for (const [number, url, fields] of stored()) {
      if (found.get(number)?.url === url) put(number, url, fromFile(fields));
    }
  }

  function stored() {
    try {
      return JSON.parse(window.sessionStorage.getItem(key)) ?? [];
    } catch {
      return [];
    }
  }

  function store() {
    const pages = [...found].map(([number, { url, fields }]) => [number, url, toFile(fields)]);
    try {
      if (pages.length) window.sessionStorage.setItem(key, JSON.stringify(pages));
      else window.sessionStorage.removeItem(key);
    } catch {
      // Without storage the proposals come back as they were found.
    }
  }

  /** All is dealt with: the server may forget it, too. */
  function forget() {
    found.clear();
    for (const url of urls) send(url, { method: "DELETE" }).catch(() => null);
    urls.clear();
  }

  window.addEventListener("pagehide", store);

  return {
    take,
    restore,
    forget,
    of: (number) => found.get(number)?.fields ?? [],
    all: () => [...found.keys()].sort((a, b) => a - b).flatMap((number) => found.get(number).fields),
    /** How many were left out on a page; null where nobody has looked. */
    coveredOn: (number) => found.get(number)?.covered ?? null,
    /** Change one page's proposals: `change` gets and gives the fields. */
    edit(number, change) {
      const page = found.get(number);
      if (page) found.set(number, { ...page, fields: change(page.fields) });
    },
    /** The command that would have brought the reader of labels; null where all could be read. */
    get install() {
      return install;
    },
  };
}
