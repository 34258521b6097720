"""Links to pictures: what is sent for one, and what it is."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, word
from forms_app.services.dto.image_links import Shown
from forms_app.services.image_links import LONGEST_S, SHORTEST_S, USUAL_S


class NewFieldLink(Sent):
    """How long a link to a picture of a field goes on."""

    seconds = fields.Integer(
        strict=True,
        load_default=USUAL_S,
        validate=validate.Range(SHORTEST_S, LONGEST_S),
        **described("After so many the link ends."),
    )


class NewPageLink(NewFieldLink):
    """Which picture of a page a link shows, and how long it goes on."""

    picture = word(
        Shown.IMAGE,
        Shown.SCAN,
        load_default=Shown.IMAGE,
        **described("`image`: as the page lies on the template · `scan`: as it was scanned."),
    )


class ImageLink(Given):
    """A link that shows one picture to whoever has it, for a while."""

    url = fields.String(**described("The whole address of the picture; it needs no token."))
    expires_at = fields.DateTime()
