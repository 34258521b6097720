/** Sheets of one character: fetch a sheet, send what was said of it, go on with the next. */

import { Problem, send } from "../http.js";
import { t } from "../i18n.js";
import { isTyping, onKeys } from "../keys.js";
import { notify } from "../notify.js";
import { createCharacters } from "./characters.js";
import { createHistory } from "./history.js";
import { createOutbox } from "./outbox.js";
import { createPictures } from "./pictures.js";
import { createSight } from "./sight.js";
import { createTiles } from "./tiles.js";
import { count, inWords, titleOf } from "./words.js";

const root = document.getElementById("sheets");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { batch, character: asked, tile: size, largest_scale: largestScale, urls } =
  JSON.parse(document.getElementById("sheets-data").textContent);
const NO_MORE = { tiles: [], strips: {}, after: null };

const addressOf = (character) => `${urls.page}&${new URLSearchParams({ character })}`;
const characters = createCharacters(part("list"), { addressOf, onChoose: open });
const sight = createSight(part("scroll"), { onChange: showState });
const pictures = createPictures(part("scroll"), { size, largestScale, onDrawn: sight.look });
const tiles = createTiles(part("tiles"), { onChange: showState });
const history = createHistory(batch);
const outbox = createOutbox({ onChange: showState, onTrouble: tellTrouble });
let character = "";
let sheet = null;
let following = null;
let isBusy = false;
let turn = 0;

const fetchSheet = (after) =>
  send(`${urls.next}&${new URLSearchParams(after ? { character, after } : { character })}`);

/** Fetched while this sheet is looked at; a failure is told when it is needed. */
function fetchFollowing() {
  following = sheet.after ? fetchSheet(sheet.after) : null;
  following?.then((next) => pictures.fetchAhead(next), () => {});
}

function showState() {
  const { picked } = tiles;
  part("picked").textContent = picked ? t("{count} picked out", { count: count(picked) }) : "";
  part("answer-words").textContent = sight.left
    ? t("Show the rest")
    : picked ? t("The others are right") : t("All are right");
  part("answer").disabled = isBusy || !sheet?.tiles.length;
  part("undo").disabled = isBusy || !history.last;
}

function show(next) {
  sheet = next;
  const isEnd = next.tiles.length === 0;
  if (isEnd) characters.finish();
  part("nothing").hidden = character !== "";
  part("end").hidden = !isEnd || character === "";
  part("tiles").hidden = isEnd;
  part("head").hidden = character === "";
  tiles.show(next.tiles);
  part("scroll").scrollTop = 0;
  sight.watch(tiles.all);
  pictures.show(next, tiles.all);
  fetchFollowing();
  showState();
  if (!isEnd) tiles.goTo(0);
  else part(character ? "end-next" : "nothing-next").focus();
}

/** Show the sheet that is on its way, unless another is asked for meanwhile; whether it came. */
async function turnTo(coming) {
  const mine = (turn += 1);
  isBusy = true;
  showState();
  try {
    const next = await coming;
    if (mine === turn) show(next);
    return mine === turn;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (mine === turn && sheet?.isAnswered) fetchFollowing();
    notify(error.message, "danger");
    return false;
  } finally {
    if (mine === turn) isBusy = false;
    showState();
  }
}

/** The first sheet of a character; "" says that there is none to look at. */
function open(next) {
  character = next;
  characters.choose(next);
  part("title").textContent = next ? titleOf(next) : "";
  if (next) window.history.replaceState(null, "", addressOf(next));
  return turnTo(next ? fetchSheet(null) : NO_MORE);
}

/** Counts may be of before some fields were confirmed: a sheet without glyphs is passed over. */
async function openWorst() {
  while (await open(characters.worst)) {
    if (!character || sheet.tiles.length) return;
  }
}

async function countAgain() {
  const answer = await send(urls.characters);
  part("counting").hidden = true;
  characters.show(answer.characters);
}

/** Nobody says of a glyph that it is right without having had it in view. */
function answer() {
  if (isBusy || !sheet?.tiles.length) return;
  if (sheet.isAnswered) {
    goOn();
    return;
  }
  if (sight.left) {
    sight.next.scrollIntoView({ block: "start" });
    if (!sight.next.dataset.picture) part("said").textContent = t("Pictures are still on their way.");
    return;
  }
  const said = tiles.said();
  const glyphs = said.map((each) => each.answer);
  const isLast = !sheet.after;
  outbox.put(async () => {
    const result = await send(urls.answer, { method: "POST", json: { glyphs } });
    showResult(result, inWords(result));
    // Fields that are confirmed by now have taken other characters with them.
    if (isLast) await countAgain();
  });
  history.push({ character, glyphs });
  characters.countDown(said.map((each) => each.glyph));
  sheet.isAnswered = true;
  goOn();
}

function showResult({ waiting }, words) {
  document.getElementById("nav-count").textContent = waiting ? count(waiting) : "";
  part("said").textContent = words;
}

/** To the sheet that follows; where it has not come, the next try asks for it again. */
function goOn() {
  turnTo(following ?? NO_MORE);
}

/** What was said stays in this window until it is taken. */
function tellTrouble(problem, again) {
  notify(problem.message, "danger", { label: t("Send again"), run: again });
}

/** The sheet that is taken back is shown again, with the counts that are true then. */
function undo() {
  const last = history.last;
  if (!last || isBusy) return;
  history.drop();
  outbox.put(async () => {
    const result = await send(urls.undo, { method: "POST", json: { glyphs: last.glyphs } });
    showResult(result, t("The last sheet is taken back."));
    open(last.character);
    await countAgain();
  });
}

part("answer").addEventListener("click", answer);
part("undo").addEventListener("click", undo);
part("end-next").addEventListener("click", (event) => {
  event.preventDefault();
  openWorst();
});
onKeys({
  Enter: (event) => {
    const control = event.target.closest("a, button");
    if (control) control.click();
    else answer();
  },
  o: () => tiles.at && window.open(tiles.at.station, "_blank", "noopener"),
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || isTyping(event)) return;
  event.preventDefault();
  undo();
});

async function start() {
  try {
    await Promise.all([countAgain(), asked && open(asked)]);
    if (!asked) await openWorst();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify(error.message, "danger");
  }
  root.dataset.ready = "";
}

start();
