// Talking to the server: every request carries the CSRF token, every failure is a Problem.

/** A failure the server explained: `message` is a sentence for a person. */
import { t } from "./i18n.js";
import { isSignedOut, renew } from "./signed-in.js";

export class Problem extends Error {
  constructor(status, body) {
    super(body.message || t("Fieldhand did not answer as expected. Reload the page, then retry."));
    this.name = "Problem";
    this.status = status;
    this.code = body.error || "unknown";
    this.problems = body.problems || [];
  }
}

export const NO_ANSWER =
  t("Fieldhand does not answer. Check that it is still running, then retry; nothing saved is lost.");

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

/** The JSON of an answer's text, or an empty object when it is none. */
export function parseProblem(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}

/**
 * Send a request and return the parsed JSON answer (null when there is no body).
 * @param {string} url
 * @param {{method?: string, json?: unknown, form?: FormData, signal?: AbortSignal}} options
 * @throws {Problem} when the server refuses, or does not answer; with status 0 also while nobody is
 *   signed in, which a later try may find changed
 */
export async function send(url, options = {}) {
  const response = await request(url, options);
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : null;
  const body = parseProblem(text);
  if (!isSignedOut(response.status, body.error)) throw new Problem(response.status, body);
  const hindrance = await renew();
  if (hindrance) throw new Problem(0, { error: "signed_out", message: hindrance });
  const again = await request(url, options);
  const said = await again.text();
  if (!again.ok) throw new Problem(again.status, parseProblem(said));
  return said ? JSON.parse(said) : null;
}

async function request(url, { method = "GET", json, form, signal }) {
  const headers = {
    Accept: "application/json",
    "X-CSRFToken": csrfToken(),
    "X-Requested-With": "fetch",
  };
  let body = form;
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(json);
  }
  try {
    return await fetch(url, { method, headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { error: "no_answer", message: NO_ANSWER });
  }
}
