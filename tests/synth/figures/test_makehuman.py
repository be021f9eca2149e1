"""MakeHuman's files, with the traps that the real ones hold, and the folder they lie in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from figureground.synth.figures.makehuman import Assets, AssetsError, read_bvh, read_mhclo, read_mhpose, read_obj
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import Y

MHCLO = """# a comment
name hat
obj_file hat.obj
x_scale 0 1 2.0
z_scale 0 3 4.0
verts 0
material hat.mhmat
vertexboneweights_file hat.mhw
 2
0 1 2  1.5 -0.25 -0.25  0.5 0.0 1.0

delete_verts
4 6 - 8
"""

OBJ = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n f 1/1 2/2 3/3 4/4\nf 1//2 2//3 3//4\n"

BVH = """HIERARCHY
ROOT root
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
  JOINT head
  {
    OFFSET 0 0 1
    CHANNELS 3 Xrotation Yrotation Zrotation
  }
}
MOTION
Frames: 2
Frame Time: 0.04
1 2 3 0 0 90 0 0 0
0 0 0 0 0 0 90 0 0
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_settings_between_verts_and_its_first_line_do_not_end_the_list(tmp_path: Path) -> None:
    fit = read_mhclo(written(tmp_path, "hat.mhclo", MHCLO))
    assert fit.corners.tolist() == [[2, 2, 2], [0, 1, 2]]
    assert fit.weights.tolist() == [[1, 0, 0], [1.5, -0.25, -0.25]]


def test_ranges_of_hidden_vertices_include_their_ends(tmp_path: Path) -> None:
    assert read_mhclo(written(tmp_path, "hat.mhclo", MHCLO)).hidden.tolist() == [4, 6, 7, 8]


def test_offsets_are_scaled_along_each_axis_by_the_body(tmp_path: Path) -> None:
    fit = read_mhclo(written(tmp_path, "hat.mhclo", MHCLO))
    vertices = np.array([[0.0, 0, 0], [4, 0, 0], [0, 4, 0], [0, 0, 2]])
    on_vertex, between = fit.on(vertices)
    assert on_vertex.tolist() == [0, 4, 0]
    # x twice as wide as the garment was made for, z half as deep
    assert between.tolist() == [-0.25 * 4 + 0.5 * 2, -0.25 * 4, 1.0 * 0.5]


def test_bone_weights_are_shares_though_the_fit_has_negative_ones(tmp_path: Path) -> None:
    fit = read_mhclo(written(tmp_path, "hat.mhclo", MHCLO))
    weights = fit.bone_weights(np.array([[1.0, 0], [0, 1], [0.5, 0.5], [0, 1]]))
    assert np.allclose(weights.sum(axis=1), 1) and weights.min() >= 0
    assert np.allclose(weights[1], [1, 0], atol=1e-5)


def test_a_mhclo_without_points_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match=r"empty\.mhclo: says of no point.*fetch"):
        read_mhclo(written(tmp_path, "empty.mhclo", "name hat\nverts 0\n"))


def test_polygons_become_triangles(tmp_path: Path) -> None:
    surface = read_obj(written(tmp_path, "hat.obj", OBJ))
    assert surface.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]
    assert surface.uv_faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 0, 0]]
    assert surface.uv[2].tolist() == [1, 1]


def test_poses_turn_about_the_axes_of_the_world_y_up(tmp_path: Path) -> None:
    first, second = read_bvh(written(tmp_path, "turn.bvh", BVH))
    assert np.allclose(first["root"], rotation(Y, np.pi / 2))  # z is up in the file
    assert np.allclose(first["head"], np.eye(3))
    assert np.allclose(second["head"], rotation([1, 0, 0], np.pi / 2))


def test_a_cut_off_pose_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match=r"turn\.bvh: not a whole"):
        read_bvh(written(tmp_path, "turn.bvh", BVH[:-6]))


def test_an_expression_is_shares_of_face_units(tmp_path: Path) -> None:
    path = written(tmp_path, "smile.mhpose", json.dumps({"name": "smile", "unit_poses": {"MouthLeftPullUp": 0.5}}))
    assert read_mhpose(path) == {"MouthLeftPullUp": 0.5}


def test_a_folder_without_assets_says_what_to_get(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match=r"no MakeHuman assets here .*FIGUREGROUND_ASSETS") as caught:
        Assets(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path, assets: Assets) -> None:
    shutil.copytree(assets.root, tmp_path / "makehuman")
    (tmp_path / "makehuman/clothes/shoes02.mhclo").unlink()
    with pytest.raises(AssetsError, match=r"shoes02\.mhclo: missing"):
        Assets(tmp_path)


@pytest.mark.slow
def test_all_assets_can_be_worn(assets: Assets) -> None:
    for kind in ("clothes", "hair", "eyes", "eyebrows", "eyelashes", "teeth", "tongue"):
        for name in assets.names(kind):
            surface, fit = assets.garment(kind, name)
            assert surface.faces.max() < len(fit.corners) and surface.uv_faces.max() < len(surface.uv)
            assert np.allclose(fit.weights.sum(axis=1), 1, atol=1e-3), name


def test_expressions_name_known_face_units(assets: Assets) -> None:
    for shares in assets.expressions.values():
        assert all(np.allclose(turn @ turn.T, np.eye(3)) for turn in assets.face(shares).values())


def test_pictures_are_small_and_keep_their_opacity(assets: Assets) -> None:
    colour, opacity = assets.picture(assets.textures("hair", "short02")[0])
    assert max(colour.shape) <= 512 and colour.shape[:2] == opacity.shape
    assert opacity.min() < 0.1 and opacity.max() > 0.9
