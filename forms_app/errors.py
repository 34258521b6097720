"""The error tree: the class of a failure decides its fate.

* `ReadingError` - this file or page cannot be read; it fails with a reason a person can act on.
* `TransientError` - try again later, with back-off and a cap.
* `UserError` - what a person or a file asked for cannot be done; say so, change nothing.
* anything else is a bug and is not retried.

Every message is one sentence for an operator: what happened, to which file or field, what to do.
`code` is a stable word for logs, the database and the API.
"""

from __future__ import annotations


class FieldhandError(Exception):
    """Base of everything Fieldhand raises on purpose."""

    code = "error"

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self)


class UserError(FieldhandError):
    """A request that cannot be carried out as asked; nothing was changed."""

    code = "invalid"


class ConfigurationError(UserError):
    """A setting is missing or wrong."""

    code = "configuration"


class SettingsError(ConfigurationError):
    """Settings are wrong; `problems` holds one sentence for each."""

    def __init__(self, message: str, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class NotFoundError(UserError):
    """The thing asked for does not exist (any more)."""

    code = "not_found"


class DeletedError(NotFoundError):
    """Retention or a person has deleted it; the message says when."""

    code = "deleted"


class ForbiddenError(UserError):
    """Whoever asks may not do this."""

    code = "forbidden"


class ConflictError(UserError):
    """Someone else changed it first, or its state does not allow the change."""

    code = "conflict"


class ChangedMeanwhileError(ConflictError):
    """What a person has looked at is not as it was when they opened it."""

    code = "changed_meanwhile"


class HeldByAnotherError(ConflictError):
    """Another person has the field on screen now."""

    code = "held_by_another"


class VeryDoubtfulError(UserError):
    """A reading was kept unseen whose characters `places` (from 0) are very doubtful."""

    code = "very_doubtful"

    def __init__(self, message: str, places: tuple[int, ...]) -> None:
        super().__init__(message)
        self.places = places


class RuleBrokenError(UserError):
    """A value breaks a rule of its field or form; a person may keep it with a note."""

    code = "rule_broken"


class OtherTemplateError(UserError):
    """A page is one of a published template that its batch does not hold, `version_id`."""

    code = "other_template"

    def __init__(self, message: str, version_id: int) -> None:
        super().__init__(message)
        self.version_id = version_id


class TemplateError(UserError):
    """A form template is wrong; `problems` holds one sentence for each fault found."""

    code = "template"

    def __init__(self, problems: list[str] | str) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__(" ".join(self.problems))


class ValueListError(UserError):
    """A file cannot be taken as the list of a field's values."""

    code = "value_list"


class DrawingError(UserError):
    """What was drawn on the page cannot be taken."""

    code = "drawing"


class DrawingTooLargeError(DrawingError):
    """More was drawn than a field can hold."""

    code = "drawing_too_large"


class ModelError(FieldhandError):
    """A shipped or trained model is damaged or does not fit what it is asked to do."""

    code = "model"


class BackupError(UserError):
    """A backup cannot be made, read or put back."""

    code = "backup"


class DatasetError(UserError):
    """A data set for training or evaluation cannot be used."""

    code = "dataset"


class TransientError(FieldhandError):
    """Something outside failed for now; the same step may succeed later."""

    code = "transient"


class StorageFullError(TransientError):
    """The disk or bucket took no more bytes."""

    code = "storage_full"


class StorageUnavailableError(TransientError):
    """The file store did not answer."""

    code = "storage_unavailable"


class StorageKeyError(TransientError):
    """Stored files are encrypted with a key that is not given; nothing is lost, and all goes on
    once it is."""

    code = "storage_key"


class BrokerUnavailableError(TransientError):
    """The message broker did not answer."""

    code = "broker_unavailable"


class EngineLostError(TransientError):
    """The device that recognises characters is gone, or lacks memory; `reason` is that in a word.

    The recogniser that is asked next answers without it.
    """

    code = "engine_lost"

    def __init__(self, message: str, reason: str = "device") -> None:
        super().__init__(message)
        self.reason = reason


class HelperLostError(FieldhandError):
    """A process that cuts and decodes pages for a worker died, as from lack of memory."""

    code = "helper_lost"


class StorageDamagedError(FieldhandError):
    """A stored file's bytes are not those that were put there."""

    code = "storage_damaged"


class LeaseLostError(FieldhandError):
    """Work took longer than its lease and another worker may have taken it over: nothing counts."""

    code = "lease_lost"


class WorkerSilentError(TransientError):
    """A worker does not answer, or does not go on."""

    code = "worker_silent"


class DatabaseUnavailableError(TransientError):
    """The database did not answer."""

    code = "database_unavailable"


class WebhookRefusedError(UserError):
    """A webhook is to go where none may go, or to what is no address."""

    code = "webhook_refused"


class WebhookFailedError(FieldhandError):
    """A webhook could not be delivered, or was not answered in time."""

    code = "webhook_failed"
