"""Bags on shoulders: straps lie on the body as taut bands do, the bag hangs at the hip or on the back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figureground.synth.grasp import Trunk, from_bone, taut, trunk, trunk_points
from figureground.synth.parts import Floats, Person
from figureground.synth.shapes import UP, Mesh, curve, cushion, frame_of, grid, join, unit, vec
from figureground.synth.stock import Stock
from figureground.synth.surfaces import Thing


def on_shoulder(stock: Stock, person: Person, held: Sequence[str]) -> tuple[str, Thing]:
    """A backpack or a shoulder bag; on a side whose strap a hand holds if there is one."""
    body = trunk(person)
    points = trunk_points(person, body)
    kind = stock.rng.random()
    side = "LR"[int(stock.rng.integers(2))] if not held else held[0]
    if kind < 0.3:
        return "backpack", _backpack(stock, person, body, points)
    return "shoulder bag", _shoulder_bag(stock, person, body, points, side, crossed=kind > 0.62 and not held)


def _strap(path: Floats, outward: Sequence[Floats] | Floats, width: float) -> Mesh:
    """A band along a path (N, 3), flat against what lies opposite to `outward` (N, 3)."""
    along = np.gradient(path, axis=0)
    across = np.cross(along, np.asarray(outward))
    across *= width / 2 / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-12)
    return grid(np.stack([path - across, path + across], axis=1))


def _shoulder_bag(stock: Stock, person: Person, body: Trunk, points: Floats, side: str, crossed: bool) -> Thing:
    """A bag at the hip whose strap runs over the shoulder of the same side or, `crossed`, over the other."""
    out = body.left if side == "L" else -body.left
    width, height, depth = stock.between(0.22, 0.36), stock.between(0.16, 0.3), stock.between(0.07, 0.13)
    other = {"L": "R", "R": "L"}[side] if crossed else side
    top = 0.62 * person.joints[f"upperarm01.{other}"] + 0.38 * person.joints["neck01"]
    hip = person.joints[f"upperleg01.{side}"]
    reach = float(((points[points[:, 1] < body.hip + 0.15] - body.middle) @ out).max(initial=0.15))
    centre = body.middle + out * (reach + depth / 2 + 0.01)
    centre[1] = hip[1] + stock.between(-0.02, 0.12) + height / 2 * (0 if crossed else -0.3)
    ends = np.array([centre + [0, height * 0.4, 0] + body.front * width * s for s in (-0.42, 0.42)])
    up = unit(top - ends.mean(0))
    near = np.abs((points - top) @ unit(np.cross(body.front, up))) < 0.03
    near &= (points - ends.mean(0)) @ up > 0.0
    path = taut(points[near], body.front, up, ends)
    thick = stock.between(0.015, 0.05)
    outward = path - (path.mean(0) + 0 * path)
    outward -= np.outer(outward @ unit(np.cross(body.front, up)), unit(np.cross(body.front, up)))
    case = cushion(width, height, depth, stock.between(0.15, 0.4)).moved(y=-height / 2)
    frame = frame_of(UP, out)
    return [(stock.cloth, case.framed(frame, centre)), (stock.cloth, _strap(path, outward, thick))]


def _backpack(stock: Stock, person: Person, body: Trunk, points: Floats) -> Thing:
    """A bag on the back with a strap over either shoulder."""
    behind = float(((points - body.middle) @ -body.front).max(initial=0.1))
    width, height, depth = stock.between(0.26, 0.34), stock.between(0.36, 0.5), stock.between(0.12, 0.2)
    middle = body.middle - body.front * (behind + depth / 2 - 0.01)
    middle[1] = body.shoulder - height / 2 + 0.02
    case = cushion(width, height, depth, 0.35).moved(y=-height / 2)
    pocket = cushion(width * 0.75, height * 0.45, 0.08, 0.4).moved(0, -height * 0.42, -depth / 2)
    meshes = [mesh.framed(frame_of(UP, body.front), middle) for mesh in (case, pocket)]
    for side in "LR":
        path = _backpack_strap(
            person, body, points, side, middle + vec(0, height * 0.42, 0), middle - vec(0, height * 0.3, 0)
        )
        meshes.append(_strap(path, path - path.mean(0), stock.between(0.04, 0.06)))
    return [(stock.cloth, join(meshes))]


def _backpack_strap(person: Person, body: Trunk, points: Floats, side: str, top: Floats, low: Floats) -> Floats:
    """From the bag's top over the shoulder, down the chest, below the arm to the bag's lower corner, (K, 3)."""
    out = body.left if side == "L" else -body.left
    x = float((person.joints[f"upperarm01.{side}"] - body.middle) @ out) * 0.68
    near = (np.abs((points - body.middle) @ out - x) < 0.03) & (points[:, 1] > body.shoulder - 0.32)
    near &= ((points - body.middle) @ body.front > -0.02) | (points[:, 1] > body.shoulder - 0.06)
    top, low = top + out * x, low + out * x
    loop = taut(points[near], body.front, UP, top[None])[:-1]
    # The loop's last stretch, from the chest straight back to the bag, runs through the body: it goes round it instead.
    kept = loop[np.flatnonzero(from_bone(loop, loop[0], top) > 0.012)]
    if (kept[0] - kept[-1]) @ body.front > 0:
        kept = kept[::-1]
    chest = kept[-1]
    level = np.abs(points[:, 1] - chest[1] + 0.03) < 0.04
    flank = float(((points[level] - body.middle) @ out).max(initial=x)) + 0.012
    beside = body.middle + out * flank + body.front * 0.02
    beside[1] = chest[1] - 0.04
    return np.concatenate([kept, curve([chest, beside, low], 10)[1:]])
