// The words of the scripts in the language of the page. `fieldhandWords` comes with every page that
// is not in English (web/language.py), before any module runs.

const { words = {}, plurals = [] } = globalThis.fieldhandWords ?? {};

/** The page's language, for what the browser itself can write: numbers, dates. */
export const language = document.documentElement.lang;

/**
 * A text in the language of the page; `{name}` in it stands for `values.name`.
 * @param {string} text as it is in English; written out, so that it is found for translation
 * @param {Record<string, unknown>} [values]
 */
export function t(text, values = {}) {
  return filled(words[text] ?? text, values);
}

/**
 * The same of a number of things, `{n}` in the text: `one` for one of them, `many` for others.
 * @param {string} one
 * @param {string} many
 * @param {number} n
 * @param {Record<string, unknown>} [values]
 */
export function tn(one, many, n, values = {}) {
  const forms = words[one];
  const english = n === 1 ? one : many;
  const text = forms ? forms[plurals[n < plurals.length ? n : 100 + (n % 100)]] : english;
  return filled(text, { n, ...values });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));
}
