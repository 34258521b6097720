/** What leads away from the field: put it off, refer it, report its page, see the form before. */

import { send } from "../http.js";
import { t, tn } from "../i18n.js";
import { askNote } from "./note.js";
import { inWords } from "./values.js";

/** `parts` are the station's, as in deciding.js, and `deciding` itself. */
export function createDetours(parts) {
  const { station, queue, progress, seat, deciding } = parts;

  async function postpone() {
    const { item } = station;
    if (item.held_by) return;
    await send(item.urls.postpone, { method: "POST", json: { window: seat.id } });
    deciding.leave(item, { url: item.urls.take_up });
    queue.postpone();
    progress.announce(t("Put off: it comes after all others."));
    await parts.advance();
  }

  async function refer() {
    const { item } = station;
    if (item.held_by) return;
    const text = await askNote({
      title: t("Refer this field to somebody who knows better"),
      text: t("It leaves this queue and waits for them, with your note."),
      yes: t("Refer"),
      isNeeded: true,
    });
    if (text === null) return;
    await send(item.urls.refer, { method: "POST", json: { window: seat.id, text } });
    deciding.leave(item, { url: item.urls.take_up });
    parts.countOpen(-1);
    await parts.advance();
  }

  async function reportMisaligned() {
    const { item } = station;
    const text = await askNote({
      title: t("Do the boxes not lie on the writing?"),
      text: t(
        "The whole page goes to the page queue, to be laid by hand and read again. Its fields leave " +
        "review until then; what was decided of them is kept."),
      yes: t("Report the page"),
    });
    if (text === null) return;
    await send(item.urls.misaligned, { method: "POST", json: { text } });
    queue.dropPage(item.key.submission_id, item.field.template_page);
    progress.say(t("The page waits in the page queue."));
    await parts.advance();
  }

  /** The same field of the form before. */
  async function takeBefore() {
    const { item } = station;
    if (item.held_by) return;
    const { found, value, form } = await send(item.urls.value_before);
    if (!found) {
      progress.say(t("There is no form before this one in the batch."));
      return;
    }
    station.take(value);
    progress.say(t("{form} has: {value}", { form, value: inWords(value, item.field) }));
  }

  /** Keep this field and go on to the next form, unless something of this one still waits. */
  async function finishForm() {
    const { item } = station;
    if (!(await deciding.keepCurrent())) return;
    if (!(await deciding.idle())) return;
    const { keys } = await send(item.urls.waiting);
    const left = keys.filter(
      (key) => !deciding.isSettled(key) && key.field_name !== item.key.field_name);
    if (left.length) {
      parts.show(await queue.jump(left[0]));
      progress.say(tn(
        "{n} field of this form still waits.", "{n} fields of this form still wait.", left.length));
      return;
    }
    const next = await queue.nextOfAnotherForm(item.key.submission_id);
    if (next) parts.show(next);
    else await parts.finish();
  }

  return { postpone, refer, reportMisaligned, takeBefore, finishForm };
}
