"""Opens scans as `forms_app.reading.intake` does, but in a process that they may crash.

Whatever makes that process crash, hang or run out of memory is tried once more in a fresh one, as
the cause may have lain in what was opened before; then it is refused with the reason.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import structlog

from forms_app.reading import errors
from forms_app.reading.geometry import Box
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.pdf_words import PrintedWord
from forms_app.reading.sample_pictures import Picture
from forms_app.reading.scan_file import ScanFile
from forms_app.reading.types import SourcePage
from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.process import DoesNotStartError, Loss, LostError, OpenerProcess
from forms_app.sandbox.wire import Image, Message

log = structlog.get_logger(__name__)

TRIES = 2


class ScanOpener:
    """Asks one process, which is started when something is first to be opened.

    Threads take turns: a page takes the process less than a second.

    Attributes:
        limits: what the process is held to.
    """

    def __init__(self, limits: OpenerLimits) -> None:
        self.limits = limits
        self._lock = Lock()
        self._process: OpenerProcess | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that was asked last; None before the first."""
        return None if self._process is None else self._process.pid

    def count_pages(self, data: ScanFile, source: str, limits: IntakeLimits | None = None) -> int:
        """See `intake.count_pages`.

        Raises:
            IntakeError: as there, and `OpenerError` for what the process does not survive.
            OpenerUnavailableError: the process does not start; try again.
        """
        answer, _ = self._ask("count", data, source, limits, what=source)
        return int(answer["count"])

    def open_pages(
        self,
        data: ScanFile,
        source: str,
        limits: IntakeLimits | None = None,
        *,
        with_colours: bool = False,
    ) -> Iterator[SourcePage]:
        """See `intake.open_pages`; raises as `count_pages`."""
        count = self.count_pages(data, source, limits)
        return (
            self.open_page(data, source, number, limits, with_colours=with_colours)
            for number in range(1, count + 1)
        )

    def open_page(
        self,
        data: ScanFile,
        source: str,
        number: int,
        limits: IntakeLimits | None = None,
        *,
        with_colours: bool = False,
    ) -> SourcePage:
        """See `intake.open_page`; raises as `count_pages`."""
        answer, images = self._ask(
            "page",
            data,
            source,
            limits,
            what=f"Page {number} of {source}",
            number=number,
            with_colours=with_colours,
        )
        chroma = images[1] if len(images) > 1 else None
        return SourcePage(source, number, images[0], answer["dpi"], chroma)

    def open_picture(self, data: bytes, source: str, limits: IntakeLimits | None = None) -> Picture:
        """See `sample_pictures.open_picture`; raises as `count_pages`."""
        answer, [rgb] = self._ask("picture", data, source, limits, what=source)
        return Picture(rgb, float(answer["reduction"]), int(answer["pages"]))

    def pdf_words(
        self, data: bytes, source: str, number: int, dpi: float
    ) -> tuple[PrintedWord, ...]:
        """See `pdf_words.pdf_words`; raises as `count_pages`."""
        what = f"Page {number} of {source}"
        answer, _ = self._ask("words", data, source, None, what=what, number=number, dpi=dpi)
        return tuple(PrintedWord(str(text), Box(*box)) for text, box in answer["words"])

    def close(self) -> None:
        """End the process; it is started again when something is to be opened."""
        with self._lock:
            if self._process is not None:
                self._process.end()
                self._process = None

    def _ask(
        self,
        do: str,
        data: ScanFile,
        source: str,
        limits: IntakeLimits | None,
        *,
        what: str,
        **more: Any,
    ) -> tuple[Message, list[Image]]:
        """What the process says; its refusals are raised.

        `what` is how messages call the thing, at the start of a sentence.
        """
        question = more | {
            "do": do,
            "source": source,
            "limits": asdict(limits or IntakeLimits()),
            "path": str(data) if isinstance(data, Path) else None,
            "size": 0 if isinstance(data, Path) else len(data),
        }
        with self._lock:
            said, images = self._tried(question, b"" if isinstance(data, Path) else data, what)
        if "answer" not in said:
            raise _refusal(said)
        return said["answer"], images

    def _tried(self, question: Message, data: bytes, what: str) -> tuple[Message, list[Image]]:
        for tries_left in reversed(range(TRIES)):
            try:
                return self._living().ask(question, data)
            except LostError as lost:
                log.warning(
                    "the process that opens scans was lost",
                    do=question["do"],
                    loss=lost.loss,
                    detail=lost.detail,
                    tries_left=tries_left,
                )
                last = lost
        raise _given_up(last.loss, what, self.limits) from last

    def _living(self) -> OpenerProcess:
        if self._process is not None and not self._process.is_alive:
            self._process.end()
            self._process = None
        if self._process is None:
            try:
                self._process = OpenerProcess(self.limits)
            except (DoesNotStartError, OSError) as error:
                raise errors.OpenerUnavailableError(
                    "The program that opens scans does not start; see the log, and whether the "
                    "setting decoder_memory_mb is too low. The work is tried again."
                ) from error
        return self._process


@cache
def shared_opener(limits: OpenerLimits) -> ScanOpener:
    """The opener of this process with these limits; its process ends with this one."""
    opener = ScanOpener(limits)
    atexit.register(opener.close)
    return opener


def _refusal(said: Message) -> Exception:
    """The exception that was raised in the other process."""
    if "refused" in said:
        kind = getattr(errors, str(said["refused"]), None)
        if isinstance(kind, type) and issubclass(kind, errors.IntakeError):
            return kind(said["message"])
    if "os_error" in said:
        return OSError(*said["os_error"])
    fault, message = said.get("fault"), said.get("message")
    error = IndexError(message) if fault == "IndexError" else RuntimeError(f"{fault}: {message}")
    error.add_note(str(said.get("traceback")))
    return error


def _given_up(loss: Loss, what: str, limits: OpenerLimits) -> errors.OpenerError:
    if loss is Loss.TIMED_OUT:
        return errors.OpenerTimeoutError(
            f"{what} could not be opened within {limits.seconds:g} seconds, tried twice. Scan it "
            "again at a lower resolution (300 dpi is enough), or have the limit raised (setting "
            "decoder_seconds)."
        )
    if loss is Loss.OUT_OF_MEMORY:
        return errors.OpenerMemoryError(
            f"{what} needs more memory than the {limits.memory_mb:,} MB that opening it may take, "
            "or than there is, tried twice. Scan it again at a lower resolution (300 dpi is "
            "enough), or have the limit raised (setting decoder_memory_mb)."
        )
    return errors.OpenerCrashedError(
        f"{what} made the program that opens scans crash, twice. Scan it again, or save the file "
        "in another format (PDF, TIFF, JPEG or PNG), and upload that."
    )
