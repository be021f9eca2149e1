"""Why a mask is suspect, in a sentence with its own numbers."""

from __future__ import annotations

from figureground.review.measures import Measures
from figureground.review.offsets import Offset


def reason(kind: str, own: Measures) -> str:
    """A sentence for one of `planting.KINDS`."""
    sentences = {
        "shifted": f"the outline fits the model's better {_place(own.offset)}",
        "outline too wide": f"the outline runs {-own.offset.width:.1%} of the photo's longer edge outside the model's",
        "outline too narrow": f"the outline runs {own.offset.width:.1%} of the photo's longer edge inside the model's",
        "hole": f"where the mask has a hole, of {own.regions.missed:.0%} of the people's area, the model sees a person",
        "part missing": f"the mask lacks a part that the model sees, {own.regions.missed:.0%} of the people's area",
        "person missing": f"the model sees people on {own.predicted_share:.0%} of the photo, "
        f"the mask has them on {own.person_share:.0%}",
        "thing too much": f"the model sees nobody on {own.regions.extra:.0%} of the people's area",
        "mask of another photo": f"mask and model share {own.iou:.0%} of the people's area",
    }
    return sentences[kind]


def _place(offset: Offset) -> str:
    """Where to an outline should move, which is against its shift."""
    across = f"{abs(offset.right):.1%} {'left' if offset.right > 0 else 'right'}"
    return f"{abs(offset.down):.1%} {'higher' if offset.down > 0 else 'lower'} and {across}"
