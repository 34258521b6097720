// The page to write on: surfaces, sets of characters, keys, and what the strokes are read as.

import { onKeys } from "../keys.js";
import { createCards } from "./cards.js";
import { createPaper } from "./paper.js";
import { createPicture } from "./picture.js";
import { createReader } from "./reader.js";
import { createStrokes } from "./strokes.js";
import { createWhole } from "./whole.js";

const NARROW_PX = 560;
const LINE_CSS_HEIGHT_PX = 220; // as draw.css has it

const root = document.getElementById("draw");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { comb, comb_narrow: narrowComb, line, line_widths: lineWidths, pen } = JSON.parse(
  document.getElementById("draw-data").textContent);

const written = { comb: createStrokes(), line: createStrokes() };
let combNow = null;

const paper = createPaper(part("canvas"), { pen, onWrite: changed });
const cards = createCards(part("cards"), { onPoint: (each) => paper.point(each?.box ?? null) });
const whole = createWhole({
  text: part("text"), others: part("others"), verdict: part("verdict"),
  announcer: part("announcer"),
});
const reader = createReader(root.dataset.readingUrl, {
  onAnswer: showAnswer,
  onProblem: (problem) => showProblem(problem.message),
});
const picture = createPicture(part, {
  url: root.dataset.pictureUrl,
  mostBytes: Number(root.dataset.maxBytes),
  charactersNow,
  onProblem: showProblem,
});

function chosen(name) {
  return root.querySelector(`input[name="${name}"]:checked`).value;
}

function charactersNow() {
  return chosen("characters");
}

function choose(name, value) {
  const input = root.querySelector(`input[name="${name}"][value="${CSS.escape(value)}"]`);
  if (!input) return;
  input.checked = true;
}

function showProblem(message) {
  part("problem").hidden = !message;
  part("problem").textContent = message;
}

/** The surface as it is now: a line is as long as there is room. */
function surfaceNow() {
  if (chosen("surface") === "line") {
    const room = (line.height * part("paper").clientWidth) / LINE_CSS_HEIGHT_PX;
    const width = Math.round(Math.min(lineWidths[1], Math.max(lineWidths[0], room)));
    return { ...line, width, isLine: true };
  }
  if (written.comb.isEmpty || !combNow) {
    combNow = part("paper").clientWidth < NARROW_PX ? narrowComb : comb;
  }
  return { ...combNow, isLine: false };
}

const strokesNow = () => written[chosen("surface")];

function request(surface, strokes) {
  const where = surface.isLine
    ? { surface: "line", width: surface.width }
    : { surface: "comb", cells: surface.cells.length };
  return { ...where, characters: charactersNow(), strokes };
}

function changed() {
  const strokes = strokesNow();
  part("invitation").hidden = !strokes.isEmpty;
  part("undo").disabled = !strokes.canUndo;
  part("clear").disabled = strokes.isEmpty;
  if (strokes.isEmpty) {
    reader.forget();
    showNothing();
  } else {
    reader.ask(request(surfaceNow(), strokes.all));
  }
}

function showNothing() {
  showProblem("");
  cards.show([], surfaceNow());
  whole.clear();
  paper.mark([]);
}

function showAnswer(answer) {
  showProblem("");
  cards.show(answer.characters, surfaceNow());
  whole.show(answer);
  paper.mark(answer.characters.map(({ box }) => box));
  if (!paper.isWriting) whole.announce(answer);
}

/** After another surface, another size of the window, or undo. */
function showPaper() {
  const isPicture = chosen("surface") === "picture";
  part("writing").hidden = isPicture;
  part("picture").hidden = !isPicture;
  part("choose").hidden = isPicture;
  if (isPicture) return;
  const surface = surfaceNow();
  part("paper").classList.toggle("draw-paper-line", surface.isLine);
  part("canvas").style.aspectRatio = surface.isLine ? "" : `${surface.width} / ${surface.height}`;
  paper.show(surface, strokesNow());
  changed();
}

function keepInAddress() {
  const place = new URLSearchParams({ surface: chosen("surface"), characters: charactersNow() });
  window.history.replaceState(null, "", `?${place}`);
}

function switched(name) {
  keepInAddress();
  reader.forget();
  showProblem("");
  if (name === "surface") showPaper();
  else if (chosen("surface") === "picture") picture.again();
  else changed();
}

function select(name, value) {
  if (chosen(name) === value) return;
  choose(name, value);
  switched(name);
}

function takeFile(file) {
  select("surface", "picture");
  picture.take(file);
}

const commands = {
  undo() {
    if (chosen("surface") === "picture" || paper.isWriting) return;
    strokesNow().undo();
    reader.forget();
    showPaper();
  },
  clear() {
    if (chosen("surface") === "picture" || paper.isWriting || strokesNow().isEmpty) return;
    strokesNow().clear();
    showPaper();
  },
  choose: () => part("file").click(),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) commands[button.dataset.command]();
});
root.addEventListener("change", (event) => {
  if (event.target.type === "radio") switched(event.target.name);
});
part("file").addEventListener("change", () => {
  if (part("file").files.length > 0) takeFile(part("file").files[0]);
  part("file").value = "";
});

const dragsFiles = (event) => event.dataTransfer?.types.includes("Files");
// The whole page takes a drop: a file that misses the box must not replace the page.
document.addEventListener("dragover", (event) => {
  if (!dragsFiles(event)) return;
  event.preventDefault();
  root.classList.add("draw-over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) root.classList.remove("draw-over");
});
document.addEventListener("drop", (event) => {
  if (!dragsFiles(event)) return;
  event.preventDefault();
  root.classList.remove("draw-over");
  if (event.dataTransfer.files.length > 0) takeFile(event.dataTransfer.files[0]);
});

onKeys({
  u: commands.undo,
  x: commands.clear,
  o: commands.choose,
  1: () => select("surface", "comb"),
  2: () => select("surface", "line"),
  3: () => select("surface", "picture"),
  d: () => select("characters", "digits"),
  c: () => select("characters", "upper"),
  s: () => select("characters", "lower"),
  l: () => select("characters", "letters"),
  n: () => select("characters", "alnum"),
  a: () => select("characters", "all"),
});
document.addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
  if (!isUndo || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  commands.undo();
});

const asked = new URLSearchParams(window.location.search);
for (const name of ["surface", "characters"]) if (asked.has(name)) choose(name, asked.get(name));
window.addEventListener("resize", () => !paper.isWriting && showPaper());
showPaper();
// The first question loads the recogniser, so that the first stroke need not wait for it.
reader.ask(request({ ...comb, isLine: false }, []));
root.dataset.ready = "true";
