"""People in front of the pages while files come in: asked at a steady rate, each answer timed."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.uploads import Sender

PEOPLE = 4
"""At most so many wait for an answer at once."""


class Person(Sender):
    """One browser with a review window of its own."""

    def __init__(self, port: int, number: int, batch_id: int) -> None:
        super().__init__(port)
        self._window = f"person {number}"
        self._batch_id = batch_id
        self._in_hand: list[dict[str, object]] = []

    def home(self) -> None:
        self._get("/live")

    def list_of_batches(self) -> None:
        self._get("/batches/")

    def batch(self) -> None:
        self._get(f"/batches/{self._batch_id}/live")

    def forms(self) -> None:
        self._get(f"/batches/{self._batch_id}/forms")

    def page_queue(self) -> None:
        self._get(f"/batches/{self._batch_id}/pages")

    def station(self) -> None:
        self._get(f"/review/station?batch={self._batch_id}")

    def hand_out(self) -> None:
        """The next fields; there may be none yet."""
        sent: dict[str, object] = {"window": self._window, "after": None, "count": 5}
        answer = self._post(f"/review/hand-out?batch={self._batch_id}", sent)
        self._in_hand = answer["items"]

    def decision(self) -> bool:
        """On what is in hand; whether there was anything."""
        if not self._in_hand:
            return False
        url = str(self._in_hand.pop(0)["decide_url"])
        self._post(url, {"window": self._window, "action": "unreadable", "note": ""})
        return True

    def crop(self) -> bool:
        """The picture of what is in hand."""
        url = self._in_hand[0]["crop_url"] if self._in_hand else None
        if url is None:
            return False
        self._get(str(url))
        return True

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[http.client.HTTPMessage, bytes]:
        """As a browser: on a new connection where the server has closed one that lay idle."""
        try:
            return super()._ask(method, path, headers, body)
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            return super()._ask(method, path, headers, body)

    def _get(self, path: str) -> None:
        self._ask("GET", path, self._headers | {"HX-Request": "true"})

    def _post(self, path: str, body: dict[str, object]) -> dict[str, list[dict[str, object]]]:
        headers = self._headers | {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self._ask("POST", path, headers, json.dumps(body).encode())[1]
        found: dict[str, list[dict[str, object]]] = json.loads(answer)
        return found


class Visitors:
    """Ask in turn for everything that people look at, `rate` times a second, until stopped.

    An answer's time counts from when it was due, so that slow answers do not hide that others had
    to wait for them.
    """

    ASKED = ("home", "batch", "hand_out", "crop", "decision", "list_of_batches", "station",
             "hand_out", "decision", "forms", "page_queue")  # fmt: skip

    def __init__(self, port: int, batch_id: int, rate: float) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self._people = [Person(port, number, batch_id) for number in range(PEOPLE)]
        self._lock = threading.Lock()
        self._rate, self._stop = rate, threading.Event()
        self._thread = threading.Thread(target=self._keep_asking)

    def __enter__(self) -> Visitors:
        self._thread.start()
        return self

    def wait_until_all_asked(self, limit_s: float) -> None:
        """A short run is over before people have had their first field."""
        names = {name.replace("_", "-") for name in self.ASKED}
        end = time.monotonic() + limit_s
        while names - self.seconds.keys() and time.monotonic() < end:
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _keep_asking(self) -> None:
        begun, number = time.monotonic(), 0
        with ThreadPoolExecutor(PEOPLE) as pool:
            while not self._stop.wait(max(0.0, begun + number / self._rate - time.monotonic())):
                due = begun + number / self._rate
                pool.submit(self._ask, self.ASKED[number % len(self.ASKED)], due)
                number += 1

    def _ask(self, name: str, due: float) -> None:
        with self._lock:
            person = self._people.pop()
        try:
            ask: Callable[[], bool | None] = getattr(person, name)
            if ask() is not False:
                self.seconds[name.replace("_", "-")].append(time.monotonic() - due)
        except Exception as error:
            self.failures.append(f"{name}: {type(error).__name__}: {error}"[:300])
        finally:
            with self._lock:
                self._people.append(person)
