"""Clothes cut from the body's helper geometry: tops, jackets, coats, trousers, skirts, dresses.

MakeHuman's base mesh carries a loose second skin ("tights", neck to ankle) and a skirt. A garment is the part of it
between a few lines, moved outwards, hung from the chest, its hems turned in. All is done on the body at rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from figureground.synth.figures.figure import Figure
from figureground.synth.figures.skinned import SkinnedMesh
from figureground.synth.geometry.cutting import Piece, cut, smoothed, with_hems
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.geometry.vectors import Floats, Indices, smoothstep
from figureground.synth.materials.material import Texture

_REPEAT = 3.5  # decimetres of cloth that one texture covers
_FAR = 9.0
_COLLAR = 0.8  # decimetres from the middle of the neck to where a shirt lies on the shoulder
_UNDER = 0.03  # decimetres that trousers stand off the hips
_WELL_INSIDE = 0.25  # decimetres within a garment's lines, where skin is hidden


class Tailor:
    """Makes garments for one body.

    Attributes:
        hidden: (V,) body vertices that the garments made so far cover.
    """

    def __init__(self, rng: np.random.Generator, figure: Figure) -> None:
        self.figure, self.body = figure, figure.body
        self.hidden: NDArray[np.bool_] = np.zeros(len(figure.vertices), bool)
        self._tights, self._skirt = self.body.helpers["tights"], self.body.helpers["skirt"]
        self._normals = vertex_normals(figure.vertices, self._tights)
        self._soft = self._soften()
        self._hung = self._hang(self._soft)
        self._folds = [(rng.normal(size=3) * rng.uniform(1.2, 3.2), rng.uniform(0, 6.3)) for _ in range(6)]
        self._legs = figure.head("upperleg01.L")[0]

    def _soften(self) -> Floats:
        """The second skin with its hollows filled, as cloth spans them; nowhere inside what it was."""
        vertices = self.figure.vertices
        soft = smoothed(vertices, self._tights, 5)
        sunk = np.minimum(((soft - vertices) * self._normals).sum(axis=1, keepdims=True), 0)
        return np.asarray(soft - self._normals * sunk)

    def _hang(self, points: Floats) -> Floats:
        """The torso below the chest as cloth hangs: no narrower than what is above it, seen from each direction."""
        figure = self.figure
        levels, angles = 26, 24
        tall = (points[:, 1] > figure.hip - 1.5) & (points[:, 1] < figure.chest + 1.2)
        torso = np.asarray((figure.arm < 0.3) & tall, bool)
        torso[: self._tights.min()] = torso[self._tights.max() + 1 :] = False
        height = (figure.chest + 1.2 - points[torso, 1]) / (figure.chest + 2.7 - figure.hip) * (levels - 1)
        offset = points[torso][:, [0, 2]] - np.array([0, figure.front])
        radius, angle = np.linalg.norm(offset, axis=1), np.arctan2(offset[:, 0], offset[:, 1])
        row, column = np.round(height).astype(int), np.round(angle / (2 * np.pi) * angles).astype(int) % angles
        reach = np.zeros((levels, angles))
        np.maximum.at(reach, (row, column), radius)
        for level in range(1, levels):  # hangs from above, drawn in a little on the way down
            reach[level] = np.maximum(reach[level], reach[level - 1] * 0.985)
        reach = (np.roll(reach, 1, 1) + 2 * reach + np.roll(reach, -1, 1)) / 4
        reach[1:-1] = (reach[:-2] + 2 * reach[1:-1] + reach[2:]) / 4
        fade = np.clip(height / 4, 0, 1)
        grown = radius + fade * np.clip(reach[row, column] - radius, 0, 1.2 * figure.scale)
        hung = points.copy()
        hung[np.flatnonzero(torso)[:, None], [0, 2]] = np.array([0, figure.front]) + offset * (grown / radius)[:, None]
        return hung

    def top(
        self,
        texture: Texture,
        *,
        sleeve: float,
        hem: float,
        neck: float,
        ease: float,
        hang: float = 0.5,
        vee: float = 0.0,
        gap: float | None = None,
        roughness: float = 0.85,
    ) -> SkinnedMesh:
        """A shirt, jumper or jacket.

        Args:
            texture: Its cloth.
            sleeve: Where the sleeves end: 0 none, 1 elbow, 2 wrist.
            hem, neck: Heights of its lower and upper line.
            ease: How far it stands off the body, decimetres.
            hang: How much it hangs from the chest, 0 (tight) .. 1.
            vee: Depth of a V-neck.
            gap: Half width of an open front; None is shut.
        """
        x, y, z = self.figure.vertices.T
        arm, scale = self.figure.arm, self.figure.scale
        ends = np.where(arm > 0.35, (sleeve - self.figure.along) * 2.5 * scale, _FAR)
        ends = ends if sleeve > 0.15 else (0.5 - arm) * 2
        behind = np.clip((self.figure.head("neck01")[2] - z) / (0.8 * scale), 0, 1)  # the nape is higher
        line = (
            neck + 0.3 * scale * behind - vee * np.clip(1 - np.abs(x) / (0.9 * scale), 0, 1) * (z > self.figure.front)
        )
        collar = np.maximum(line - y, np.abs(x) - _COLLAR * scale)  # the shoulders stay covered
        field = np.minimum(np.minimum(ends, np.where(arm > 0.5, _FAR, y - hem)), collar)
        if gap is not None:
            field = np.minimum(field, self._opening(gap))
        shape = self._soft * (1 - hang) + self._hung * hang
        width = np.where(arm > 0.35, np.clip(1.25 - 0.35 * self.figure.along, 0.5, 1.2), 1.0)
        over = 0.08 * smoothstep(-y, -self.figure.waist, -self.figure.hip)  # outside the trousers
        lift = ease * width + np.where(arm > 0.35, 0, over)
        return self._sewn(self._tights, field, shape + self._normals * lift[:, None], texture, roughness)

    def _opening(self, gap: float) -> Floats:
        """Positive beside an open front, which is wider below."""
        x, y, z = self.figure.vertices.T
        wide = gap * np.clip((self.figure.neck + 1 - y) / 4, 0.3, 2)
        front = (z > self.figure.front + 0.2) & (self.figure.arm < 0.3)
        return np.asarray(np.where(front, np.abs(x) - wide, _FAR))

    def trousers(self, texture: Texture, *, waist: float, end: float, ease: float, flare: float = 0.0) -> SkinnedMesh:
        """Trousers or shorts from the height `waist` to `end`; `flare` is added to the ease towards the ankle."""
        figure = self.figure
        y = figure.vertices[:, 1]
        field = np.where(figure.arm > 0.3, -_FAR, np.minimum(waist - y, y - end))
        down = np.clip((figure.hip - y) / (figure.hip - figure.ankle), 0, 1)
        inner = np.clip(np.abs(figure.vertices[:, 0]) / (0.7 * figure.scale), 0.15, 1)  # the legs must not meet
        below = smoothstep(
            -y, -figure.hip, 1.6 * figure.scale - figure.hip
        )  # close at the waist, under what hangs over it
        width = (_UNDER * (1 - below) + ease * below + flare * down) * np.where(down > 0, inner, 1)
        return self._sewn(self._tights, field, self._soft + self._normals * width[:, None], texture, 0.85)

    def skirt(
        self, texture: Texture, *, waist: float, end: float, ease: float, flare: float = 0.0, gap: float | None = None
    ) -> SkinnedMesh:
        """A skirt, or the lower half of a dress or coat; `flare` widens it towards the hem, as a share."""
        figure = self.figure
        points = figure.vertices
        y = points[:, 1]
        field = np.minimum(waist - y, y - end)
        if gap is not None:
            field = np.minimum(field, self._opening(gap))
        down = np.clip((figure.waist - y) / (figure.waist - figure.knee), 0, 1.6)
        middle = np.array([0.0, 0.0, figure.front])
        outwards = (points - middle) * np.array([1.0, 0.0, 1.0])
        far = np.linalg.norm(outwards, axis=1, keepdims=True)
        pleats = 1 + 0.06 * flare * np.sin(np.arctan2(outwards[:, 0], outwards[:, 2]) * 14) * down
        shape = points + outwards * (flare * down * pleats)[:, None] + outwards / (far + 1e-9) * ease
        made = self._sewn(self._skirt, field, shape, texture, 0.85, weights=self._skirt_weights())
        legs = (figure.arm < 0.3) & (y < waist - 0.3) & (y > max(end + 1.0 * figure.scale, figure.ankle + 0.5))
        self.hidden |= legs if gap is None else np.zeros_like(legs)
        return made

    def _skirt_weights(self) -> Floats:
        """Cloth between the legs follows both, so that it spans them when they part."""
        figure, body = self.figure, self.body
        x, y = figure.vertices[:, 0], figure.vertices[:, 1]
        left = smoothstep(x, -1.5 * figure.scale, 1.5 * figure.scale)
        legs = smoothstep(-y, -(figure.hip + 0.7 * figure.scale), -(figure.hip - 1.0 * figure.scale))
        below = smoothstep(-y, -(figure.knee + 0.6 * figure.scale), -(figure.knee - 0.6 * figure.scale))
        weights = np.zeros_like(body.weights)
        weights[:, body.index["spine05"]] = 1 - legs
        for share, side in ((left, "L"), (1 - left, "R")):
            weights[:, body.index[f"upperleg01.{side}"]] = legs * share * (1 - below)
            weights[:, body.index[f"lowerleg01.{side}"]] = legs * share * below
        return weights

    def _sewn(
        self,
        faces: Indices,
        field: Floats,
        shape: Floats,
        texture: Texture,
        roughness: float,
        weights: Floats | None = None,
    ) -> SkinnedMesh:
        """Cut, wrinkle, turn the hems in; remember what is covered."""
        piece = cut(faces, field)
        points = piece.of(shape)
        wrinkles = np.sum([np.sin(points @ wave + phase) for wave, phase in self._folds], axis=0) / len(self._folds)
        points = points + piece.of(self._normals) * (0.055 * wrinkles)[:, None]
        body = piece.of(self.figure.vertices)
        rim, strip = with_hems(points, body, piece.faces)
        bones = piece.of(self.body.weights if weights is None else weights)
        uv, uv_faces = self._texture_places(piece, body)
        self.hidden |= field > _WELL_INSIDE
        return SkinnedMesh(
            np.concatenate([points, body[rim]]),
            np.concatenate([bones, bones[rim]]),
            np.concatenate([piece.faces, strip]),
            uv,
            np.concatenate([uv_faces, np.zeros_like(strip)]),
            texture,
            roughness=roughness,
        )

    def _texture_places(self, piece: Piece, points: Floats) -> tuple[Floats, Indices]:
        """Cloth wrapped about torso and arms, each by its own axis, mirrored at its front so that it has no seam."""
        torso = _wrapped(points[:, 0], points[:, 2] - self.figure.front, points[:, 1], 1.3)
        sign = np.where(points[:, 0] > 0, 1.0, -1.0)
        shoulder, wrist = self.figure.head("upperarm01.L"), self.figure.head("wrist.L")
        middle = shoulder[1] + (np.abs(points[:, 0]) - shoulder[0]) * (wrist - shoulder)[1] / (wrist - shoulder)[0]
        arm = _wrapped(points[:, 1] - middle, points[:, 2] - shoulder[2], np.abs(points[:, 0]) * 1.4, 0.55)
        arm[:, 0] += sign * 0.37
        of_arm = np.min(piece.of(self.figure.arm)[piece.faces], axis=1) > 0.5
        return np.concatenate([torso, arm]), np.where(of_arm[:, None], piece.faces + len(torso), piece.faces)


def _wrapped(x: Floats, z: Floats, along: Floats, radius: float) -> Floats:
    around = np.abs(np.arctan2(x, z)) * radius
    return np.stack([around, along], 1) / _REPEAT
