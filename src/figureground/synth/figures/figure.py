"""Landmarks of a body at rest, along which clothes are cut and hair grows."""

from __future__ import annotations

import re

import numpy as np

from figureground.synth.figures.body import Body
from figureground.synth.geometry.vectors import Floats

_ARM = re.compile(r"upperarm|lowerarm|wrist|finger|metacarpal")


class Figure:
    """Landmarks of a body at rest, along which garments are cut; decimetres.

    Attributes:
        arm: (V,) share of the vertices' weights that belongs to the arms.
        face: (V,) share that belongs to the head and the bones of its face.
        along: (V,) 0 at the shoulder, 1 at the elbow, 2 at the wrist.
        neck, chest, waist, hip, knee, ankle: Heights.
        front: Depth of the spine, behind which the back begins.
        torso: (V,) whether a vertex lies between hips and chest.
        scale: Of this body against a grown-up's, by the length of the torso.
    """

    def __init__(self, body: Body, vertices: Floats, heads: Floats) -> None:
        self.body, self.vertices, self.heads = body, vertices, heads
        self.arm = body.weights[:, [bool(_ARM.match(bone)) for bone in body.bones]].sum(axis=1)
        self.face = body.weights[:, body.below("head")].sum(axis=1)
        self.along = np.where(vertices[:, 0] > 0, self._along("L"), self._along("R"))
        self.neck, self.chest = self.head("neck01")[1], self.head("spine02")[1]
        self.waist, self.hip = self.head("spine04")[1], self.head("upperleg01.L")[1]
        self.knee, self.ankle = self.head("lowerleg01.L")[1], self.head("foot.L")[1]
        self.scale = (self.neck - self.hip) / 5.9
        self.front = self.head("spine02")[2]
        y = vertices[:, 1]
        self.torso = (self.arm < 0.3) & (y > self.hip - 0.5 * self.scale) & (y < self.chest)

    def head(self, bone: str) -> Floats:
        """Place of a bone's head."""
        return np.asarray(self.heads[self.body.index[bone]])

    def _along(self, side: str) -> Floats:
        shoulder, elbow, wrist = (self.head(f"{bone}.{side}") for bone in ("upperarm01", "lowerarm01", "wrist"))
        upper, fore = elbow - shoulder, wrist - elbow
        first = (self.vertices - shoulder) @ upper / (upper @ upper)
        second = 1 + (self.vertices - elbow) @ fore / (fore @ fore)
        return np.asarray(np.where(second > 1, second, np.minimum(first, 1)))
