"""People who work with the installation."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.store.models import LOCAL_USER_ID as LOCAL_USER_ID


@dataclass(frozen=True, slots=True)
class Person:
    """`name` is how others see them; `is_local` is whoever has not said who they are."""

    id: int
    name: str
    is_local: bool
