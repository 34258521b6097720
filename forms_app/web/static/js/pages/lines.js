/** The blank's print as coloured lines on nothing, to be seen over the scan. */

const LONG_SIDE_PX = 2000;
const RED = 214;
const GREEN = 0;
const BLUE = 108;

async function load(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** Draw the blank at `url` onto `canvas`; the darker its print, the denser the colour. */
export async function drawLines(canvas, url) {
  const image = await load(url);
  const factor = Math.min(1, LONG_SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
  canvas.width = Math.round(image.naturalWidth * factor);
  canvas.height = Math.round(image.naturalHeight * factor);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = pixels;
  for (let i = 0; i < data.length; i += 4) {
    const ink = 255 - (data[i] + data[i + 1] + data[i + 2]) / 3;
    data[i] = RED;
    data[i + 1] = GREEN;
    data[i + 2] = BLUE;
    data[i + 3] = ink < 24 ? 0 : Math.min(255, ink * 1.2) * 0.8;
  }
  context.putImageData(pixels, 0, 0);
}
