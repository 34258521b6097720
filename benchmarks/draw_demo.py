"""Draws the demo form, its template and filled pages into `forms_app/demo`.

Run: python -m benchmarks.draw_demo
"""

from __future__ import annotations

import json
import shutil

from PIL import Image

from forms_app import demo
from forms_app.reading.form_template import Case, Constraints, FieldKind
from forms_app.templating.template_file import dump_template
from forms_app.training.synthesis.blank_forms import Entry, Heading, Row, draw_blank_form
from forms_app.training.synthesis.files import save_submission, save_truth
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import load_hands

COUNT = 8
SEED = 2026
DISTRICTS = ("NORTH", "SOUTH", "EAST", "WEST", "CENTRAL", "LAKESIDE", "HILLTOP", "HARBOUR")

ROWS: tuple[Row, ...] = (
    Heading("Patient"),
    (
        Entry("surname", "Surname (capitals)", FieldKind.LETTERS, 18,
              constraints=Constraints(required=True, min_length=2, case=Case.UPPER)),
        Entry("sex", "Sex", FieldKind.CHOICE, options=(("F", "F"), ("M", "M"), ("X", "X"))),
    ),
    (
        Entry("given_name", "Given name (capitals)", FieldKind.LETTERS, 16,
              constraints=Constraints(required=True, min_length=2, case=Case.UPPER)),
        Entry("born", "Date of birth  D D M M Y Y Y Y", FieldKind.DATE, 8,
              constraints=Constraints(required=True, format="DDMMYYYY", minimum="1930-01-01",
                                      maximum="2026-12-31")),
    ),
    (
        Entry("patient_number", "Patient number", FieldKind.DIGITS, 9,
              constraints=Constraints(required=True, min_length=9, max_length=9, check="luhn")),
        Entry("phone", "Telephone", FieldKind.DIGITS, 10,
              constraints=Constraints(min_length=10, max_length=10)),
    ),
    (
        Entry("district", "District", FieldKind.LETTERS, 10,
              constraints=Constraints(required=True, values=DISTRICTS, case=Case.UPPER)),
        Entry("house_code", "House code  (2 letters, 3 digits)", FieldKind.TEXT, 5,
              constraints=Constraints(pattern="[A-Z]{2}[0-9]{3}", case=Case.UPPER)),
    ),
    Heading("Visit"),
    (
        Entry("visited", "Date of visit  D D M M Y Y Y Y", FieldKind.DATE, 8,
              constraints=Constraints(required=True, format="DDMMYYYY", minimum="2026-01-01",
                                      maximum="2026-12-31")),
        Entry("first_visit", "First visit", FieldKind.MARK),
        Entry("vaccinated", "Vaccinated", FieldKind.CHOICE,
              options=(("yes", "yes"), ("no", "no"), ("unknown", "not known"))),
    ),
    (
        Entry("pulse", "Pulse per minute", FieldKind.DIGITS, width_px=420,
              constraints=Constraints(min_length=2, max_length=3, minimum="35", maximum="220")),
        Entry("weight", "Weight in kg", FieldKind.DIGITS, width_px=420,
              constraints=Constraints(min_length=1, max_length=3, minimum="2", maximum="180")),
        Entry("height", "Height in cm", FieldKind.DIGITS, width_px=420,
              constraints=Constraints(min_length=2, max_length=3, minimum="40", maximum="210")),
    ),
    (
        Entry("symptoms", "Symptoms (cross all that apply)", FieldKind.CHOICES,
              options=(("fever", "fever"), ("cough", "cough"), ("headache", "headache"),
                       ("rash", "rash"), ("pain", "pain"), ("fatigue", "fatigue"))),
    ),
    (
        Entry("next_visit", "Next visit  D D M M Y Y Y Y", FieldKind.DATE, 8,
              constraints=Constraints(format="DDMMYYYY", minimum="2026-01-01",
                                      maximum="2027-12-31")),
        Entry("drug_code", "Drug code", FieldKind.TEXT, 6,
              constraints=Constraints(pattern="[A-Z][0-9]{5}", case=Case.UPPER)),
        Entry("nurse", "Nurse", FieldKind.DIGITS, 4,
              constraints=Constraints(required=True, min_length=4, max_length=4)),
    ),
    Heading("Remarks and signature"),
    (Entry("remarks", "Remarks", FieldKind.IMAGE, width_px=2140, height_px=380),),
    (Entry("signature", "Signature of the nurse", FieldKind.SIGNATURE, width_px=900,
           height_px=200),),
)  # fmt: skip


def main() -> None:
    blank, template = draw_blank_form(
        "Clinic intake", "Please write in capitals, one character in each box.", ROWS
    )
    Image.fromarray(blank).save(demo.FOLDER / "blank.png", optimize=True, dpi=(300, 300))
    demo.TEMPLATE.write_text(json.dumps(dump_template(template), indent=1) + "\n")
    shutil.rmtree(demo.FILLED, ignore_errors=True)
    demo.FILLED.mkdir()
    submissions = generate_submissions(
        template, [blank], COUNT, load_hands(None), seed=SEED, profile="archive", blank_share=0.05
    )
    entries = [(save_submission(s, demo.FILLED), s) for s in submissions]
    save_truth(entries, demo.FILLED)


if __name__ == "__main__":
    main()
