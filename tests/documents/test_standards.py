"""The standards can be met: what they ask for fits into the photo they ask for."""

from __future__ import annotations

import pytest

from figureground.documents.standards import STANDARDS, Standard


@pytest.mark.parametrize("standard", STANDARDS.values(), ids=STANDARDS)
def test_head_eyes_and_the_gap_above_fit_together(standard: Standard) -> None:
    least, greatest = standard.head
    assert 0 < least <= greatest < standard.height and standard.source
    if standard.eyes:
        low, high = standard.eyes
        assert 0 < low <= high < standard.height
    if standard.above:
        low, high = standard.above
        assert 0 <= low <= high and low + least < standard.height


@pytest.mark.parametrize("standard", STANDARDS.values(), ids=STANDARDS)
def test_the_title_says_the_size_as_people_write_it(standard: Standard) -> None:
    inches = standard.height == pytest.approx(50.8)
    size = "2 x 2 inch" if inches else f"{standard.width:g} x {standard.height:g} mm"
    assert standard.title.endswith(size)
