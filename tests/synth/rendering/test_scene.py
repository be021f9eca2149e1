"""Coverage, light and messages of the renderer, on meshes made by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.materials.material import Part
from figureground.synth.rendering.meshes import mesh_of
from figureground.synth.rendering.scene import Camera, Scene, linear
from figureground.synth.rendering.setup import RenderError, prepare

pytestmark = pytest.mark.usefixtures("renderer")
SIZE = (60, 80)
CAMERA = Camera(np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 0.0]), 50.0)
LIGHT = np.full((16, 32, 3), 0.8, np.float32)


def card(width: float, height: float, z: float, x: float = 0.0, **kinds: object) -> Part:
    """An upright rectangle whose middle is at (x, 1, z), facing +z."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [width / 2, height / 2, 0] + [x, 1, z]
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    uv = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    grey = np.full((2, 2, 3), 0.5, np.float32)
    part = Part(corners, faces, vertex_normals(corners, faces), uv, faces, grey, person=True)
    return replace(part, **kinds)  # type: ignore[arg-type]


def ball(radius: float, x: float = 0.0, **kinds: object) -> Part:
    rings, sides = 24, 48
    polar, turn = np.meshgrid(np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, sides), indexing="ij")
    around = np.stack([np.sin(polar) * np.sin(turn), np.cos(polar), np.sin(polar) * np.cos(turn)], -1).reshape(-1, 3)
    first = (np.arange(rings - 1)[:, None] * sides + np.arange(sides - 1)).ravel()
    faces = np.concatenate(
        [np.stack([first, first + sides, first + 1], 1), np.stack([first + 1, first + sides, first + sides + 1], 1)]
    )
    uv = np.stack([turn, polar], -1).reshape(-1, 2) / np.pi
    part = Part(around * radius + [x, 1, 0], faces, around, uv, faces, np.full((2, 2, 3), 0.5, np.float32), person=True)
    return replace(part, **kinds)  # type: ignore[arg-type]


def coverage(*parts: Part) -> np.ndarray:
    return Scene(parts, range(len(parts)), LIGHT).look(CAMERA, SIZE).coverage


def test_a_person_covers_what_the_pinhole_says() -> None:
    seen = coverage(card(1.0, 1.0, 0.0))
    pixel = 2 * 3.0 * np.tan(np.radians(25)) / 80  # metres at the card
    assert seen.sum() * pixel**2 == pytest.approx(1.0, rel=0.01)
    assert seen[30, 40] == 1
    assert seen[0, 0] == 0


@pytest.mark.slow
def test_coverage_agrees_with_the_alpha_of_a_long_render() -> None:
    import mitsuba as mi

    strands = np.tile((np.arange(64) % 16 < 8).astype(np.float32), (64, 1))
    hair = [card(1.1, 0.9, 0.1 + 0.05 * layer, opacity=strands * (0.4 + 0.2 * layer)) for layer in range(3)]
    parts = [ball(0.5), ball(0.2, 0.55), *hair]
    scene = {"type": "scene", "sky": {"type": "constant"}}
    scene |= {f"part{number}": mesh_of([part]) for number, part in enumerate(parts)}
    film = {"type": "hdrfilm", "width": SIZE[1], "height": SIZE[0], "pixel_format": "rgba", "rfilter": {"type": "box"}}
    look = mi.ScalarTransform4f().look_at(CAMERA.eye.tolist(), CAMERA.aim.tolist(), [0, 1, 0])
    view = {"type": "perspective", "fov": CAMERA.fov, "fov_axis": "larger", "film": film, "to_world": look}
    paths = mi.load_dict({"type": "path", "max_depth": 24, "hide_emitters": True})
    alpha = np.array(mi.render(mi.load_dict(scene), sensor=mi.load_dict(view), integrator=paths, spp=512))[..., 3]
    seen = coverage(*parts)
    both, either = ((seen >= 0.5) & (alpha >= 0.5)).sum(), ((seen >= 0.5) | (alpha >= 0.5)).sum()
    assert both / either > 0.99
    assert np.abs(seen - alpha).mean() < 0.005


@pytest.mark.slow
def test_leaves_before_a_person_are_cut_out_by_their_opacity_and_leaves_behind_are_not() -> None:
    person, leaf = card(1.0, 1.0, 0.0), card(3.0, 3.0, 0.5, opacity=np.full((4, 4), 0.25, np.float32), person=False)
    alone = coverage(person)
    np.testing.assert_allclose(coverage(person, leaf), alone * 0.75, atol=2 / 255)
    behind = replace(leaf, vertices=leaf.vertices - [0, 0, 1])
    np.testing.assert_array_equal(coverage(person, behind), alone)


@pytest.mark.slow
def test_what_is_worn_counts_and_what_is_held_does_not() -> None:
    person, hat, bag = card(1.0, 1.0, 0.0), card(0.4, 0.4, 0.3, -0.8), card(0.4, 0.4, 0.3, 0.2, person=False)
    alone, clothed = coverage(person), coverage(person, hat)
    assert clothed[30, 14] == 1 > alone[30, 14]
    carrying = coverage(person, hat, bag)
    assert carrying[30, 47] == 0 < clothed[30, 47]
    assert (carrying <= clothed).all()


@pytest.mark.slow
def test_what_is_held_has_a_share_of_its_own_and_nothing_else_changes() -> None:
    person, bag = card(1.0, 1.0, 0.0), card(0.4, 0.4, 0.3, 0.2, person=False)
    table, leaf = card(2.0, 0.6, 0.6, person=False), card(0.6, 3.0, 0.4, 0.4, opacity=np.full((4, 4), 0.25, np.float32))
    table = replace(table, vertices=table.vertices - [0, 0.4, 0])
    around = [person, table, replace(leaf, person=False)]
    held = Scene([*around, replace(bag, held=True)], [0, -1, -1, 0], LIGHT).look(CAMERA, SIZE)
    lying = Scene([*around, bag], [0, -1, -1, -1], LIGHT).look(CAMERA, SIZE)
    for name in ("albedo", "normal", "solid", "shares", "blocked"):
        np.testing.assert_array_equal(getattr(held, name), getattr(lying, name))
    assert not lying.held.any()
    assert held.held[27, 42] == 1
    assert held.held[27, 48] == pytest.approx(0.75, abs=0.01)
    assert held.held[35, 42] == held.held[27, 30] == 0
    assert (held.held + held.coverage <= 1 + 1e-6).all()


def test_shares_tell_people_apart_and_things_right_before_the_camera_are_noticed() -> None:
    near, far = card(1.0, 1.0, 0.5), card(2.0, 1.0, -0.5)
    view = Scene([near, far, card(0.04, 0.04, 2.8, person=False)], [1, 0, -1], LIGHT).look(CAMERA, SIZE)
    assert view.shares.shape == (2, *SIZE)
    assert (view.shares.sum(0) <= 1 + 1e-6).all()
    assert view.shares[:, 30, 54].tolist() == [0, 1]
    assert view.shares[:, 30, 60].tolist() == [1, 0]
    assert 0.04 < view.blocked < 0.08


def test_a_backdrop_is_seen_where_nothing_stands() -> None:
    backdrop = np.zeros((30, 80, 3), np.float32)
    backdrop[:, 40:] = [0.2, 0.4, 0.6]
    scene = Scene([card(1.0, 1.0, 0.0)], [0], LIGHT, backdrop=backdrop)
    light = scene.shoot(CAMERA, scene.look(CAMERA, SIZE), seed=1)
    np.testing.assert_allclose(light[5, 75], linear(np.array([0.2, 0.4, 0.6])), atol=0.01)
    np.testing.assert_allclose(light[5, 5], 0, atol=0.01)
    assert light[30, 40].min() > 0.1


def test_the_same_seed_gives_the_same_light() -> None:
    scene = Scene([ball(0.5)], [0], LIGHT * np.linspace(0, 2, 32, dtype=np.float32)[:, None])
    view = scene.look(CAMERA, SIZE)
    first = scene.shoot(CAMERA, view, seed=5)
    np.testing.assert_array_equal(first, scene.shoot(CAMERA, view, seed=5))
    assert (first != scene.shoot(CAMERA, view, seed=6)).any()


@pytest.mark.parametrize("package", ["mitsuba", "pyoidn"])
def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RenderError, match=rf"needs the package {package}; .*pip install '\.\[synth\]'"):
        prepare.__wrapped__()


def test_without_llvm_the_message_says_what_to_install() -> None:
    code = (
        "from figureground.synth.rendering.setup import RenderError, prepare\n"
        "try: prepare()\n"
        "except RenderError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "DRJIT_LIBLLVM_PATH": "/nowhere/libLLVM.so"},
    )
    assert len(done.stdout.splitlines()) == 1
    assert "apt-get install libllvm19" in done.stdout
