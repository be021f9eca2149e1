"""Parts of the pairs, each of which is judged by a model that has learned from the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError


class ReviewError(FiguregroundError):
    """The masks cannot be reviewed. The message says why and what to do."""


def fold_places(groups: Sequence[str], folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Places of each fold's pairs: about as many in each, no group in two.

    Raises:
        ReviewError: There is but one group.
    """
    from sklearn.model_selection import GroupKFold  # takes seconds to import

    parts = min(folds, len(set(groups)))
    if parts < 2:
        raise ReviewError(
            f"{len(groups)} pairs of one group cannot be judged by a model that has learned from others; add photos "
            "or set review.judge to packaged"
        )
    split = GroupKFold(parts, shuffle=True, random_state=seed).split(groups, groups=groups)
    return [np.asarray(fold, np.intp) for _, fold in split]
