"""The words that state columns hold."""

from __future__ import annotations

from enum import StrEnum


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class FileState(StrEnum):
    """uploaded: to be split · split: pages exist · done: no page has anything left to do."""

    UPLOADED = "uploaded"
    SPLIT = "split"
    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"


class PageState(StrEnum):
    """pending: to be aligned · aligned: to be read (once its submission is known) · held: aligned,
    a person must say which form it belongs to · dropped: taken out by a person, can be restored."""

    PENDING = "pending"
    ALIGNED = "aligned"
    READ = "read"
    FAILED = "failed"
    HELD = "held"
    DROPPED = "dropped"


class SubmissionState(StrEnum):
    READING = "reading"
    NEEDS_REVIEW = "needs_review"
    DONE = "done"


class FieldState(StrEnum):
    """open: a person must look · accepted: by the policy · decided: by a person."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECIDED = "decided"


class Action(StrEnum):
    """What a person says of a field; `restore` takes the last decision back."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    RESTORE = "restore"


class ReviewStage(StrEnum):
    """What an open field waits for. review: a person's first word · second_key: another's, blind ·
    third_key: a third one's, as the two differ · postponed: later, after all others · referred:
    somebody who knows better · page: its page to be laid by hand, and read again."""

    REVIEW = "review"
    SECOND_KEY = "second_key"
    THIRD_KEY = "third_key"
    POSTPONED = "postponed"
    REFERRED = "referred"
    PAGE = "page"


class ReviewMode(StrEnum):
    """A way to go through what waits. forms: form by form · field: one field down the batch ·
    keying: what no machine reads · second_key, third_key: high-risk fields · sample: accepted ones,
    blind · referred: what others have passed on."""

    FORMS = "forms"
    FIELD = "field"
    KEYING = "keying"
    SECOND_KEY = "second_key"
    THIRD_KEY = "third_key"
    SAMPLE = "sample"
    REFERRED = "referred"


class NoteKind(StrEnum):
    """What one person asks of another in review; see `ReviewNoteRow`."""

    REFER = "refer"
    RETURN = "return"
    MISALIGNED = "misaligned"


class ExportState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """pending: to be written, perhaps again · failed: given up until somebody asks for it."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Rhythm(StrEnum):
    """When something is delivered: by the clock, or each time that a batch is finished."""

    HOUR = "hour"
    DAY = "day"
    FINISHED = "finished"


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PDF = "pdf"
    CROPS = "crops"


class JobKind(StrEnum):
    """Work around a template: registration's self-test, dry run, blank from copies, detection."""

    REGISTRATION = "registration"
    DRY_RUN = "dry_run"
    BLANK = "blank"
    DETECTION = "detection"


class JobState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class JobFileRole(StrEnum):
    UPLOAD = "upload"
    PAGE = "page"


class Role(StrEnum):
    """What somebody may do in a project. Administrators may do everything, everywhere."""

    DESIGNER = "designer"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Deleted(StrEnum):
    """What goes before its batch does. scans: uploaded files · crops: aligned pages, which crops
    are cut from · values: readings and decisions · submission: all of one form."""

    SCANS = "scans"
    CROPS = "crops"
    VALUES = "values"
    EXPORTS = "exports"
    SUBMISSION = "submission"


class WebhookState(StrEnum):
    """pending: to be sent, now or later · delivered: taken · dead: given up, until somebody sends
    it again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class SourceKind(StrEnum):
    """folder: watched · command: `fieldhand submit` of a machine · api: a token of the API."""

    FOLDER = "folder"
    COMMAND = "command"
    API = "api"
