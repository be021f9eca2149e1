"""Cutting, colours, and the shapes that accessories are made of."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.figures.body import SKIN, Body, draw_phenotype
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.headwear import Head, beanie, cap, glasses, headphones
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.skinned import ball, grid, joined, sheet, tube
from figureground.synth.figures.tailoring import Tailor
from figureground.synth.figures.wardrobe import unmarked
from figureground.synth.geometry.cutting import border, cut, smoothed, with_hems
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.materials.fabrics import cloth, cloth_colour, denim, flat, knit, recoloured
from figureground.synth.materials.noise import value_noise

SQUARE = np.array([[0, 1, 2], [0, 2, 3]])
CORNERS = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])


def area(points: np.ndarray, faces: np.ndarray) -> float:
    first, second, third = points[faces].transpose(1, 0, 2)
    return float(np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2)


@pytest.mark.parametrize(("field", "left"), [([1, 1, -1, -1], 0.5), ([1, -1, -1, -1], 0.125), ([-1, 1, 1, 1], 0.875)])
def test_a_square_cut_along_a_line(field: list[float], left: float) -> None:
    piece = cut(SQUARE, np.array(field, float))
    points = piece.of(CORNERS)
    # the diagonal runs from the first corner to the third, so a single corner is cut from one or two triangles
    expected = {0.5: 0.5, 0.125: 0.25, 0.875: 0.75}[left]
    assert area(points, piece.faces) == pytest.approx(expected)
    assert (vertex_normals(points, piece.faces)[:, 2] > 0.99).all()  # they still look the same way


def test_a_cut_outside_leaves_nothing_or_all() -> None:
    assert len(cut(SQUARE, np.full(4, -1.0)).faces) == 0
    assert cut(SQUARE, np.ones(4)).of(CORNERS).tolist() == CORNERS.tolist()


def test_hems_close_the_border() -> None:
    assert len(border(SQUARE)) == 4
    rim, strip = with_hems(CORNERS, CORNERS - [0, 0, 1], SQUARE)
    points = np.concatenate([CORNERS, CORNERS[rim] - [0, 0, 1]])
    assert area(points, strip) == pytest.approx(4)
    edges = border(np.concatenate([SQUARE, strip]))
    assert (edges >= 4).all()  # only the inner rim is open now


def test_smoothing_flattens_a_bump_and_keeps_the_border() -> None:
    faces = grid(5, 5)
    points = np.stack([*np.meshgrid(np.arange(5.0), np.arange(5.0)), np.zeros((5, 5))], -1).reshape(-1, 3)
    points[12, 2] = 1
    soft = smoothed(points, faces, 3)
    assert 0 < soft[12, 2] < 0.5
    assert soft[0].tolist() == points[0].tolist()


@pytest.mark.parametrize(
    "shape",
    [
        ball(np.zeros(3), np.array([1.0, 2, 3])),
        tube(np.stack([np.sin(np.linspace(0, 6, 20)), np.cos(np.linspace(0, 6, 20)), np.zeros(20)], -1), 0.1),
    ],
    ids=["ball", "tube"],
)
def test_faces_look_outwards(shape: object) -> None:
    normals = vertex_normals(shape.points, shape.faces)  # type: ignore[attr-defined]
    if len(shape.points) == 126:  # type: ignore[attr-defined]
        outwards = shape.points  # type: ignore[attr-defined]
    else:
        rings = shape.points.reshape(20, 8, 3)  # type: ignore[attr-defined]
        outwards = (rings - rings.mean(axis=1, keepdims=True)).reshape(-1, 3)
    assert np.median((normals * outwards).sum(axis=1)) > 0


def test_joined_shapes_keep_their_faces() -> None:
    flat_sheet = sheet(np.zeros((2, 3, 3)))
    both = joined([flat_sheet, flat_sheet])
    assert both.faces.max() == 11 and len(both.faces) == 8


def test_colours_of_clothes_are_muted() -> None:
    rng = np.random.default_rng(0)
    colours = np.array([cloth_colour(rng) for _ in range(1000)])
    colourful = np.ptp(colours, axis=1)
    assert np.median(colourful) < 0.12
    assert (colourful > 0.45).mean() < 0.08
    assert (colours.max(axis=1) < 0.3).mean() > 0.3  # a third is dark
    assert colours.min() > 0 and colours.max() < 1


@pytest.mark.parametrize("made", [cloth, denim, knit])
def test_cloth_is_a_picture_that_repeats(made: object) -> None:
    texture = made(np.random.default_rng(1))  # type: ignore[operator]
    assert texture.dtype == np.float32 and texture.shape == (256, 256, 3)
    assert texture.min() > 0 and texture.max() < 1


def test_noise_has_no_seam() -> None:
    uneven = value_noise(np.random.default_rng(0), (4, 8))
    inside = np.abs(np.diff(uneven, axis=1)).max()
    assert np.abs(uneven[:, 0] - uneven[:, -1]).max() <= 1.5 * inside


def test_dyeing_keeps_light_and_shade() -> None:
    texture = np.full((2, 2, 3), 0.4, np.float32)
    texture[0, 0] = 0.2
    where = np.array([[True, True], [True, False]])
    dyed = recoloured(texture, where, np.array([0.6, 0.1, 0.1]))
    assert np.allclose(dyed[1, 1], 0.4)
    assert np.allclose(dyed[0, 1], [0.6, 0.1, 0.1], atol=1e-3) and np.allclose(dyed[0, 0], [0.3, 0.05, 0.05], atol=1e-3)


@pytest.mark.parametrize(("name", "place"), [("female_casualsuit01", (119, 432)), ("male_casualsuit06", (82, 274))])
def test_emblems_are_painted_over(assets: Assets, name: str, place: tuple[int, int]) -> None:
    texture, _ = assets.picture(assets.textures("clothes", name)[0])
    row, column = place
    window = np.s_[row - 20 : row + 20, column - 30 : column + 30]
    assert texture[window].std(axis=(0, 1)).max() > 0.03
    assert unmarked(name, texture)[window].std(axis=(0, 1)).max() < 0.02


@pytest.fixture(scope="module")
def figure(body: Body) -> Figure:
    return Figure(body, *body.shape(draw_phenotype(np.random.default_rng(5)) | {"age": 0.7}))


def test_trousers_and_shirt_cover_the_trunk(figure: Figure) -> None:
    tailor = Tailor(np.random.default_rng(0), figure)
    grey = flat((0.5, 0.5, 0.5))
    shirt = tailor.top(grey, sleeve=1.9, hem=figure.hip, neck=figure.neck, ease=0.1)
    tailor.trousers(grey, waist=figure.waist, end=figure.ankle, ease=0.1)
    y = figure.vertices[:SKIN, 1]
    trunk = (figure.arm[:SKIN] < 0.1) & (y > figure.knee) & (y < figure.head("spine01")[1])
    assert tailor.hidden[:SKIN][trunk].all()
    head = figure.body.weights[:SKIN, figure.body.index["head"]] > 0.5
    assert not tailor.hidden[:SKIN][head].any()
    assert shirt.points[:, 1].min() > figure.hip - 0.3


def test_an_open_jacket_is_open_and_a_flared_skirt_wider(figure: Figure) -> None:
    grey = flat((0.5, 0.5, 0.5))

    def jacket(gap: float | None) -> np.ndarray:
        made = Tailor(np.random.default_rng(0), figure).top(
            grey, sleeve=1.9, hem=figure.hip, neck=figure.neck, ease=0.2, gap=gap
        )
        front = (np.abs(made.points[:, 0]) < 0.2) & (made.points[:, 2] > figure.front + 0.3)
        return front & (made.points[:, 1] < figure.neck - 0.6)

    assert jacket(None).any() and not jacket(0.6).any()
    wide = [
        np.ptp(
            Tailor(np.random.default_rng(0), figure)
            .skirt(grey, waist=figure.waist, end=figure.knee, ease=0.1, flare=flare)
            .points[:, 0]
        )
        for flare in (0.0, 0.4)
    ]
    assert wide[1] > 1.2 * wide[0]


def test_hats_sit_outside_the_skull(figure: Figure) -> None:
    head, rng = Head(figure), np.random.default_rng(0)
    skin = figure.vertices[:SKIN][figure.body.weights[:SKIN, figure.body.index["head"]] > 0.5]
    crown = skin[skin[:, 1] > head.centre[1] + 0.5]
    for made in (cap(rng, head, flat((0.1, 0.1, 0.1))), beanie(rng, head, flat((0.1, 0.1, 0.1)))):
        points = made[0].points
        assert points[:, 1].max() > crown[:, 1].max()
        assert np.ptp(points[:, 0]) > np.ptp(crown[:, 0])


def test_glasses_lie_before_the_eyes_and_lenses_let_them_through(figure: Figure) -> None:
    head = Head(figure)
    frame, lenses = glasses(np.random.default_rng(0), head, dark=False)
    assert lenses.points[:, 2].min() > head.eyes[0][2]
    assert lenses.opacity is not None and lenses.opacity.max() < 0.2
    assert np.ptp(frame.points[:, 0]) < 2.2 * figure.scale


def test_a_microphone_reaches_before_the_mouth(figure: Figure) -> None:
    head = Head(figure)
    plain = headphones(np.random.default_rng(0), head, microphone=False)[0]
    headset = headphones(np.random.default_rng(0), head, microphone=True)[0]
    assert headset.points[:, 2].max() > plain.points[:, 2].max() + 0.5
