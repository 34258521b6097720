"""What is taken in, and how large it may be."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.config.declaring import setting
from forms_app.config.kinds import Text, Whole


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What is taken in, and how large it may be."""

    max_file_mb: int = setting(
        2000,
        Whole(1, 1_000_000, "MB"),
        "Larger files are refused. Their size costs disk, not memory: [intake.md](intake.md).",
    )
    max_file_pages: int = setting(
        2000,
        Whole(1, 1_000_000, "pages"),
        "Files with more pages are refused before any page is decoded.",
    )
    max_page_mb: int = setting(
        200,
        Whole(1, 10_000, "MB"),
        """What is read into memory as a whole may be so large: pictures of one page (JPEG, PNG,
        WebP, HEIC), new scans of a page, blanks, and anything else that a form of the browser
        carries except files for a batch.""",
    )
    max_zip_mb: int = setting(
        2000,
        Whole(1, 1_000_000, "MB"),
        """ZIPs may be so large, and what they hold together when unpacked, ZIPs inside them and
        their contents included; each file in them as large as `max_file_mb`.""",
    )
    max_zip_files: int = setting(
        10_000,
        Whole(1, 1_000_000, "files"),
        "ZIPs with more files, those in ZIPs inside them included, are refused.",
    )
    upload_keep_hours: int = setting(
        48,
        Whole(1, 8760, "hours"),
        """So long an interrupted upload waits for the rest; then what arrived of it is
        deleted.""",
    )
    watch_folder: str = setting(
        "",
        Text("a folder"),
        """A folder whose scans `fieldhand serve` takes into batches, see
        [intake.md](intake.md).""",
        default_words="none",
    )
    watch_template: str = setting(
        "",
        Text("name or number of a template, `any`"),
        """Name or number of the published form template of these scans, or `any`; needed with
        `watch_folder`.""",
        default_words="none",
    )
    watch_batch: str = setting(
        "day",
        Text("`day`, `folder`, name of a batch"),
        """Where they go: `day` (a batch for each day), `folder` (one for each folder in the
        watched one), or the name of a batch.""",
    )
    watch_project: str = setting(
        "",
        Text("name or number of a project"),
        """The project of that template and of those batches, see [projects.md](projects.md).""",
        default_words="the first one",
    )
    max_page_megapixels: int = setting(
        120,
        Whole(1, 1000, "megapixels"),
        """Images with more pixels are refused before they are decoded (A3 at 600 dpi has 70
        million).""",
    )
    pdf_dpi: int = setting(
        300,
        Whole(72, 1200, "dpi"),
        "Resolution at which PDF pages are drawn, blanks and scans alike.",
    )
    decoder_memory_mb: int = setting(
        0,
        Whole(1, 1_000_000, "MB", can_be_off=True),
        """What the process that opens scans may take of memory; a page that needs more is refused.
        It must be enough for `max_page_megapixels`; 0: as much as they need, 300 MB and 40 more for
        each. See [intake.md](intake.md#a-process-of-their-own).""",
        default_words="`0`: 5,100 MB",
    )
    decoder_seconds: int = setting(
        30,
        Whole(1, 3600, "s"),
        """So long opening a page may take, twice, before it is refused; but no more than three
        tenths of `lease_seconds`.""",
    )
