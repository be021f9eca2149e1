"""The baked body against the model it was made from, and how bones move it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.synth.figures.body import Body, BodyError, Skeleton, draw_phenotype, interpolation
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import X, Z

_TO_Y_UP = 10 * np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


@pytest.mark.slow
def test_the_baked_body_is_the_models_to_a_fifth_of_a_millimetre(body: Body) -> None:
    anny = pytest.importorskip("anny", reason="anny is not installed")
    model = anny.Anny(rig="makehuman", topology="makehuman", phenotypes="all", skinning_method="lbs")
    rng = np.random.default_rng(7)
    for number in range(20):
        phenotype = draw_phenotype(rng, evenly=number % 2 == 0)
        rest = model(pose_parameters=None, phenotype_kwargs=phenotype)
        vertices, heads = body.shape(phenotype)
        for ours, theirs in ((vertices, rest["rest_vertices"]), (heads, rest["rest_bone_heads"])):
            apart = np.linalg.norm(ours - theirs[0].detach().numpy() @ _TO_Y_UP.T, axis=1)
            assert apart.max() < 0.002  # decimetres


def test_weights_of_variations_are_linear_between_neighbours() -> None:
    middle = dict.fromkeys(draw_phenotype(np.random.default_rng(0)), 0.5) | {"african": 2.0, "age": 1 / 3}
    weights = interpolation(middle)
    assert np.allclose(weights[:3], [2 / 3, 1 / 6, 1 / 6])
    assert np.allclose(weights[3:5], [0.5, 0.5])  # male, female
    assert np.allclose(weights[5:10], [0, 0, 1, 0, 0])  # a child
    assert np.allclose(weights[10:13], [0, 1, 0])


def test_heights_are_those_of_people(body: Body) -> None:
    rng, heights = np.random.default_rng(3), []
    for _ in range(40):
        phenotype = draw_phenotype(rng)
        vertices, _ = body.shape(phenotype)
        heights.append(np.ptp(vertices[:13380, 1]) / 10)
        assert 1.0 < heights[-1] < 2.15
    assert 1.5 < np.median(heights) < 1.85


def test_skinning_weights_are_shares(body: Body) -> None:
    assert np.allclose(body.weights.sum(axis=1), 1)
    assert all(parent < number for number, parent in enumerate(body.parents))


def test_a_turned_bone_takes_its_children_with_it(body: Body) -> None:
    vertices, heads = body.shape(draw_phenotype(np.random.default_rng(1)))
    turned = Skeleton(body, heads, {"lowerarm01.L": rotation(X, 1.0), "root": rotation(Z, np.pi)})
    at_rest = Skeleton(body, heads, {})
    assert np.allclose(at_rest.skin(vertices, body.weights), vertices)
    pivot, hand = body.index["lowerarm01.L"], body.index["finger3-1.L"]
    wanted = turned.places[pivot] + rotation(Z, np.pi) @ rotation(X, 1.0) @ (heads[hand] - heads[pivot])
    assert np.allclose(turned.place("finger3-1.L"), wanted)
    assert np.allclose(turned.turn("wrist.R"), rotation(Z, np.pi))


def test_a_missing_body_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BodyError, match=r"body\.npz: cannot be read"):
        Body(tmp_path / "body.npz")
