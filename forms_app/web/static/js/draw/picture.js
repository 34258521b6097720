// A photograph or scan: sent to the server, shown with a box over each character found.

import { t, tn } from "../i18n.js";
import { NO_ANSWER, Problem, send } from "../http.js";
import { fileSize } from "../numbers.js";
import { levelOf } from "../review/levels.js";
import { fillCard, inWords, letterOf, shown } from "./cards.js";


export function createPicture(part, { url, mostBytes, charactersNow, onProblem }) {
  let file = null;
  let round = 0;

  async function read() {
    if (!file) return;
    const asked = (round += 1);
    onProblem("");
    part("busy").hidden = false;
    part("busy").textContent = t("Reading {name} ({size}).",
      { name: file.name, size: fileSize(file.size) });
    const form = new FormData();
    form.append("picture", file, file.name);
    form.append("characters", charactersNow());
    try {
      const found = await send(url, { method: "POST", form });
      if (asked === round) show(found);
    } catch (error) {
      if (asked !== round) return;
      onProblem(error instanceof Problem ? error.message : NO_ANSWER);
      if (!(error instanceof Problem)) throw error;
    } finally {
      if (asked === round) part("busy").hidden = true;
    }
  }

  function show(found) {
    part("drop").classList.add("draw-drop-small");
    part("drop").querySelector("button").classList.remove("btn-primary");
    part("found").hidden = false;
    part("image").src = found.picture;
    part("image").alt = tn("{name}, with {n} character found", "{name}, with {n} characters found",
      found.characters.length, { name: file.name });
    part("popover").hidden = true;
    part("boxes").replaceChildren(...found.characters.map((each, i) => boxOf(each, i, found)));
    showText(found);
  }

  function showText({ characters, pages, elapsed_ms: elapsed }) {
    const lines = [];
    for (const character of characters) {
      lines[character.line] ??= [];
      if (character.space_before) lines[character.line].push(" ");
      lines[character.line].push(letterOf(character));
    }
    part("lines").replaceChildren(...lines.flatMap((line) => [...line, "\n"]));
    const doubtful = characters.filter((each) => levelOf(each.probability) !== "sure").length;
    const facts = characters.length
      ? [tn("{n} character", "{n} characters", characters.length), t("{doubtful} doubtful",
        { doubtful }),
        t("read in {elapsed} ms", { elapsed })]
      : [t("No characters were found. Take the picture closer, with even light.")];
    if (pages > 1) facts.push(t("page 1 of {pages}", { pages }));
    part("facts").textContent = facts.join(" · ");
  }

  function boxOf(character, index, { width, height }) {
    const box = document.createElement("button");
    box.type = "button";
    box.className = "draw-box";
    box.tabIndex = index === 0 ? 0 : -1;
    box.dataset.level = character.value === null ? "very-doubtful" : levelOf(character.probability);
    box.setAttribute("aria-label", inWords(character));
    const [x, y, w, h] = character.box;
    box.style.left = `${(100 * x) / width}%`;
    box.style.top = `${(100 * y) / height}%`;
    box.style.width = `${(100 * w) / width}%`;
    box.style.height = `${(100 * h) / height}%`;
    const label = document.createElement("span");
    label.className = "draw-box-label value";
    label.textContent = shown(character.value);
    box.append(label);
    for (const kind of ["pointerenter", "focus"]) {
      box.addEventListener(kind, () => openPopover(box, character));
    }
    for (const kind of ["pointerleave", "blur"]) box.addEventListener(kind, closePopover);
    return box;
  }

  function openPopover(box, character) {
    const popover = part("popover");
    fillCard(popover, character);
    popover.hidden = false;
    const sheet = part("sheet");
    const below = box.offsetTop + box.offsetHeight + 6;
    const fitsBelow = below + popover.offsetHeight <= sheet.clientHeight;
    const left = box.offsetLeft + box.offsetWidth / 2 - popover.offsetWidth / 2;
    popover.style.left = `${Math.max(0, Math.min(left, sheet.clientWidth - popover.offsetWidth))}px`;
    popover.style.top = `${fitsBelow ? below : Math.max(0, box.offsetTop - popover.offsetHeight - 22)}px`;
  }

  function closePopover() {
    part("popover").hidden = true;
  }

  /** Arrow keys go from one character to the next; Tab leaves them. */
  part("boxes").addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step === -1
      ? event.target.previousElementSibling
      : step === 1 && event.target.nextElementSibling;
    if (event.key === "Escape") closePopover();
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  return {
    /** Read the file that was chosen or dropped. */
    take(chosen) {
      if (chosen.size > mostBytes) {
        onProblem(
          t("{name} has {size}, more than the limit of {limit}. Take a smaller picture.",
            { name: chosen.name, size: fileSize(chosen.size), limit: fileSize(mostBytes) }));
        return;
      }
      file = chosen;
      read();
    },
    /** Read it again, as other characters. */
    again: read,
  };
}
