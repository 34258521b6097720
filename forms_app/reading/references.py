"""A blank template page with what registration needs of it, prepared once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.edges import EdgeSet, choose_edges
from forms_app.reading.features import Features, PageView, sift_features, softened, view_page
from forms_app.reading.pale_print import depths_of, pale_under
from forms_app.reading.patches import PatchSet, choose_patches
from forms_app.reading.types import GreyImage

COARSE_SEARCH_PX = 8
"""At 75 dpi: 2.7 mm around where the features' field says."""
WIDE_SEARCH_PX = 28
"""At 75 dpi: 9.5 mm, for print that lies far from any matched feature."""
FINE_SEARCH_PX = (6, 3)
"""At 150 dpi, first and second round: 1 mm and 0.5 mm, well under the pitch of any comb."""
WIDE_PATCH_PX, WIDE_PITCH_PX = 39, 48
COARSE_PATCH_PX, COARSE_PITCH_PX = 31, 28
FINE_PATCH_PX, FINE_PITCH_PX = 29, 40


@dataclass(frozen=True)
class PageReference:
    """A blank template page; `grey` is the blank at template size, the rest private to reading.

    `fitting_patches` and `checking_patches` (every fourth, held out) are of the fine image.
    """

    number: int
    grey: GreyImage
    view: PageView
    wide_patches: PatchSet
    coarse_patches: PatchSet
    fitting_patches: PatchSet
    checking_patches: PatchSet
    edges: EdgeSet

    @cached_property
    def pale_limit(self) -> float:
        """The depth in grey levels under which this blank's print is pale."""
        return pale_under(self.fitting_patches, self.checking_patches)

    def is_pale(self, patches: PatchSet) -> NDArray[np.bool_]:
        """Which of the patches `(N,)` show print that a one-bit scan may drop."""
        return np.asarray(depths_of(patches) < self.pale_limit, dtype=np.bool_)

    @cached_property
    def sift(self) -> Features:
        """Features for the retry, found when it is first needed."""
        return sift_features(self.grey)


def prepare_reference(number: int, blank: GreyImage) -> PageReference:
    """Finds features and patches of a blank page (about 0.2 s): cache the result.

    Args:
        number: 1-based number of the template page.
        blank: `(H, W)` uint8 at template size.

    Raises:
        ShapeError: the blank is no `(H, W)` uint8 image.
    """
    view = view_page(blank)
    soft = softened(view.coarse)
    wide = choose_patches(soft, WIDE_PATCH_PX, WIDE_PITCH_PX, WIDE_SEARCH_PX)
    coarse = choose_patches(soft, COARSE_PATCH_PX, COARSE_PITCH_PX, COARSE_SEARCH_PX)
    fine = choose_patches(softened(view.fine), FINE_PATCH_PX, FINE_PITCH_PX, FINE_SEARCH_PX[0])
    held_out = np.arange(len(fine)) % 4 == 1
    return PageReference(
        number,
        blank,
        view,
        wide,
        coarse,
        fine.subset(~held_out),
        fine.subset(held_out),
        choose_edges(softened(view.fine)),
    )
