"""Links that show one picture to whoever has them, for a while: signed, and kept nowhere.

A link says which picture, until when, and which API token it was made with. It is no right of its
own: what that token may see counts anew whenever somebody follows the link.
"""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from forms_app.config import load_secret_key
from forms_app.request_errors import ImageLinkError
from forms_app.services.application import Application
from forms_app.services.dto.api_tokens import TokenBearer
from forms_app.services.dto.image_links import FollowedLink, ImageLink, LinkedPicture, Shown
from forms_app.store.audit import record_event

SHORTEST_S = 10
USUAL_S = 300
LONGEST_S = 3600

SALT = "fieldhand-image-link"
"""Makes the key: what else the installation's secret key signs is no link, and no link is that."""


def make_link(
    app: Application, picture: LinkedPicture, maker: TokenBearer, lives_s: int
) -> ImageLink:
    """A link to `picture`, which `maker` may see; that it was handed out is written down.

    Args:
        app: The application.
        picture: What it shows.
        maker: Whose rights it goes by.
        lives_s: After how many seconds it ends, `SHORTEST_S` to `LONGEST_S`.
    """
    ends_s = int(time.time()) + lives_s
    said = [ends_s, maker.token_id, picture.shown, picture.row_id, picture.field_name]
    with app.session() as session:
        record_event(
            session,
            "share",
            picture.subject,
            picture.row_id,
            maker.actor.user_id,
            picture=picture.shown,
            field=picture.field_name or None,
            seconds=lives_s,
            token=maker.token_id,
        )
    return ImageLink(str(_signer(app).dumps(said)), datetime.fromtimestamp(ends_s, UTC))


def follow_link(app: Application, signed: str) -> FollowedLink:
    """What a link shows; whether its token may see that (still) is asked elsewhere.

    Raises:
        ImageLinkError: It has ended, or is not one of ours.
    """
    try:
        ends_s, token_id, shown, row_id, field_name = _signer(app).loads(signed)
    except BadData as error:
        raise ImageLinkError from error
    left_s = int(ends_s - time.time())
    if left_s <= 0:
        raise ImageLinkError
    return FollowedLink(LinkedPicture(Shown(shown), row_id, field_name), token_id, left_s)


def _signer(app: Application) -> URLSafeSerializer:
    """Signs with HMAC-SHA-256, and compares in constant time."""
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(load_secret_key(app.settings), salt=SALT, signer_kwargs=how)
