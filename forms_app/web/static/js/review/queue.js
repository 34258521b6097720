/** What comes next: the fields seen and the coming ones, with their pictures in advance. */

import { send } from "../http.js";

const AHEAD = 20;
const KEPT_PICTURES = 80;

const nameOf = ({ submission_id, field_name }) => `${submission_id}/${field_name}`;

/**
 * `nextUrl` hands out `{items}` after a key (none at the end; it starts over at what still waits),
 * `takeUrl` answers one item and hands it out, if nobody else has it. Without a `first` key the queue
 * begins with what is handed out first. `isSettled(key)` tells what was decided here already.
 */
export function createQueue({ nextUrl, takeUrl, first, seat, isSettled }) {
  const keys = first ? [first] : [];
  const items = new Map();
  const pictures = new Map();
  let at = 0;
  let running = null;
  // How often fields have left the queue: an answer asked for before may still name them.
  let left = 0;

  function keep(item) {
    items.set(nameOf(item.key), item);
    for (const url of [item.crop_url, item.page_url]) if (url) keepPicture(url);
    return item;
  }

  /** A decoded picture held in memory is on screen at once. */
  function keepPicture(url) {
    if (pictures.has(url)) return;
    const picture = new Image();
    picture.src = url;
    pictures.set(url, picture);
    picture.decode().catch(() => pictures.delete(url));
    if (pictures.size > KEPT_PICTURES) pictures.delete(pictures.keys().next().value);
  }

  async function load(key) {
    return items.get(nameOf(key)) ?? take(key);
  }

  async function take(key) {
    const url = new URL(takeUrl.replace("/0/", `/${key.submission_id}/`), window.location.href);
    url.searchParams.set("field", key.field_name);
    return keep(await send(url.href, { method: "POST", json: { window: seat.id } }));
  }

  async function after(key, count) {
    const json = { window: seat.id, after: key ?? null, count };
    const { items: found } = await send(nextUrl, { method: "POST", json });
    return found;
  }

  const indexOf = (key) => keys.findIndex((each) => nameOf(each) === nameOf(key));

  /** Learn more fields; false when the queue has come round. */
  async function extend(count) {
    const leftBefore = left;
    const found = await after(keys.at(-1), count);
    if (left !== leftBefore) return extend(count);
    const fresh = found.filter((item) => indexOf(item.key) < 0 && !isSettled(item.key));
    for (const item of fresh) {
      keep(item);
      keys.push(item.key);
    }
    return fresh.length > 0;
  }

  /** Everybody is handed little ahead when little is left: the next step asks again. */
  async function fill() {
    while (keys.length - at <= AHEAD && (await extend(AHEAD + 1 - (keys.length - at))));
  }

  function prefetch() {
    running ??= fill().catch(() => {}).finally(() => {
      running = null;
    });
    return running;
  }

  async function go(index) {
    const item = await load(keys[index]);
    at = index;
    prefetch();
    return item;
  }

  /** Past the last known field: something new, or something that was passed over. */
  async function comeRound() {
    const [item] = await after(keys[at], 1);
    if (!item || isSettled(item.key)) return null;
    const known = indexOf(item.key);
    if (known >= 0 && known === at) return null;
    // What comes after it here was done before: it becomes the last one.
    if (known >= 0) drop(known);
    keep(item);
    keys.push(item.key);
    return go(keys.length - 1);
  }

  function drop(index) {
    keys.splice(index, 1);
    if (index <= at) at -= 1;
  }

  async function nextOfAnotherForm(formId) {
    const found = keys.findIndex((key, i) => i > at && key.submission_id !== formId);
    if (found >= 0) return go(found);
    return (await extend(AHEAD)) ? nextOfAnotherForm(formId) : comeRound();
  }

  return {
    /** The first item; null when nothing waits that nobody else has. */
    async current() {
      return keys.length || (await extend(1)) ? go(at) : null;
    },
    /** The next item, or null at the end. */
    async next() {
      if (at + 1 >= keys.length && running) await running;
      return at + 1 < keys.length ? go(at + 1) : comeRound();
    },
    async previous() {
      return at > 0 ? go(at - 1) : null;
    },
    /** This field now, handed out anew; what was on screen comes after it. */
    async jump(key) {
      await take(key);
      const known = indexOf(key);
      if (known < 0) keys.splice(Math.max(at, 0), 0, key);
      return go(known < 0 ? Math.max(at, 0) : known);
    },
    nextOfAnotherForm,
    /** Ask whose the field on screen is now. */
    ask: () => take(keys[at]),
    /** The field on screen is put off; it will be handed out again. */
    postpone() {
      left += 1;
      items.delete(nameOf(keys[at]));
      drop(at);
    },
    /** Fields of a page that goes to the page queue; the one on screen among them. */
    dropPage(formId, templatePage) {
      left += 1;
      const isOfPage = (key) => key.submission_id === formId &&
        items.get(nameOf(key))?.field.template_page === templatePage;
      for (let i = keys.length - 1; i >= 0; i -= 1) {
        if (!isOfPage(keys[i])) continue;
        items.delete(nameOf(keys[i]));
        drop(i);
      }
    },
    /** A decision changed this item: ask again when it is shown next. */
    forget: (key) => items.delete(nameOf(key)),
  };
}
