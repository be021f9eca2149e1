"""MakeHuman's files: meshes, how they sit on the body, poses, expressions; and the folder that holds them.

MakeHuman's frame: decimetres, y up, people look along +z.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from figureground.errors import FiguregroundError
from figureground.synth.geometry.rotations import from_rotation_vector, rotation, rotation_vector
from figureground.synth.geometry.vectors import Floats, Indices, X, Y, Z
from figureground.synth.materials.material import Texture

Pose = dict[str, Floats]

TEXTURE_SIDE = 512
_FACE_UNITS = "expressions/face-poseunits"
_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # poses are stored z up
_ADVICE = (
    "name a folder with the CC0 assets of MakeHuman, arranged as makehuman/{clothes,hair,skins,...} with index.json,"
    " by --assets or FIGUREGROUND_ASSETS"
)


class AssetsError(FiguregroundError):
    """The assets folder is missing, incomplete or damaged."""


@dataclass(frozen=True)
class Topology:
    """Triangles of an .obj: `faces` (M, 3) numbers of points, `uv_faces` (M, 3) numbers of `uv` (K, 2)."""

    faces: Indices
    uv_faces: Indices
    uv: Floats


@dataclass(frozen=True)
class Fit:
    """Where the points of a garment sit on the body, and what of the body it hides.

    Attributes:
        corners: (N, 3) body vertices of each point.
        weights: (N, 3) their shares; they sum to 1 but may be negative.
        offsets: (N, 3) added along the body's axes, to be scaled.
        scales: Axis number -> (vertex, vertex, distance between the two at which the offset is as written).
        hidden: Body vertices that the garment covers.
    """

    corners: Indices
    weights: Floats
    offsets: Floats
    scales: Mapping[int, tuple[int, int, float]]
    hidden: Indices

    def on(self, vertices: Floats) -> Floats:
        """Points (N, 3) on a body at rest, given its vertices (V, 3)."""
        factors = np.ones(3)
        for axis, (first, second, length) in self.scales.items():
            factors[axis] = abs(vertices[first, axis] - vertices[second, axis]) / length
        return np.asarray(np.einsum("nk,nki->ni", self.weights, vertices[self.corners]) + self.offsets * factors)

    def bone_weights(self, of_vertices: Floats) -> Floats:
        """Bone weights (N, B) mixed from those of the body's vertices (V, B)."""
        shares = np.clip(self.weights, 0, None) + 1e-6
        mixed = np.einsum("nk,nkb->nb", shares, of_vertices[self.corners])
        return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def read_obj(path: Path) -> Topology:
    """Polygons of an .obj as triangles. Its positions are not read: the .mhclo of the same name gives them."""
    uv: list[list[float]] = []
    corners: list[list[tuple[int, int]]] = []
    for words in _lines(path):
        if words[0] == "vt":
            uv.append([float(words[1]), float(words[2])])
        elif words[0] == "f":
            polygon = [_corner(word) for word in words[1:]]
            corners += [[polygon[0], polygon[k], polygon[k + 1]] for k in range(1, len(polygon) - 1)]
    if not corners:
        raise AssetsError(f"{path}: holds no faces; fetch the file again")
    numbers = np.array(corners, np.int64)
    return Topology(numbers[..., 0], numbers[..., 1], np.array(uv or [[0.0, 0.0]]))


def _corner(word: str) -> tuple[int, int]:
    fields = word.split("/")
    return int(fields[0]) - 1, int(fields[1]) - 1 if len(fields) > 1 and fields[1] else 0


def read_mhclo(path: Path) -> Fit:
    """How a garment sits on the body.

    Settings may stand between `verts 0` and the first of its lines, so only numbers count there.
    """
    points: list[tuple[list[int], list[float], list[float]]] = []
    scales: dict[int, tuple[int, int, float]] = {}
    hidden: list[int] = []
    section = ""
    for words in _lines(path):
        if words[0] in ("x_scale", "y_scale", "z_scale"):
            scales["xyz".index(words[0][0])] = int(words[1]), int(words[2]), float(words[3])
        elif words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif section == "verts" and re.match(r"-?\d", words[0]):
            points.append(_sitting(words))
        elif section == "delete_verts" and words[0].isdigit():
            for first, last in re.findall(r"(\d+)(?:\s*-\s*(\d+))?", " ".join(words)):
                hidden.extend(range(int(first), int(last or first) + 1))
    if not points:
        raise AssetsError(f"{path}: says of no point where it sits; fetch the file again")
    corners, weights, offsets = (np.array(column) for column in zip(*points, strict=True))
    return Fit(corners.astype(np.int64), weights, offsets, scales, np.array(hidden, np.int64))


def _sitting(words: Sequence[str]) -> tuple[list[int], list[float], list[float]]:
    if len(words) == 1:
        return [int(words[0])] * 3, [1.0, 0.0, 0.0], [0.0] * 3
    offset = [float(word) for word in words[6:9]] if len(words) >= 9 else [0.0] * 3
    return [int(word) for word in words[:3]], [float(word) for word in words[3:6]], offset


def read_bvh(path: Path) -> list[Pose]:
    """Each frame as rotations by joint, about the axes of the world, y up. Positions are not read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    head, separator, motion = text.partition("MOTION")
    joints = re.findall(r"(?:ROOT|JOINT)\s+(\S+).*?CHANNELS\s+\d+\s+([A-Za-z ]+)", head, re.S)
    count = sum(len(channels.split()) for _, channels in joints)
    values = [float(word) for word in motion.partition("Frame Time:")[2].split()[1:]]
    if not separator or not count or not values or len(values) % count:
        raise AssetsError(f"{path}: not a whole .bvh motion; fetch the file again")
    return [_bvh_frame(joints, values[start : start + count]) for start in range(0, len(values), count)]


def _bvh_frame(joints: Sequence[tuple[str, str]], values: Sequence[float]) -> Pose:
    pose, place = {}, 0
    for name, channels in joints:
        turn = np.eye(3)
        for channel in channels.split():
            if channel.endswith("rotation") and values[place]:
                turn = turn @ rotation((X, Y, Z)["XYZ".index(channel[0])], np.radians(values[place]))
            place += 1
        pose[name] = _Y_UP @ turn @ _Y_UP.T
    return pose


def read_mhpose(path: Path) -> dict[str, float]:
    """An expression: shares 0..1 of named face units."""
    return {str(name): float(share) for name, share in _json(path)["unit_poses"].items()}


def _lines(path: Path) -> list[list[str]]:
    """The words of each line that has any and is no comment."""
    split = (line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return [words for words in split if words and not words[0].startswith("#")]


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise AssetsError(f"{path}: cannot be read as JSON ({error}); {_ADVICE}") from None


class Assets:
    """The assets folder: what there is, each file read once a process.

    Raises:
        AssetsError: The folder has no index, or lacks a file that the index names.
    """

    def __init__(self, folder: Path) -> None:
        self.root = Path(folder) / "makehuman"
        if not (self.root / "index.json").is_file():
            raise AssetsError(f"{folder}: no MakeHuman assets here (makehuman/index.json is missing); {_ADVICE}")
        self._index = _json(self.root / "index.json")
        self._garments: dict[str, tuple[Topology, Fit]] = {}
        self._pictures: dict[Path, tuple[Texture, Texture]] = {}
        self._check()

    def _check(self) -> None:
        needed = {self.root / f"{_FACE_UNITS}.{suffix}" for suffix in ("bvh", "json")}
        needed |= {self.root / "poses/standing01.bvh", self.root / "poses/sit01.bvh"}
        for name, entry in self._index.items():
            kind, _, stem = name.partition("/")
            needed |= {self.root / kind / texture for texture in entry["textures"]}
            if "obj" in entry:
                needed |= {self.root / kind / entry["obj"], self.root / kind / f"{stem}.mhclo"}
        missing = sorted(str(path) for path in needed if not path.is_file())
        if missing:
            raise AssetsError(f"{missing[0]}: missing, with {len(missing) - 1} other files of the assets; {_ADVICE}")

    def names(self, kind: str, pattern: str = "") -> list[str]:
        """Names of the assets of a kind (clothes, hair, ...) that match a regular expression, sorted."""
        stems = sorted(name.partition("/")[2] for name in self._index if name.startswith(f"{kind}/"))
        return [stem for stem in stems if re.search(pattern, stem)]

    def garment(self, kind: str, name: str) -> tuple[Topology, Fit]:
        """Triangles of an asset and how it sits on the body."""
        key = f"{kind}/{name}"
        if key not in self._garments:
            topology, fit = read_obj(self.root / f"{key}.obj"), read_mhclo(self.root / f"{key}.mhclo")
            if topology.faces.max() >= len(fit.corners):
                raise AssetsError(f"{self.root / key}.obj: has more points than the .mhclo; fetch both again")
            self._garments[key] = topology, fit
        return self._garments[key]

    def textures(self, kind: str, name: str) -> list[Path]:
        """Picture files of an asset; the first is its usual one."""
        return [self.root / kind / texture for texture in self._index[f"{kind}/{name}"]["textures"]]

    def picture(self, path: Path) -> tuple[Texture, Texture]:
        """Colour (H, W, 3) and opacity (H, W) of a texture, 0..1, at most 512 x 512; shared, so do not write to it."""
        if path not in self._pictures:
            self._pictures[path] = _picture(path)
        return self._pictures[path]

    @cached_property
    def poses(self) -> dict[str, Pose]:
        """Whole-body poses by name: the first frame of each file."""
        return {path.stem: read_bvh(path)[0] for path in sorted((self.root / "poses").glob("*.bvh"))}

    @cached_property
    def face_units(self) -> dict[str, dict[str, Floats]]:
        """Face unit -> bone -> axis times angle (radians)."""
        names = _json(self.root / f"{_FACE_UNITS}.json")["framemapping"]
        frames = read_bvh(self.root / f"{_FACE_UNITS}.bvh")
        turned = [{bone: rotation_vector(turn) for bone, turn in frame.items()} for frame in frames]
        moving = [{bone: v for bone, v in frame.items() if np.abs(v).max() > 1e-4} for frame in turned]
        return dict(zip(names, moving, strict=True))

    @cached_property
    def expressions(self) -> dict[str, dict[str, float]]:
        """Expressions by name, as shares of face units."""
        return {path.stem: read_mhpose(path) for path in sorted((self.root / "expressions").glob("*.mhpose"))}

    def face(self, shares: Mapping[str, float]) -> Pose:
        """Rotations of the face's bones for shares of face units, added as vectors: the angles are small."""
        total: dict[str, Floats] = {}
        for unit_name, share in shares.items():
            for bone, vector in self.face_units[unit_name].items():
                total[bone] = total.get(bone, np.zeros(3)) + share * vector
        return {bone: from_rotation_vector(vector) for bone, vector in total.items()}


def _picture(path: Path) -> tuple[Texture, Texture]:
    """Unlike a photo's, the colour below transparent places is kept: it shows at the edges of hair."""
    stored = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.ndim != 3:
        raise AssetsError(f"{path}: not a colour picture; fetch the file again")
    if max(stored.shape[:2]) > TEXTURE_SIDE:
        stored = cv2.resize(stored, (TEXTURE_SIDE, TEXTURE_SIDE), interpolation=cv2.INTER_AREA)
    values = stored.astype(np.float32) / 255
    opacity = values[..., 3] if values.shape[2] == 4 else np.ones(values.shape[:2], np.float32)
    return np.ascontiguousarray(values[..., 2::-1]), np.ascontiguousarray(opacity)
