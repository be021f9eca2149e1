"""Photos by source and framing as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from figureground.dataset.manifest import FRAMINGS
from figureground.files import replacing

# Okabe & Ito's palette ("Color Universal Design", 2008), told apart with every kind of colour vision.
COLOURS = dict(zip(FRAMINGS, ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#BBBBBB"), strict=True))


def write_counts(counts: Mapping[tuple[str, str], int], path: Path) -> None:
    """A bar a source, its framings side by side within it, as a PNG.

    Args:
        counts: Photos by (source, framing).
    """
    from matplotlib.figure import Figure

    sources = sorted({source for source, _ in counts}, reverse=True)  # the first is drawn at the top
    figure = Figure(figsize=(8, 1.6 + 0.4 * max(1, len(sources))), layout="constrained")
    axes, begin = figure.subplots(), [0] * len(sources)
    for framing in FRAMINGS:
        widths = [counts[source, framing] for source in sources]
        bars = axes.barh(sources, widths, left=begin, color=COLOURS[framing], label=framing, edgecolor="white")
        axes.bar_label(bars, [str(width) if width else "" for width in widths], label_type="center", fontsize=8)
        begin = [so_far + width for so_far, width in zip(begin, widths, strict=True)]
    axes.set(title=f"{sum(counts.values())} photos by source and framing", xlabel="photos")
    figure.legend(loc="outside lower center", ncols=len(FRAMINGS), title="how a person fills the photo")
    with replacing(path) as draft:
        figure.savefig(draft, dpi=110)
