/** What comes next: the fields seen and the coming ones, with their pictures in advance. */

import { send } from "../http.js";

const AHEAD = 20;
const KEPT_PICTURES = 80;

const nameOf = ({ submission_id, field_name }) => `${submission_id}/${field_name}`;

/**
 * `nextUrl` answers `{item}` after a key (null at the end; it starts over at what is still open),
 * `itemUrl` one item. `isSettled(key)` tells what was decided here already.
 */
export function createQueue({ nextUrl, itemUrl, first, isSettled }) {
  const keys = [first];
  const items = new Map();
  const pictures = new Map();
  let at = 0;
  let running = null;
  let isComplete = false;

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
    const known = items.get(nameOf(key));
    if (known) return known;
    const id = key.submission_id;
    return keep(await send(itemUrl.replace("/0/", `/${id}/`) + encodeURIComponent(key.field_name)));
  }

  async function after(key) {
    const place = new URLSearchParams({ after: key.submission_id, field: key.field_name });
    const { item } = await send(`${nextUrl}${nextUrl.includes("?") ? "&" : "?"}${place}`);
    return item;
  }

  const indexOf = (key) => keys.findIndex((each) => nameOf(each) === nameOf(key));

  /** Learn one more field; false when the queue has come round. */
  async function extend() {
    const item = await after(keys.at(-1));
    if (!item || indexOf(item.key) >= 0) return false;
    keep(item);
    keys.push(item.key);
    return true;
  }

  async function fill() {
    while (!isComplete && keys.length - at <= AHEAD) isComplete = !(await extend());
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
    const item = await after(keys[at]);
    if (!item || isSettled(item.key)) return null;
    const known = indexOf(item.key);
    if (known === at) return null;
    if (known >= 0) return go(known);
    keep(item);
    keys.push(item.key);
    return go(keys.length - 1);
  }

  return {
    current: () => go(at),
    /** The next item, or null at the end. */
    async next() {
      if (at + 1 >= keys.length && running) await running;
      return at + 1 < keys.length ? go(at + 1) : comeRound();
    },
    async previous() {
      return at > 0 ? go(at - 1) : null;
    },
    async jump(key) {
      const known = indexOf(key);
      if (known < 0) keys.splice(at, 0, key);
      return go(known < 0 ? at : known);
    },
    /** A decision changed this item: ask again when it is shown next. */
    forget: (key) => items.delete(nameOf(key)),
  };
}
