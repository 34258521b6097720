/** Pictures of glyphs: one strip for each page, fetched when a tile of it comes near. */

import { t } from "../i18n.js";

const NEAR = "400px";

/**
 * @param {Element} scroller what the tiles scroll in
 * @param {{size: [number, number], largestScale: number, onDrawn: (tile: Element) => void}} options
 */
export function createPictures(scroller, { size: [width, height], largestScale, onDrawn }) {
  const scale = Math.min(largestScale, Math.max(1, Math.ceil(window.devicePixelRatio)));
  let strips = new Map();

  function draw(image, { tile, place }) {
    const canvas = tile.querySelector("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d").drawImage(image, -place * canvas.width, 0);
    tile.dataset.picture = "drawn";
    onDrawn(tile);
  }

  const address = (url) => `${url}&scale=${scale}`;

  async function fetchStrip(strip) {
    const image = await picture(address(strip.url));
    for (const each of strip.tiles) {
      if (image) draw(image, each);
      else markMissing(each.tile);
    }
  }

  function markMissing(tile) {
    tile.dataset.picture = "missing";
    tile.querySelector("canvas").replaceWith(t("no picture"));
    onDrawn(tile);
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const strip = strips.get(target.dataset.strip);
      if (strip) strip.coming ??= fetchStrip(strip);
    }
  }, { root: scroller, rootMargin: NEAR });

  /** Draw the pictures of `sheet` into its `tiles`, in the same order. */
  function show(sheet, tiles) {
    near.disconnect();
    strips = new Map(
      Object.entries(sheet.strips).map(([id, url]) => [id, { url, tiles: [], coming: null }]));
    sheet.tiles.forEach((each, i) => {
      tiles[i].dataset.strip = each.strip;
      strips.get(String(each.strip)).tiles.push({ tile: tiles[i], place: each.strip_place });
      near.observe(tiles[i]);
    });
  }

  /** The browser keeps the pictures of the sheet that comes next, while this one is looked at. */
  async function fetchAhead(sheet) {
    const shown = strips;
    for (const url of Object.values(sheet.strips)) {
      await Promise.all([...shown.values()].map((strip) => strip.coming));
      if (strips !== shown) return;
      await picture(address(url), "low");
    }
  }

  return { show, fetchAhead };
}

async function picture(url, priority = "auto") {
  const image = new Image();
  image.fetchPriority = priority;
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return image;
}
