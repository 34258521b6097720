"""How fields are handed to people."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Whole


@dataclass(frozen=True, kw_only=True)
class Review:
    """How fields are handed to people."""

    review_lease_seconds: int = setting(
        300,
        Whole(5, 86_400, "s"),
        """So long the fields on a person's review screen stay theirs after their last key press;
        then others are handed them ([review.md](review.md#several-people)).""",
    )
    seeded_error_every: int = setting(
        50,
        Whole(1, 1_000_000, "fields", can_be_off=True),
        """About one in so many fields that a person is shown in review is one that people have
        decided before, with a wrong value, to see whether they notice
        ([review.md](review.md#ways-of-reviewing)). What they answer is never stored in the field.
        `0` switches this off.""",
    )
