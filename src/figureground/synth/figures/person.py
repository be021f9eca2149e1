"""A whole person: build, traits, pose, clothes and what is worn with them, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from figureground.synth.figures.body import SKIN, Body, Skeleton, draw_phenotype
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.looks import Traits, beard, draw_face, draw_traits, face_parts, hair, skin_texture
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.poses import Stance, draw_stance
from figureground.synth.figures.skinned import SkinnedMesh
from figureground.synth.figures.wardrobe import Outfit, dress, hat, on_the_face, suits_hat
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.material import Part, Texture


@dataclass(frozen=True)
class Person:
    """A posed, dressed person with the feet (or seat, or back) on y = 0 at the origin, facing +z before it is turned.

    Attributes:
        parts: Skin, hair and what is worn; `person` is true of all.
        joints: World position (3,) of each of the body's bones' heads, by the bones' MakeHuman names.
        frames: World rotation (3, 3) of each bone against the rest pose.
        posture: standing, seated (on something `seat_height` high), ground, lying, crouching.
        seat_height: Metres of the underside of the thighs above y = 0; 0 unless seated.
        facts: What metadata.csv says of the person: female, age, ancestry, outfit, hair, …
    """

    parts: tuple[Part, ...]
    joints: Mapping[str, Floats]
    frames: Mapping[str, Floats]
    posture: str
    seat_height: float = 0.0
    facts: Mapping[str, str | float | int] = field(default_factory=dict)


_METRE = 10.0  # decimetres
_YEARS = ((0.0, 1 / 3, 2 / 3, 1.0), (1, 10, 25, 80))


def make_person(rng: np.random.Generator, body: Body, assets: Assets, *, posture: str, framing: str) -> Person:
    """A person drawn from `rng` alone; the same state of it gives the same person.

    Args:
        rng: Where all choices come from.
        body: Of body.npz.
        assets: Clothes, hair and poses.
        posture: standing, walking, seated, ground, lying or crouching.
        framing: close, half or full: what looks odd below the chest is left for the first two.
    Returns:
        The person; facts["grip"] names the hands that can hold something: "", "L", "R" or "LR".
    """
    phenotype = draw_phenotype(rng)
    vertices, heads = body.shape(phenotype)
    figure, traits = Figure(body, vertices, heads), draw_traits(rng, phenotype)
    stance = draw_stance(rng, body, heads, assets.poses, posture=posture, framing=framing)
    face, mouth_open, expression = draw_face(rng, assets)
    skeleton = Skeleton(body, heads, stance.pose | face)
    outfit = dress(rng, figure, assets, traits, posture)
    pieces, style, extras = _dressed(rng, figure, assets, traits, outfit, mouth_open=mouth_open)
    parts = [_skin(figure, outfit.hidden, skeleton, skin_texture(rng, assets, traits))]
    parts += [piece.posed(skeleton) for piece in pieces]
    facts = _facts(traits, figure, outfit, stance, style, extras) | {"expression": expression}
    return _placed(parts, body, skeleton, posture, facts)


def _dressed(
    rng: np.random.Generator, figure: Figure, assets: Assets, traits: Traits, outfit: Outfit, *, mouth_open: bool
) -> tuple[list[SkinnedMesh], str, str]:
    """All that is worn or grows, the name of the hair, and what is worn on the face."""
    if outfit.headwear in ("cap", "beanie") and not suits_hat(traits.style):
        traits = replace(traits, style="long01" if traits.female else "buzz")
    covered = outfit.headwear == "fedora" or outfit.hides_hair
    if covered and traits.style != "none":
        traits = replace(traits, style="buzz")
    grown = hair(rng, figure, assets, traits)
    pieces = face_parts(rng, figure, assets, traits, mouth_open=mouth_open) + beard(rng, figure, traits)
    if outfit.headwear in ("cap", "beanie", "fedora"):
        outfit.add(hat(rng, figure, assets, outfit.headwear, grown))
    extras, names = on_the_face(rng, figure, outfit.headwear, traits)
    for piece in pieces + grown:
        outfit.hidden[piece.hides] = True
    return pieces + grown + outfit.clothes + extras, "hidden" if covered else traits.style, names


def _skin(figure: Figure, hidden: NDArray[np.bool_], skeleton: Skeleton, texture: Texture) -> Part:
    """The skin that no garment covers."""
    body = figure.body
    shown = ~hidden[body.faces].all(axis=1)
    skin = SkinnedMesh(
        figure.vertices[:SKIN],
        body.weights[:SKIN],
        body.faces[shown],
        body.uv,
        body.uv_faces[shown],
        texture,
        roughness=0.5,
        specular=0.3,
    )
    return skin.posed(skeleton)


def _placed(
    parts: list[Part], body: Body, skeleton: Skeleton, posture: str, facts: dict[str, str | float | int]
) -> Person:
    """In metres, the lowest point on the floor, the pelvis above the origin."""
    lowest = min(float(part.vertices[np.unique(part.faces), 1].min()) for part in parts)
    pelvis = skeleton.place("root")
    origin = np.array([pelvis[0], lowest, pelvis[2]])
    placed = tuple(replace(part, vertices=(part.vertices - origin) / _METRE) for part in parts)
    joints = {bone: (skeleton.places[number] - origin) / _METRE for bone, number in body.index.items()}
    frames = {bone: skeleton.turns[number] for bone, number in body.index.items()}
    return Person(
        placed, joints, frames, _posture(posture), _seat(placed, joints) if posture == "seated" else 0.0, facts
    )


def _posture(posture: str) -> str:
    return "standing" if posture == "walking" else posture


def _seat(parts: tuple[Part, ...], joints: dict[str, Floats]) -> float:
    """Height of the underside of the thighs, clothes included, near the hips."""
    hip = (joints["upperleg01.L"] + joints["upperleg01.R"]) / 2
    knee = (joints["lowerleg01.L"] + joints["lowerleg01.R"]) / 2
    forward = (knee - hip) * np.array([1, 0, 1])
    low = [hip[1] - 0.05]
    for part in parts:
        points = part.vertices[np.unique(part.faces)]
        share = (points - hip) @ forward / (forward @ forward)
        near = (
            (share > 0.0)
            & (share < 0.6)
            & (np.abs(points[:, 1] - hip[1]) < 0.16)
            & (np.abs(points[:, 0] - hip[0]) < 0.25)
        )
        low.append(float(points[near, 1].min(initial=hip[1])))
    return float(min(low))


def _facts(
    traits: Traits, figure: Figure, outfit: Outfit, stance: Stance, style: str, extras: str
) -> dict[str, str | float | int]:
    height = np.ptp(figure.vertices[:SKIN, 1]) / _METRE
    return {
        "female": int(traits.female),
        "age": round(float(np.interp(traits.age, *_YEARS))),
        "ancestry": traits.ancestry,
        "height": round(float(height), 2),
        "outfit": outfit.name,
        "headwear": outfit.headwear,
        "hair": style,
        "beard": traits.beard,
        "extras": extras,
        "arms": "+".join(stance.arms),
        "grip": stance.grip,
    }
