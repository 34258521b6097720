"""Every metric of Fieldhand, one declaration each; docs/observability.md is made from them.

Those of kind `Looked` are read when Prometheus asks (services/site_metrics); the others are counted
where it happens. Templates are labelled with their number; `template_info` has their names.
"""

from __future__ import annotations

from forms_app.instruments import Counter, Gauge, Histogram, Instrument, Looked

GLYPH_BUCKETS = (16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0)
RESIDUAL_PX_BUCKETS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)
WAIT_SECONDS = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
ANSWER_SECONDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

KINDS_OF_WORK = ("file", "page", "export", "job", "delivery")
WEBHOOK_RESULTS = ("delivered", "failed")
OWN_FAULTS = ("internal", "worker_lost")
"""Codes of failures that no scan is to blame for (services/attempts, services/sweeping)."""

# Pages and requests
HTTP_REQUESTS = Counter(
    "http_requests_total",
    "Requests that were answered, by what answered them.",
    ("endpoint", "method", "status"),
)
HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "How long an answer took, from the request's headers to the answer's.",
    ("endpoint",),
    ANSWER_SECONDS,
)
DECISIONS = Counter(
    "decisions_total",
    "What people said of fields; `before` is how the field stood: open, accepted by the machine, "
    "or decided by a person.",
    ("action", "before"),
)

# Tasks
TASKS_SENT = Counter("tasks_sent_total", "Tasks handed to the broker.", ("task",))
SEND_FAILURES = Counter(
    "task_send_failures_total",
    "Tasks that the broker did not take; the sweeper sends them again.",
    ("task",),
)
TASKS = Counter(
    "tasks_total",
    "Tasks that ended: done, retried (put off for now), or failed.",
    ("task", "outcome"),
)
TASK_SECONDS = Histogram(
    "task_duration_seconds", "How long a task took, whatever its outcome.", ("task",)
)
SWEEPS = Counter("sweeps_total", "Rounds of the sweeper that went through.")
SWEEP_RESENT = Counter(
    "sweep_resent_total", "Tasks that the sweeper sent again for what was left behind.", ("task",)
)
SWEEP_FAILED = Counter(
    "sweep_failed_total", "Rows that the sweeper gave up, their attempts being used up."
)
LAST_SWEEP = Gauge(
    "last_sweep_timestamp_seconds",
    "When the sweeper last went through: clock, broker, a worker and the database all work then.",
    mode="max",
)
WORKER_HEARTBEAT = Gauge(
    "worker_heartbeat_timestamp_seconds",
    "When each worker's main process last showed that it lives.",
    ("worker",),
    mode="livemax",
)

# The way of a page
FILES_ARRIVED = Counter(
    "files_arrived_total", "Files added to batches: uploaded, duplicate, or failed.", ("state",)
)
STAGE_SECONDS = Histogram(
    "stage_duration_seconds",
    "How long a stage took for one piece of work that went through it: intake (a file), align (a "
    "page), assemble (a file), read (a round of pages), export, template (a job beside one).",
    ("stage",),
)
WORK_FAILURES = Counter(
    "work_failures_total",
    "Files, pages, exports and template jobs that failed for good, and attempts to deliver a "
    "webhook that failed by a fault of ours; by the code of the reason.",
    ("kind", "code"),
)
REGISTRATION_FAILURES = Counter(
    "registration_failures_total",
    "Pages that could not be laid onto a template page, by the code of the reason.",
    ("code",),
)
REGISTRATION_RESIDUAL = Histogram(
    "registration_residual_pixels",
    "How well laid pages lie: the residual in template pixels.",
    (),
    RESIDUAL_PX_BUCKETS,
)
PAGES_READ = Counter("pages_read_total", "Pages that were read.", ("template",))
FIELDS_READ = Counter(
    "fields_read_total",
    "Fields that were read, by outcome, and by verdict: accepted unseen, or for review.",
    ("template", "outcome", "verdict"),
)
UPLOAD_TO_READ_SECONDS = Histogram(
    "upload_to_read_seconds",
    "Time from a file's arrival until a page of it was first read.",
    (),
    WAIT_SECONDS,
)

# Webhooks
WEBHOOKS = Counter(
    "webhooks_total", "Attempts to tell an endpoint of an event: delivered or failed.", ("result",)
)
WEBHOOKS_GIVEN_UP = Counter(
    "webhooks_given_up_total", "Deliveries that were given up after the last attempt."
)
WEBHOOK_SECONDS = Histogram("webhook_duration_seconds", "How long one attempt took, all in all.")

# The recogniser
GLYPHS_READ = Counter("glyphs_read_total", "Characters that were recognised.", ("engine",))
CLASSIFIER_GLYPHS = Histogram(
    "classifier_batch_glyphs",
    "Characters in one call of the recogniser.",
    ("engine",),
    GLYPH_BUCKETS,
)
CLASSIFIER_SECONDS = Histogram(
    "classifier_batch_duration_seconds", "How long one call of the recogniser took.", ("engine",)
)
ENGINE_FALLBACKS = Counter(
    "engine_fallbacks_total",
    "How often a process went over to another engine, by engine and reason.",
    ("engine", "reason"),
)
GPU_AVAILABLE = Gauge(
    "gpu_available",
    "1 while every process that is to use a GPU has one, 0 when one of them has lost it; absent "
    "where none is asked for.",
    mode="livemin",
)
GPU_MEMORY = Gauge(
    "gpu_memory_bytes",
    "GPU memory of our processes together: used now, peak since their start.",
    ("kind",),
    mode="livesum",
)

# What waits, looked up when asked
UP = Looked(
    "up",
    "1 when the part answers, else 0: database, broker, files, templates (drift, looked up every "
    "five minutes).",
    ("part",),
)
QUEUE_DEPTH = Looked("queue_depth", "Messages that wait in a queue of the broker.", ("queue",))
QUEUE_UNACKED = Looked(
    "queue_unacked", "Messages handed to workers and not yet done, all queues together."
)
WAITING = Looked(
    "rows_waiting", "What waits for a stage and is free to be taken, up to 10,001.", ("stage",)
)
OLDEST_WAITING = Looked(
    "oldest_waiting_age_seconds",
    "Time since the oldest of what waits for a stage came in; 0 when nothing waits.",
    ("stage",),
)
IN_WORK = Looked("rows_in_work", "What a worker holds now.", ("stage",))
STUCK = Looked(
    "rows_stuck",
    "What waits although its worker is gone: lease_lapsed (taken again soon), attempts_used_up "
    "(the sweeper fails it).",
    ("stage", "why"),
)
FAILED = Looked("rows_failed", "Files, pages, exports and template jobs that failed.", ("kind",))
PAGES_HELD = Looked("pages_held", "Pages that a person must sort before they are read.")
OPEN_FIELDS = Looked("open_fields", "Fields that wait for a person.")
BATCHES = Looked("batches", "Batches that are kept.")
UPLOADS_UNFINISHED = Looked("uploads_unfinished", "Uploads that have not arrived whole.")
UPLOAD_BACKLOG = Looked("upload_backlog_bytes", "Bytes that unfinished uploads still lack.")
SOURCE_BACKLOG = Looked(
    "source_backlog_files",
    "Files that a watched folder has yet to take.",
    ("project", "host", "source"),
)
SOURCE_STATE = Looked(
    "source_up",
    "1 for a watched folder that is there and takes files, 0 for one that is silent or hindered.",
    ("project", "host", "source"),
)
WEBHOOKS_WAITING = Looked("webhooks_waiting", "Deliveries to endpoints that are yet to be made.")
WEBHOOKS_DEAD = Looked("webhooks_dead", "Deliveries that were given up and are kept.")
WEBHOOKS_FAILING = Looked(
    "webhook_endpoints_failing",
    "Endpoints that did not take what was last sent, or were switched off for it.",
)
DISK_FREE = Looked("disk_free_bytes", "Free space where data, or files, are kept.", ("folder",))
DISK_SIZE = Looked(
    "disk_size_bytes", "Size of the disk where data, or files, are kept.", ("folder",)
)

# Drift
TEMPLATE_INFO = Looked(
    "template_info", "1; joins a template's number and name.", ("template", "name")
)
CONFIDENCE_MEAN = Looked(
    "template_confidence_mean",
    "Mean confidence of a template's fields, of its recent forms and of those before.",
    ("template", "window"),
)
REVIEW_RATE = Looked(
    "template_review_rate",
    "Share of a template's fields that were sent to a person, of its recent forms and of those "
    "before.",
    ("template", "window"),
)
DRIFT_FORMS = Looked(
    "template_drift_forms",
    "Forms that the two windows are made of.",
    ("template", "window"),
)
DRIFT_Z = Looked(
    "template_drift_z",
    "How far the recent forms are from the history, in standard errors: beyond -3 or 3 it is no "
    "chance.",
    ("template", "measure"),
)

ALL: tuple[Instrument, ...] = tuple(
    value for value in list(vars().values()) if isinstance(value, Instrument)
)
