"""Real pages: each scan laid onto the blank or first scan of its own form, and offered to others.

The pages are those of queXF, formHTR and OMRChecker under the shared data (`forms/`). Where no
blank exists the first scan of a form stands for it, filled in as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import PageError
from forms_app.reading.features import PageView, view_page
from forms_app.reading.identification import best_reference
from forms_app.reading.intake import open_page
from forms_app.reading.registration import PageReference, lay_page, prepare_reference
from forms_app.reading.types import AlignedPage, GreyImage

OVERLAY_WIDTH_PX = 900
A4_LONG_SIDE_PX = 3508
OMR, COMMUNITY = "omrchecker/samples", "omrchecker/samples/community"


@dataclass(frozen=True, slots=True)
class RealForm:
    """A form: what stands for its blank, and the scans of it; `path#number` names a page."""

    name: str
    reference: str
    scans: tuple[str, ...]


FORMS = (
    RealForm("queXF 1", "quexf/blank.pdf#1", ("quexf/filled.pdf#1",)),
    RealForm("queXF 2", "quexf/blank.pdf#2", ("quexf/filled.pdf#2",)),
    RealForm("formHTR front", "formhtr/front.pdf", ("formhtr/both.pdf#1",)),
    RealForm("formHTR back", "formhtr/back.pdf", ("formhtr/both.pdf#2",)),
    RealForm(
        "OMR sample2",
        f"{OMR}/sample2/AdrianSample/adrian_omr.png",
        (
            f"{OMR}/sample2/AdrianSample/adrian_omr_2.png",
            f"{OMR}/answer-key/using-csv/adrian_omr.png",
        ),
    ),
    RealForm(
        "OMR sample3",
        f"{OMR}/sample3/colored-thick-sheet/rgb-100-gsm.jpg",
        (f"{OMR}/sample3/xeroxed-thin-sheet/grayscale-80-gsm.jpg",),
    ),
    RealForm(
        "OMR sample4, photographs",
        f"{OMR}/sample4/IMG_20201116_143512.jpg",
        (
            f"{OMR}/sample4/IMG_20201116_150717658.jpg",
            f"{OMR}/sample4/IMG_20201116_150750830.jpg",
        ),
    ),
    RealForm(
        "OMR sample5",
        f"{OMR}/sample5/ScanBatch1/camscanner-1.jpg",
        (f"{OMR}/sample5/ScanBatch2/camscanner-2.jpg", f"{OMR}/sample1/MobileCamera/sheet1.jpg"),
    ),
    RealForm(
        "OMR sample6",
        f"{OMR}/sample6/reference.png",
        tuple(f"{OMR}/sample6/doc-scans/sample_roll_0{i}.jpg" for i in (1, 2, 3)),
    ),
    RealForm(
        "OMR sample6, first scan",
        f"{OMR}/sample6/doc-scans/sample_roll_01.jpg",
        tuple(f"{OMR}/sample6/doc-scans/sample_roll_0{i}.jpg" for i in (2, 3)),
    ),
    RealForm(
        "Sandeep-1507",
        f"{COMMUNITY}/Sandeep-1507/omr-1.png",
        tuple(f"{COMMUNITY}/Sandeep-1507/omr-{i}.png" for i in (2, 3)),
    ),
    RealForm(
        "UmarFarootAPS",
        f"{COMMUNITY}/UmarFarootAPS/scans/scan-type-1.jpg",
        (f"{COMMUNITY}/UmarFarootAPS/scans/scan-type-2.jpg",),
    ),
    RealForm(
        "DomBrzezinski, photographs",
        f"{COMMUNITY}/DomBrzezinski/photos/omr_survey_1.jpg",
        (f"{COMMUNITY}/DomBrzezinski/photos/omr_survey_2.jpg",),
    ),
    RealForm(
        "UPSC-mock",
        f"{COMMUNITY}/UPSC-mock/answer_key.jpg",
        tuple(f"{COMMUNITY}/UPSC-mock/scan-angles/angle-{i}.jpg" for i in (1, 2, 3)),
    ),
)
ONLY_COPIES = (
    "formhtr/logsheet_tara.pdf",
    f"{COMMUNITY}/ibrahimkilic/yes_no_questionnarie.jpg",
    f"{COMMUNITY}/Antibodyy/simple_omr_sheet.jpg",
    f"{COMMUNITY}/samuelIkoli/waec_sample.jpeg",
    f"{COMMUNITY}/EricSoOSU/RTLSampleBubbleSheet.jpg",
    f"{COMMUNITY}/dxuian/omrcollegesheet.jpg",
    f"{COMMUNITY}/Shamanth/omr_sheet_01.png",
)
"""Forms of which there is one page: they can only be offered to others."""


def report_real_pages(shared: Path, overlays: Path | None) -> dict[str, PageReference]:
    """Prints a line for each scan; writes overlay pictures where a folder is given.

    Returns:
        The references by form, for offers of foreign pages.
    """
    references = {f.name: prepare_reference(1, _page(shared, f.reference)) for f in FORMS}
    print("| form | scan | registers | residual, px at 300 dpi | reason |\n|---|---|---|---|---|")
    for form in FORMS:
        for name in form.scans:
            reference = references[form.name]
            laid = _lay(view_page(_page(shared, name)), reference)
            print(f"| {form.name} | {Path(name).name} | {_told(laid)} |")
            if overlays is not None and isinstance(laid, AlignedPage):
                write_overlay(overlays / f"{form.name} {Path(name).stem}.jpg", reference, laid)
    return references


def offers_to_others(
    shared: Path, references: dict[str, PageReference]
) -> Iterator[tuple[str, bool]]:
    """Each real page offered to every form that is not its own: what was offered, if accepted.

    Forms that share their sheet (`OMR sample6` and its first scan) are not offered each other's.
    """
    scans = [(form.name, name) for form in FORMS for name in form.scans]
    scans += [("", name) for name in ONLY_COPIES]
    for own, name in scans:
        view = view_page(_page(shared, name))
        for other, reference in references.items():
            if own.split(",")[0] != other.split(",")[0]:
                yield f"{name} to {other}", isinstance(_lay(view, reference), AlignedPage)


def write_overlay(path: Path, reference: PageReference, laid: AlignedPage) -> None:
    """The blank in cyan, the scan in red, and what both have in black."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = overlay(reference.grey, laid.grey)
    scale = OVERLAY_WIDTH_PX / picture.shape[1]
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), small, [cv2.IMWRITE_JPEG_QUALITY, 80])


def overlay(blank: GreyImage, scan: GreyImage) -> NDArray[np.uint8]:
    """`(H, W, 3)` in OpenCV's order."""
    return np.dstack([scan, scan, blank])


def _lay(view: PageView, reference: PageReference) -> AlignedPage | PageError:
    try:
        _, fit = best_reference(view, [reference])
        return lay_page(view, reference, fit, ())
    except PageError as error:
        return error


def _told(laid: AlignedPage | PageError) -> str:
    if isinstance(laid, PageError):
        return f"no | | {laid.message.split('. ')[0]}"
    return f"yes | {laid.residual_px * A4_LONG_SIDE_PX / max(laid.grey.shape):.2f} |"


def _page(shared: Path, name: str) -> GreyImage:
    file, _, number = name.partition("#")
    path = shared / file
    return open_page(path.read_bytes(), path.name, int(number or 1)).grey
