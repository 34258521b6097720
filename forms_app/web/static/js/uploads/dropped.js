// The files of a drop or of a chosen folder, each with its path; what systems leave behind is passed
// over. A folder of thousands is walked one entry after the other: only the handles are in memory.

const LEFT_BY_SYSTEMS = new Set(["thumbs.db", "desktop.ini", "__macosx"]);

/** @typedef {{file: File, path: string}} Found */

/** Whether a file or folder is hidden, or one that systems put beside people's own. */
function isLeftBySystem(name) {
  return name.startsWith(".") || LEFT_BY_SYSTEMS.has(name.toLowerCase());
}

/** Files of an input element, those of a chosen folder with their paths. */
export function chosenFiles(files) {
  return [...files]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !path.includes("/") || !path.split("/").some(isLeftBySystem));
}

/**
 * All files of a drop, those in dropped folders too.
 * @param {DataTransfer} transfer must be read at once: it is empty after the event
 * @returns {Promise<{found: Found[], unreadable: number}>}
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return { found: chosenFiles(transfer.files), unreadable: 0 };
  const result = { found: [], unreadable: 0 };
  for (const entry of entries) await walk(entry, "", result);
  return result;
}

async function walk(entry, folder, result) {
  const path = folder + entry.name;
  try {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      result.found.push({ file, path });
      return;
    }
    for await (const inner of entriesOf(entry)) {
      if (!isLeftBySystem(inner.name)) await walk(inner, `${path}/`, result);
    }
  } catch {
    // No permission, or it went away in the meantime.
    result.unreadable += 1;
  }
}

async function* entriesOf(directory) {
  const reader = directory.createReader();
  for (;;) {
    // A folder is listed in portions (of 100 in Chromium); an empty one is the end.
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return;
    yield* portion;
  }
}
