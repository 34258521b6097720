"""The client itself."""

from __future__ import annotations

from types import TracebackType

from forms_app.client import operations as op
from forms_app.client.connection import Connection
from forms_app.client.resources.batches import Batches, Files
from forms_app.client.resources.deliveries import Deliveries
from forms_app.client.resources.exports import Exports, PresetsOfExports
from forms_app.client.resources.keeping import Erasures, RetentionOfProject
from forms_app.client.resources.places import Projects, Webhooks
from forms_app.client.resources.submissions import Pages, Submissions
from forms_app.client.resources.templates import Templates
from forms_app.client.retrying import Retries
from forms_app.client.session import Session
from forms_app.client.shapes.places import Health, Me

TIMEOUT_S = 30.0
PATIENT = Retries()


class Client:
    """Asks one Fieldhand with one token, which works in one project; for one thread at a time.

    Args:
        url: Of the server, such as `https://forms.example.org`.
        token: `fh_…`, of `fieldhand token add` or the page API tokens.
        timeout_s: For connecting, and for each wait for bytes.
        retries: How patient it is where the server is busy or the connection breaks.

    Raises:
        ValueError: The address or the token is none.
    """

    def __init__(
        self, url: str, token: str, timeout_s: float = TIMEOUT_S, retries: Retries = PATIENT
    ) -> None:
        if not (token.isascii() and token.isprintable() and token.strip()):
            raise ValueError("Give the token as it was printed: fh_ and 43 characters.")
        self._session = Session(Connection(url, timeout_s), token.strip(), retries)
        self.batches = Batches(self._session)
        self.files = Files(self._session)
        self.pages = Pages(self._session)
        self.submissions = Submissions(self._session)
        self.exports = Exports(self._session)
        self.presets = PresetsOfExports(self._session)
        self.deliveries = Deliveries(self._session)
        self.erasures = Erasures(self._session)
        self.retention = RetentionOfProject(self._session)
        self.templates = Templates(self._session)
        self.projects = Projects(self._session)
        self.webhooks = Webhooks(self._session)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def me(self) -> Me:
        """Who asks, and what they may do."""
        return self._session.ask(op.GET_ME)

    def health(self) -> Health:
        """Which of the parts that Fieldhand stands on answer."""
        return self._session.ask(op.GET_HEALTH)
