"""The network that finds joints: the port against figures of the original, and its place beside an encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.files import file_sha256
from figureground.models import movenet
from figureground.models.deeplab import build_model
from figureground.models.graph_file import GraphFileError
from figureground.params import ModelParams
from figureground.training.weights import WeightsError, load_initial_weights, load_pose_network
from helpers.graph_models import write_graph

Build = Callable[..., ModelParams]
PUBLISHED = Path(__file__).parents[2] / "weights/movenet-multipose.json"
SIDE = 256
# Of the original, run operator by operator on `waves`, scaled as here: size, mean, deviation, and the answers at three
# places. Its last row and column, which go beyond the photo once the cells are moved, are left out.
ORIGINAL = [
    ((64, 64, 44), -0.0463, 1.12081, 0.93825, 0.48369, 0.38276),
    ((32, 32, 72), 0.37384, 1.04199, 1.9547, 0.75089, -0.26692),
    ((16, 16, 176), 0.11806, 1.04757, 1.35282, 0.06394, 0.24996),
    ((8, 8, 544), -0.01253, 1.00228, 1.00854, -0.30788, 1.46091),
]


@pytest.fixture
def invented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that looks like the published one: other weights under the same names."""
    rng = np.random.default_rng(5)
    tensors = {}
    for layer in movenet.build_movenet((32, 32)).layers:
        names = list(movenet._published_names(layer.name)) if layer.weights else []
        for name, weight in zip(names, layer.weights, strict=True):
            tensors[name] = rng.normal(0, 0.02, weight.shape).astype(np.float32)
    file = tmp_path / "movenet-multipose.json"
    write_graph(file, tensors)
    published = {suffix: file_sha256(file.with_suffix(suffix)) for suffix in (".json", ".bin")}
    monkeypatch.setattr(movenet, "SHA256", published)
    return file


def waves() -> np.ndarray:
    """A coloured pattern, float32 RGB in 0..1."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    lengths = ((31, 47), (17, -29), (53, 11))
    return np.round(np.stack([127.5 + 127.5 * np.sin(rows / a + columns / b) for a, b in lengths], -1)) / 255


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="needs the published movenet-multipose.json in weights/")
def test_the_port_computes_what_the_original_does() -> None:
    model = movenet.build_movenet((SIDE, SIDE))
    movenet.load_movenet(model, PUBLISHED)
    for answer, (size, *figures) in zip(model(waves()[None]), ORIGINAL, strict=True):
        ours = keras.ops.convert_to_numpy(answer)[0].astype(np.float64)
        assert ours.shape == size
        inner = ours[1:, 1:]
        places = inner[0, 0, 0], inner[-1, 3, 1], inner[size[0] // 2, size[1] // 3, -1]
        np.testing.assert_allclose((inner.mean(), inner.std(), *places), figures, atol=5e-4, rtol=1e-4)


def test_each_layer_gets_its_own_weights(invented: Path) -> None:
    model = movenet.build_movenet((32, 32))
    movenet.load_movenet(model, invented)
    weights = [weight for layer in model.layers for weight in layer.get_weights()]
    assert len({float(weight.sum()) for weight in weights}) == len(weights)
    assert all(0.01 < weight.std() < 0.03 for weight in weights if weight.size > 40)


def test_cells_lie_where_the_encoders_have_theirs(invented: Path) -> None:
    model = movenet.build_movenet((64, 64))
    movenet.load_movenet(model, invented)
    for stride, answer in zip((4, 8, 16, 32), model(np.full((1, 64, 64, 3), 0.8, np.float32)), strict=True):
        cells = keras.ops.convert_to_numpy(answer)[0]
        assert cells.shape[:2] == (64 // stride, 64 // stride)
        assert not cells[0].any()  # the first were half beside the photo
        assert not cells[:, 0].any()
        assert cells[1:, 1:].any(axis=-1).all()


@pytest.mark.parametrize("broken", [".json", ".bin"])
def test_another_file_is_refused_with_where_the_right_one_is(invented: Path, broken: str, model_params: Build) -> None:
    network = build_model(_params(model_params), (64, 64))
    with invented.with_suffix(broken).open("ab") as file:
        file.write(b" ")
    with pytest.raises(WeightsError, match=rf"^model\.pose_network: .*multipose\{broken}: .*human-models 3\.0\.4$"):
        load_pose_network(network, str(invented))
    with pytest.raises(GraphFileError, match=r"gone\.json: missing, .*human-models 3\.0\.4$"):
        movenet.load_movenet(movenet.build_movenet((32, 32)), invented.with_name("gone.json"))


def test_a_decoder_begins_where_it_was_without_it(invented: Path, model_params: Build, tmp_path: Path) -> None:
    alone = build_model(_params(model_params, pose_network=None), (64, 64))
    alone.save(tmp_path / "alone.keras")
    both = build_model(_params(model_params), (64, 64))
    load_initial_weights(both, str(tmp_path / "alone.keras"))
    load_pose_network(both, str(invented))
    photo = np.random.default_rng(3).random((1, 64, 64, 3), np.float32)
    np.testing.assert_allclose(both(photo, training=False), alone(photo, training=False), atol=1e-5)


def test_nothing_of_it_is_trained_and_all_that_joins_it_is(model_params: Build) -> None:
    model = build_model(_params(model_params), (64, 64))
    trained = {variable.path for variable in model.trainable_variables}
    assert not [path for path in trained if movenet.NAME in path]
    assert {f"decoder{stride}_second/kernel" for stride in (4, 8, 16, 32)} <= trained


def test_other_encoders_refuse_it(model_params: Build) -> None:
    with pytest.raises(ValueError, match="pose_network cannot go with encoder mobilenet_v2"):
        model_params(encoder="mobilenet_v2", init="imagenet", pose_network="given.json")


def _params(model_params: Build, **changes: object) -> ModelParams:
    given: dict[str, object] = {
        "encoder": "yolox_nano",
        "init": "none",
        "input_size": 64,
        "output_stride": 32,
        "freeze_batch_norm": False,
        "pose_network": "given.json",
    }
    return model_params(**{**given, **changes})
