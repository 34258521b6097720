/** Random ids by which the server tells windows apart. Works without HTTPS, as on an office network. */

export function randomId() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
