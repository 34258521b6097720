"""A typed client of Fieldhand's API, for programs of its users (docs/api-client.md).

It stands on Python alone: importing it loads nothing else of Fieldhand, and no package.
"""

from forms_app.client.client import Client
from forms_app.client.errors import (
    AnswerNotUnderstoodError,
    ChangedSinceError,
    ClientError,
    ConflictError,
    ExportFailedError,
    Fault,
    FileChangedError,
    NotAllowedError,
    NotFoundError,
    Problem,
    ProblemError,
    RefusedError,
    ServerFaultError,
    TokenRefusedError,
    TooManyRequestsError,
    UnreachableError,
    UploadBrokenError,
    WaitedTooLongError,
)
from forms_app.client.retrying import Retries
from forms_app.client.shapes.base import Box, JsonObject, Value, Weighed
from forms_app.client.shapes.batches import Batch, FailedPage, File
from forms_app.client.shapes.deliveries import DeliveryRun, ScheduledDelivery
from forms_app.client.shapes.exports import Column, Export, ExportChoice, Preset
from forms_app.client.shapes.keeping import DueCount, Erasure, PastDeletion, Retention
from forms_app.client.shapes.pages import ImageLink, LooseField, Page
from forms_app.client.shapes.places import Health, Me, Project
from forms_app.client.shapes.submissions import (
    Character,
    Decided,
    Decision,
    Field,
    History,
    HistoryStep,
    ModelReading,
    Reading,
    Rule,
    Submission,
    SubmissionDetail,
)
from forms_app.client.shapes.templates import (
    Finding,
    Template,
    TemplateDetail,
    TemplatePage,
    Version,
    VersionLine,
)
from forms_app.client.shapes.webhooks import Delivery, Endpoint, EndpointSecret

__all__ = [
    "AnswerNotUnderstoodError",
    "Batch",
    "Box",
    "ChangedSinceError",
    "Character",
    "Client",
    "ClientError",
    "Column",
    "ConflictError",
    "Decided",
    "Decision",
    "Delivery",
    "DeliveryRun",
    "DueCount",
    "Endpoint",
    "EndpointSecret",
    "Erasure",
    "Export",
    "ExportChoice",
    "ExportFailedError",
    "FailedPage",
    "Fault",
    "Field",
    "File",
    "FileChangedError",
    "Finding",
    "Health",
    "History",
    "HistoryStep",
    "ImageLink",
    "JsonObject",
    "LooseField",
    "Me",
    "ModelReading",
    "NotAllowedError",
    "NotFoundError",
    "Page",
    "PastDeletion",
    "Preset",
    "Problem",
    "ProblemError",
    "Project",
    "Reading",
    "RefusedError",
    "Retention",
    "Retries",
    "Rule",
    "ScheduledDelivery",
    "ServerFaultError",
    "Submission",
    "SubmissionDetail",
    "Template",
    "TemplateDetail",
    "TemplatePage",
    "TokenRefusedError",
    "TooManyRequestsError",
    "UnreachableError",
    "UploadBrokenError",
    "Value",
    "Version",
    "VersionLine",
    "WaitedTooLongError",
    "Weighed",
]
