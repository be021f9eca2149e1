"""Bags on shoulders and forearms: straps lie on the body as taut bands do, the bag hangs at the hip or on the back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.rotations import axes_along
from figureground.synth.geometry.shapes import cushion, grid, spline
from figureground.synth.geometry.vectors import UP, Floats, unit, vec
from figureground.synth.materials.material import Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.things.attachment import Torso, from_bone, taut_band, torso, torso_points
from figureground.synth.things.bags import draw_bag


def on_shoulder(palette: Palette, person: Person, held: Sequence[str]) -> tuple[str, Thing]:
    """A backpack, a handbag on a forearm that is held level, or a shoulder bag, whose strap a hand may hold.

    Args:
        held: The sides whose hand holds a strap.
    """
    body = torso(person)
    points = torso_points(person, body)
    kind = palette.rng.random()
    side = "LR"[int(palette.rng.integers(2))] if not held else held[0]
    if kind < 0.25:
        return "backpack", _backpack(palette, person, body, points)
    level = [side for side in "LR" if side not in held and _is_level(person, side)]
    if level and palette.chance(0.6):
        return "handbag", _on_forearm(palette, person, body, level[int(palette.rng.integers(len(level)))])
    return "shoulder bag", _shoulder_bag(palette, person, body, points, side, crossed=kind > 0.62 and not held)


def _strap(path: Floats, outward: Sequence[Floats] | Floats, width: float) -> Mesh:
    """A band along a path (N, 3), flat against what lies opposite to `outward` (N, 3)."""
    along = np.gradient(path, axis=0)
    across = np.cross(along, np.asarray(outward))
    across *= width / 2 / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-12)
    return grid(np.stack([path - across, path + across], axis=1))


def _shoulder_bag(palette: Palette, person: Person, body: Torso, points: Floats, side: str, crossed: bool) -> Thing:
    """A bag at the hip whose strap runs over the shoulder of the same side or, `crossed`, over the other."""
    out = body.left if side == "L" else -body.left
    bag = draw_bag(palette)
    other = {"L": "R", "R": "L"}[side] if crossed else side
    top = 0.62 * person.joints[f"upperarm01.{other}"] + 0.38 * person.joints["neck01"]
    hip = person.joints[f"upperleg01.{side}"]
    reach = float(((points[points[:, 1] < body.hip + 0.15] - body.middle) @ out).max(initial=0.15))
    frame = axes_along(UP, out)
    place = body.middle + out * (reach + bag.depth / 2 + 0.01)
    place[1] = hip[1] + palette.between(-0.02, 0.12) - bag.height * (0.5 if crossed else 0.65)
    ends = bag.ends @ frame.T + place
    up = unit(top - ends.mean(0))
    near = np.abs((points - top) @ unit(np.cross(body.front, up))) < 0.03
    near &= (points - ends.mean(0)) @ up > 0.0
    path = taut_band(points[near], body.front, up, ends)
    thick = palette.between(0.015, 0.05)
    outward = path - (path.mean(0) + 0 * path)
    outward -= np.outer(outward @ unit(np.cross(body.front, up)), unit(np.cross(body.front, up)))
    made = [(material, mesh.transformed(frame, place)) for material, mesh in bag.thing]
    return [*made, (bag.strap, _strap(path, outward, thick))]


def _is_level(person: Person, side: str) -> bool:
    """Whether that forearm is so nearly level that a handle stays on it."""
    way = person.joints[f"wrist.{side}"] - person.joints[f"lowerarm01.{side}"]
    return bool(abs(unit(way)[1]) < 0.6)


def _on_forearm(palette: Palette, person: Person, body: Torso, side: str) -> Thing:
    """A handbag in the crook of the arm, its front away from the body."""
    elbow, wrist = person.joints[f"lowerarm01.{side}"], person.joints[f"wrist.{side}"]
    bag, drop = draw_bag(palette), palette.between(0.09, 0.2)
    out = body.left if side == "L" else -body.left
    frame = axes_along(UP, out)
    arm = 0.035  # metres from the bones to the sleeve on which the handles lie
    place = elbow + palette.between(0.25, 0.6) * (wrist - elbow) + UP * (arm - drop - bag.height)
    place = place + out * 0.02
    made = [(material, mesh.transformed(frame, place)) for material, mesh in bag.thing]
    return [*made, (bag.strap, bag.handles(drop).transformed(frame, place))]


def _backpack(palette: Palette, person: Person, body: Torso, points: Floats) -> Thing:
    """A bag on the back with a strap over either shoulder."""
    behind = float(((points - body.middle) @ -body.front).max(initial=0.1))
    width, height, depth = palette.between(0.26, 0.34), palette.between(0.36, 0.5), palette.between(0.12, 0.2)
    middle = body.middle - body.front * (behind + depth / 2 - 0.01)
    middle[1] = body.shoulder - height / 2 + 0.02
    case = cushion(width, height, depth, 0.35).translated(y=-height / 2)
    pocket = cushion(width * 0.75, height * 0.45, 0.08, 0.4).translated(0, -height * 0.42, -depth / 2)
    meshes = [mesh.transformed(axes_along(UP, body.front), middle) for mesh in (case, pocket)]
    for side in "LR":
        path = _backpack_strap(
            person, body, points, side, middle + vec(0, height * 0.42, 0), middle - vec(0, height * 0.3, 0)
        )
        meshes.append(_strap(path, path - path.mean(0), palette.between(0.04, 0.06)))
    return [(palette.cloth, join(meshes))]


def _backpack_strap(person: Person, body: Torso, points: Floats, side: str, top: Floats, low: Floats) -> Floats:
    """From the bag's top over the shoulder, down the chest, below the arm to the bag's lower corner, (K, 3)."""
    out = body.left if side == "L" else -body.left
    x = float((person.joints[f"upperarm01.{side}"] - body.middle) @ out) * 0.68
    near = (np.abs((points - body.middle) @ out - x) < 0.03) & (points[:, 1] > body.shoulder - 0.32)
    near &= ((points - body.middle) @ body.front > -0.02) | (points[:, 1] > body.shoulder - 0.06)
    top, low = top + out * x, low + out * x
    loop = taut_band(points[near], body.front, UP, top[None])[:-1]
    # The loop's last stretch, from the chest straight back to the bag, runs through the body: it goes round it instead.
    kept = loop[np.flatnonzero(from_bone(loop, loop[0], top) > 0.012)]
    if (kept[0] - kept[-1]) @ body.front > 0:
        kept = kept[::-1]
    chest = kept[-1]
    level = np.abs(points[:, 1] - chest[1] + 0.03) < 0.04
    flank = float(((points[level] - body.middle) @ out).max(initial=x)) + 0.012
    beside = body.middle + out * flank + body.front * 0.02
    beside[1] = chest[1] - 0.04
    return np.concatenate([kept, spline([chest, beside, low], 10)[1:]])
