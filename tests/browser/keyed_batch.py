"""A batch in which something waits in every way of reviewing, for the pages of review."""

from __future__ import annotations

from sqlalchemy import select

from forms_app.services import people, quality_samples, review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.services.review_notes import postpone, refer
from forms_app.store.models import QualitySampleRow
from forms_app.store.reading_json import value_from_json
from tests.browser.demo_form import publish_demo
from tests.browser.read_batches import read_batch

RISKY = "surname"
TEMPLATE = "Clinic intake, two keys"
CHECKED, FORMS = 3, 3


def read_and_key(app: Application) -> int:
    """Some of the demo's scans, read by the workers, and what `key_some` says. Returns its id."""
    template = publish_demo(app, TEMPLATE, [RISKY])
    batch_id = read_batch(app, template, "April, two keys", FORMS).id
    key_some(app, batch_id)
    return batch_id


def key_some(app: Application, batch_id: int) -> None:
    """Two people have keyed some high-risk fields of a read batch, alike and not; a sample of what
    the machine accepted is half checked."""
    amira, ben = (_person(app, name) for name in ("Amira", "Ben"))
    forms = sorted({ref.key.submission_id for ref in review.list_items(app, batch_id)})
    for form in forms[:2]:
        review.decide(app, form, RISKY, "correct", "KAMAU", user_id=amira)
    review.decide(app, forms[0], RISKY, "correct", "KAMAV", user_id=ben)
    waiting = [ref.key for ref in review.list_items(app, batch_id) if ref.state == "open"]
    others = [key for key in waiting if key.field_name not in (RISKY, "remarks")]
    refer(app, others[0], "A 1 or a 7?", amira)
    postpone(app, others[1], amira)
    quality_samples.draw_sample(app, batch_id, 2 * CHECKED)
    of_batch = select(QualitySampleRow).where(QualitySampleRow.batch_id == batch_id)
    with app.session() as session:
        drawn = [
            (ItemKey(row.submission_id, row.field_name), value_from_json(row.read_as))
            for row in session.scalars(of_batch.limit(CHECKED))
        ]
    for key, value in drawn:
        said = ("blank", None) if value is None else ("correct", value)
        quality_samples.check_sampled(app, key, *said, user_id=amira, override=True)


def _person(app: Application, name: str) -> int:
    known = {person.name: person.id for person in people.list_people(app)}
    return known.get(name) or people.add_person(app, name).id
