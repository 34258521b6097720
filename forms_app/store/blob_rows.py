"""Rows of stored files."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import Base, Timestamp


class DoomedBlobRow(Base):
    """A stored file whose rows were deleted: its bytes go too, unless another row needs them.

    Written together with the deletion, so that a crash before the bytes are gone is made up for.
    """

    __tablename__ = "doomed_blobs"

    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[Timestamp]
