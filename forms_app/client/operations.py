"""The operations of the API that this client carries out: their names, addresses and answers.

`tests/client/test_contract.py` compares each with the server's OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import Generic, Literal, TypeVar

from forms_app.client.shapes.batches import Batch, File, UploadState
from forms_app.client.shapes.deliveries import (
    DeliveryPlaces,
    DeliveryRun,
    ScheduledDeliveries,
    ScheduledDelivery,
)
from forms_app.client.shapes.exports import Export, ExportPreview, Preset, Presets
from forms_app.client.shapes.keeping import DueCounts, Erasure, PastDeletions, Retention
from forms_app.client.shapes.pages import ImageLink, Page
from forms_app.client.shapes.places import Health, Me, Project
from forms_app.client.shapes.submissions import (
    Decided,
    Field,
    History,
    Submission,
    SubmissionDetail,
)
from forms_app.client.shapes.templates import Findings, Template, TemplateDetail, Version
from forms_app.client.shapes.webhooks import Delivery, Endpoint, Endpoints, EndpointSecret

PREFIX = "/api/v1"

T = TypeVar("T")


@dataclass(frozen=True)
class Operation(Generic[T]):
    """One operation.

    Attributes:
        name: Its operationId.
        path: After `/api/v1`; ids stand in braces.
        answer: What its answer is decoded to; of a list, each of its items. `bytes`: a file.
        is_list: It is answered in stretches.
        is_repeatable: Carried out twice it does what it does once; POSTs are made so by a key.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    answer: type[T]
    is_list: bool = False
    is_repeatable: bool = True


GET_ME = Operation("getMe", "GET", "/me", Me)
GET_HEALTH = Operation("getHealth", "GET", "/health", Health)

LIST_PROJECTS = Operation("listProjects", "GET", "/projects", Project, is_list=True)
GET_PROJECT = Operation("getProject", "GET", "/projects/{project_id}", Project)
CREATE_PROJECT = Operation("createProject", "POST", "/projects", Project)
RENAME_PROJECT = Operation("renameProject", "PATCH", "/projects/{project_id}", Project)

LIST_TEMPLATES = Operation("listTemplates", "GET", "/templates", Template, is_list=True)
IMPORT_TEMPLATE = Operation("importTemplate", "POST", "/templates", Version)
GET_TEMPLATE = Operation("getTemplate", "GET", "/templates/{template_id}", TemplateDetail)
ARCHIVE_TEMPLATE = Operation("archiveTemplate", "DELETE", "/templates/{template_id}", NoneType)
GET_VERSION = Operation("getVersion", "GET", "/versions/{version_id}", Version)
DELETE_DRAFT = Operation("deleteDraft", "DELETE", "/versions/{version_id}", NoneType)
PUBLISH_VERSION = Operation("publishVersion", "POST", "/versions/{version_id}/publish", Version)
CHECK_VERSION = Operation("checkVersion", "GET", "/versions/{version_id}/check", Findings)
EXPORT_VERSION = Operation("exportVersion", "GET", "/versions/{version_id}/file", bytes)
GET_BLANK = Operation("getBlank", "GET", "/versions/{version_id}/pages/{number}/image", bytes)

LIST_BATCHES = Operation("listBatches", "GET", "/batches", Batch, is_list=True)
CREATE_BATCH = Operation("createBatch", "POST", "/batches", Batch)
GET_BATCH = Operation("getBatch", "GET", "/batches/{batch_id}", Batch)
DELETE_BATCH = Operation("deleteBatch", "DELETE", "/batches/{batch_id}", NoneType)
ADD_TEMPLATES = Operation("addTemplates", "POST", "/batches/{batch_id}/templates", Batch)
RETRY_REFUSED = Operation("retryRefused", "POST", "/batches/{batch_id}/retry-refused", Batch)

LIST_FILES = Operation("listFiles", "GET", "/batches/{batch_id}/files", File, is_list=True)
GET_FILE = Operation("getFile", "GET", "/files/{file_id}", File)
DELETE_FILE = Operation("deleteFile", "DELETE", "/files/{file_id}", NoneType)
RETRY_FILE = Operation("retryFile", "POST", "/files/{file_id}/retry", File)
SORT_FILE = Operation("sortFile", "POST", "/files/{file_id}/sort", File)
UPLOAD_FILE = Operation("uploadFile", "POST", "/batches/{batch_id}/files", File)
CREATE_UPLOAD = Operation("createUpload", "POST", "/batches/{batch_id}/uploads", NoneType)
GET_UPLOAD = Operation("getUpload", "GET", "/uploads/{upload_id}", UploadState)
# Sent again it is refused where the bytes have arrived; what has is asked for instead.
APPEND_TO_UPLOAD = Operation(
    "appendToUpload", "PATCH", "/uploads/{upload_id}", NoneType, is_repeatable=False
)
DELETE_UPLOAD = Operation("deleteUpload", "DELETE", "/uploads/{upload_id}", NoneType)

GET_PAGE = Operation("getPage", "GET", "/pages/{page_id}", Page)
GET_PAGE_IMAGE = Operation("getPageImage", "GET", "/pages/{page_id}/image", bytes)
GET_SCAN = Operation("getScan", "GET", "/pages/{page_id}/scan", bytes)
CREATE_PAGE_LINK = Operation("createPageLink", "POST", "/pages/{page_id}/links", ImageLink)
RETRY_PAGE = Operation("retryPage", "POST", "/pages/{page_id}/retry", Page)

LIST_SUBMISSIONS = Operation(
    "listSubmissions", "GET", "/batches/{batch_id}/submissions", Submission, is_list=True
)
GET_SUBMISSION = Operation("getSubmission", "GET", "/submissions/{submission_id}", SubmissionDetail)
_FIELD = "/submissions/{submission_id}/fields/{field_name}"
GET_FIELD = Operation("getField", "GET", _FIELD, Field)
GET_FIELD_IMAGE = Operation("getFieldImage", "GET", f"{_FIELD}/image", bytes)
CREATE_FIELD_LINK = Operation("createFieldLink", "POST", f"{_FIELD}/links", ImageLink)
GET_FIELD_HISTORY = Operation("getFieldHistory", "GET", f"{_FIELD}/history", History)
DECIDE_FIELD = Operation("decideField", "POST", f"{_FIELD}/decisions", Decided)
# A second time it would take back the decision before.
UNDO_DECISION = Operation(
    "undoDecision", "DELETE", f"{_FIELD}/decisions/latest", Decided, is_repeatable=False
)

LIST_EXPORTS = Operation("listExports", "GET", "/batches/{batch_id}/exports", Export, is_list=True)
CREATE_EXPORT = Operation("createExport", "POST", "/batches/{batch_id}/exports", Export)
PREVIEW_EXPORT = Operation(
    "previewExport", "POST", "/batches/{batch_id}/exports/preview", ExportPreview
)
PREVIEW_TEMPLATE_EXPORT = Operation(
    "previewTemplateExport", "POST", "/templates/{template_id}/exports/preview", ExportPreview
)
LIST_TEMPLATE_EXPORTS = Operation(
    "listTemplateExports", "GET", "/templates/{template_id}/exports", Export, is_list=True
)
CREATE_TEMPLATE_EXPORT = Operation(
    "createTemplateExport", "POST", "/templates/{template_id}/exports", Export
)
GET_EXPORT = Operation("getExport", "GET", "/exports/{export_id}", Export)
DELETE_EXPORT = Operation("deleteExport", "DELETE", "/exports/{export_id}", NoneType)
DOWNLOAD_EXPORT = Operation("downloadExport", "GET", "/exports/{export_id}/file", bytes)
LIST_PRESETS = Operation("listPresets", "GET", "/templates/{template_id}/presets", Presets)
SAVE_PRESET = Operation("savePreset", "POST", "/templates/{template_id}/presets", Preset)
GET_PRESET = Operation("getPreset", "GET", "/presets/{preset_id}", Preset)
CHANGE_PRESET = Operation("changePreset", "PUT", "/presets/{preset_id}", Preset)
SET_DEFAULT_PRESET = Operation("setDefaultPreset", "PUT", "/presets/{preset_id}/default", Preset)
DELETE_PRESET = Operation("deletePreset", "DELETE", "/presets/{preset_id}", NoneType)

LIST_DELIVERIES = Operation("listDeliveries", "GET", "/deliveries", ScheduledDeliveries)
CREATE_DELIVERY = Operation("createDelivery", "POST", "/deliveries", ScheduledDelivery)
LIST_DELIVERY_PLACES = Operation("listDeliveryPlaces", "GET", "/delivery-places", DeliveryPlaces)
_DELIVERY = "/deliveries/{delivery_id}"
GET_DELIVERY = Operation("getDelivery", "GET", _DELIVERY, ScheduledDelivery)
CHANGE_DELIVERY = Operation("changeDelivery", "PATCH", _DELIVERY, ScheduledDelivery)
DELETE_DELIVERY = Operation("deleteDelivery", "DELETE", _DELIVERY, NoneType)
LIST_DELIVERY_RUNS = Operation(
    "listDeliveryRuns", "GET", f"{_DELIVERY}/runs", DeliveryRun, is_list=True
)
DELIVER_NOW = Operation("deliverNow", "POST", f"{_DELIVERY}/runs", DeliveryRun)
RETRY_DELIVERY_RUN = Operation(
    "retryDeliveryRun", "POST", "/delivery-runs/{delivery_run_id}/retry", DeliveryRun
)

GET_RETENTION = Operation("getRetention", "GET", "/retention", Retention)
SET_RETENTION = Operation("setRetention", "PUT", "/retention", Retention)
PREVIEW_RETENTION = Operation("previewRetention", "POST", "/retention/preview", DueCounts)
LIST_DELETIONS = Operation("listDeletions", "GET", "/retention/deletions", PastDeletions)
ERASE_SUBMISSION = Operation(
    "eraseSubmission", "POST", "/submissions/{submission_id}/erase", Erasure
)
LIST_ERASURES = Operation("listErasures", "GET", "/erasures", Erasure, is_list=True)
GET_ERASURE = Operation("getErasure", "GET", "/erasures/{erasure_id}", Erasure)

LIST_WEBHOOKS = Operation("listWebhooks", "GET", "/webhooks", Endpoints)
CREATE_WEBHOOK = Operation("createWebhook", "POST", "/webhooks", EndpointSecret)
_WEBHOOK = "/webhooks/{endpoint_id}"
GET_WEBHOOK = Operation("getWebhook", "GET", _WEBHOOK, Endpoint)
CHANGE_WEBHOOK = Operation("changeWebhook", "PUT", _WEBHOOK, Endpoint)
SWITCH_WEBHOOK = Operation("switchWebhook", "PATCH", _WEBHOOK, Endpoint)
DELETE_WEBHOOK = Operation("deleteWebhook", "DELETE", _WEBHOOK, NoneType)
ROTATE_WEBHOOK_SECRET = Operation(
    "rotateWebhookSecret", "POST", f"{_WEBHOOK}/secret", EndpointSecret
)
PING_WEBHOOK = Operation("pingWebhook", "POST", f"{_WEBHOOK}/ping", Endpoint)
LIST_WEBHOOK_DELIVERIES = Operation(
    "listWebhookDeliveries", "GET", f"{_WEBHOOK}/deliveries", Delivery, is_list=True
)
REDELIVER_DEAD_WEBHOOKS = Operation(
    "redeliverDeadWebhooks", "POST", f"{_WEBHOOK}/redeliver-dead", Endpoint
)
REDELIVER_WEBHOOK = Operation(
    "redeliverWebhook", "POST", f"{_WEBHOOK}/deliveries/{{delivery_id}}/redeliver", Endpoint
)
