"""Why a file or a page cannot be read: one class for each reason a person can act on."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Self

from forms_app.errors import FieldhandError, TransientError


class ReadingError(FieldhandError):
    """This file or page fails; the others go on."""

    code = "unreadable"


class IntakeError(ReadingError):
    """The uploaded file cannot be turned into pages."""


class EmptyFileError(IntakeError):
    """The file has no bytes."""

    code = "empty_file"


class UnsupportedFileError(IntakeError):
    """The content is of no kind that Fieldhand reads, whatever its name says."""

    code = "unsupported_file"


class DamagedFileError(IntakeError):
    """The file starts like an image or PDF but cannot be decoded to its end."""

    code = "damaged_file"


class EncryptedFileError(IntakeError):
    """The PDF asks for a password."""

    code = "encrypted_file"


class TooManyPagesError(IntakeError):
    """The file has more pages than the limit."""

    code = "too_many_pages"


class FileTooLargeError(IntakeError):
    """The file has more bytes than the limit."""

    code = "file_too_large"


class ImageTooLargeError(IntakeError):
    """The image has more pixels than the limit; refused before decoding."""

    code = "image_too_large"


class OpenerError(IntakeError):
    """The process that opens scans did not survive this one, tried twice."""

    code = "opener"


class OpenerCrashedError(OpenerError):
    """It crashed in a decoder."""

    code = "opener_crashed"


class OpenerMemoryError(OpenerError):
    """It asked for more memory than it may have."""

    code = "opener_memory"


class OpenerTimeoutError(OpenerError):
    """It did not answer in time."""

    code = "opener_timeout"


class OpenerUnavailableError(TransientError):
    """The process that opens scans cannot be started; no scan is to blame."""

    code = "opener_unavailable"


class ArchiveError(IntakeError):
    """The ZIP cannot be taken apart as it is."""

    code = "archive"


class UnsafeArchiveError(ArchiveError):
    """The ZIP names files that would lie outside of it."""

    code = "unsafe_archive"


class ArchiveTooLargeError(ArchiveError):
    """The ZIP holds more files, or more bytes when unpacked, than the limit."""

    code = "archive_too_large"


class NestedArchiveError(ArchiveError):
    """A ZIP inside more ZIPs than are unpacked."""

    code = "nested_archive"


class PageError(ReadingError):
    """One page cannot be laid onto its template.

    What is read does not know what its template is called; whoever does says so with `named`.

    Attributes:
        wording: the message, with `{form}` where it speaks of the template.
        nearest: place of the template page that it resembles most among those tried; None where
            it resembles none or there was no choice.
    """

    def __init__(self, wording: str, nearest: int | None = None) -> None:
        super().__init__(wording.replace("{form}", "the form"))
        self.wording, self.nearest = wording, nearest

    def named(self, form: str) -> Self:
        """The same error with a message that calls the template `form`."""
        error = copy(self)
        error.args = (self.wording.replace("{form}", form),)
        return error


class BlankPageError(PageError):
    """There is nothing on the page to find it by."""

    code = "blank_page"


class ForeignPageError(PageError):
    """The page belongs to no page of the form template.

    Attributes:
        found: share (0..1) of the nearest template page's print that was found.
    """

    code = "foreign_page"

    def __init__(self, wording: str, nearest: int | None = None, found: float = 0.0) -> None:
        super().__init__(wording, nearest)
        self.found = found


class AmbiguousPageError(PageError):
    """The page could be of several forms: nothing on it tells their print apart.

    Attributes:
        places: of the template pages that it could be, among those tried, the likeliest first.
    """

    code = "ambiguous_page"

    def __init__(self, places: Sequence[int], wording: str = "") -> None:
        super().__init__(
            wording or "This page could be of several forms: they carry the same print.", places[0]
        )
        self.places = tuple(places)


class PoorRegistrationError(PageError):
    """The page resembles its template but could not be laid onto it precisely enough."""

    code = "poor_registration"


class HandPlacementError(PageError):
    """The points that a person set do not lay the page onto its template."""

    code = "hand_placement"


class ShapeError(FieldhandError, ValueError):
    """An array handed to a stage has the wrong shape or dtype: a bug in the caller."""

    code = "shape"
