"""Names shared by those who send tasks and those who run them; nothing else may spell them."""

from __future__ import annotations

INTAKE = "intake"
ALIGN = "align"
READ = "read"
EXPORT = "export"
TRY = "try"
"""What a person waits for beside a template: never behind a batch."""
WEBHOOK = "webhook"
"""What is told to other machines, which may take their time to answer."""
ALL_QUEUES = (INTAKE, ALIGN, READ, EXPORT, TRY, WEBHOOK)

SPLIT_FILE = "fieldhand.split_file"
ALIGN_PAGE = "fieldhand.align_page"
ASSEMBLE_FILE = "fieldhand.assemble_file"
READ_PAGES = "fieldhand.read_pages"
BUILD_EXPORT = "fieldhand.build_export"
RUN_TEMPLATE_JOB = "fieldhand.run_template_job"
DELIVER_EXPORT = "fieldhand.deliver_export"
SPREAD_WEBHOOKS = "fieldhand.spread_webhooks"
DELIVER_WEBHOOKS = "fieldhand.deliver_webhooks"
SWEEP = "fieldhand.sweep"

QUEUE_OF_TASK = {
    SPLIT_FILE: INTAKE,
    ALIGN_PAGE: ALIGN,
    # Not behind the pages of the next file: one that is laid is read while that one is.
    ASSEMBLE_FILE: INTAKE,
    READ_PAGES: READ,
    BUILD_EXPORT: EXPORT,
    DELIVER_EXPORT: EXPORT,
    RUN_TEMPLATE_JOB: TRY,
    SPREAD_WEBHOOKS: WEBHOOK,
    DELIVER_WEBHOOKS: WEBHOOK,
    SWEEP: INTAKE,
}
