"""The process that opens scans: `python -m forms_app.sandbox.child CONNECTION LIFELINE LIMITS`.

It is asked one thing at a time and answers it. A file that crashes a decoder crashes this process
and nothing else; what it may use is limited (`limits`).
"""

from __future__ import annotations

import faulthandler
import fcntl
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from forms_app.reading import intake
from forms_app.reading.errors import ReadingError
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.pdf_words import pdf_words
from forms_app.reading.scan_file import ScanFile
from forms_app.sandbox import wire
from forms_app.sandbox.limits import OpenerLimits, allow_more_time, limit_this_process

Answer = tuple[dict[str, Any], list[wire.Image]]


def main() -> None:
    """Answer until whoever asks is gone."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    limits = OpenerLimits(**json.loads(sys.argv[3]))
    # Says in the log of the worker where it crashed.
    faulthandler.enable()
    _end_with(int(sys.argv[2]))
    limit_this_process(limits)
    with connection, connection.makefile("rb") as questions:
        wire.send(connection, {"ready": True})
        while line := questions.readline():
            question = json.loads(line)
            allow_more_time(limits.seconds)
            _answer(connection, question, _scan(question, questions))


def _end_with(lifeline: int) -> None:
    """Have the kernel end this process when the other end of the pipe closes: its owner has died.

    Nothing is ever written there. A parent-death signal would come when the thread that started
    this process ends, and in a web server others go on; a thread that watches would have to wait
    for decoders that hold Python's lock.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)


def _scan(question: dict[str, Any], questions: IO[bytes]) -> ScanFile:
    """The file that is asked about: its bytes follow the question, or it says where it lies."""
    if question["path"] is not None:
        return Path(question["path"])
    return questions.read(question["size"])


def _answer(connection: socket.socket, question: dict[str, Any], scan: ScanFile) -> None:
    try:
        limits = IntakeLimits(**question["limits"])
        answer, images = _DONE_BY[question["do"]](scan, question, limits)
        wire.send(connection, {"answer": answer}, images)
    except MemoryError:
        wire.send(connection, {"out_of_memory": True})
    except ReadingError as error:
        wire.send(connection, {"refused": type(error).__name__, "message": error.message})
    except OSError as error:
        wire.send(connection, {"os_error": [error.errno, error.strerror, error.filename]})
    except Exception as error:
        told = {"fault": type(error).__name__, "message": str(error)}
        wire.send(connection, told | {"traceback": traceback.format_exc()})


def _count(scan: ScanFile, question: dict[str, Any], limits: IntakeLimits) -> Answer:
    return {"count": intake.count_pages(scan, question["source"], limits)}, []


def _page(scan: ScanFile, question: dict[str, Any], limits: IntakeLimits) -> Answer:
    page = intake.open_page(
        scan,
        question["source"],
        question["number"],
        limits,
        with_colours=question["with_colours"],
    )
    images = [page.grey] if page.chroma is None else [page.grey, page.chroma]
    return {"dpi": page.dpi}, images


def _picture(scan: ScanFile, question: dict[str, Any], limits: IntakeLimits) -> Answer:
    # Brings OpenCV, which pages do without.
    from forms_app.reading.sample_pictures import open_picture

    assert isinstance(scan, bytes)
    picture = open_picture(scan, question["source"], limits)
    return {"reduction": picture.reduction, "pages": picture.pages}, [picture.rgb]


def _words(scan: ScanFile, question: dict[str, Any], limits: IntakeLimits) -> Answer:
    assert isinstance(scan, bytes)
    words = pdf_words(scan, question["source"], question["number"], question["dpi"])
    return {"words": [[word.text, word.box.as_list()] for word in words]}, []


_DONE_BY: dict[str, Callable[[ScanFile, dict[str, Any], IntakeLimits], Answer]] = {
    "count": _count,
    "page": _page,
    "picture": _picture,
    "words": _words,
}

if __name__ == "__main__":
    main()
