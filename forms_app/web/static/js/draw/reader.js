// Asks the server what the strokes say: one request at a time, the newest strokes next.

import { Problem, send } from "../http.js";

/**
 * @param {string} url
 * @param {{onAnswer: (answer: object) => void, onProblem: (problem: Problem) => void}} listeners
 */
export function createReader(url, { onAnswer, onProblem }) {
  let wanted = null;
  let isRunning = false;
  let round = 0;

  async function run() {
    isRunning = true;
    while (wanted) {
      const { body, asked } = wanted;
      wanted = null;
      try {
        const answer = await send(url, { method: "POST", json: body });
        if (asked === round) onAnswer(answer);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (asked === round) onProblem(error);
      }
    }
    isRunning = false;
  }

  return {
    /** Ask about these strokes; replaces what waits to be asked. */
    ask(body) {
      wanted = { body, asked: round };
      if (!isRunning) run();
    },
    /** Answers to what was asked so far are of no interest any more. */
    forget() {
      round += 1;
      wanted = null;
    },
  };
}
