"""Conversion, the gate and the files it leaves, on a small network that was trained to find drawn people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from figureground.encoder_facts import encoder_facts, encoder_names
from figureground.export.litert import PRECISIONS, convert, export
from figureground.export.parity import ExportError, check, compare, mask_iou
from figureground.files import read_table
from figureground.models.deeplab import build_model
from figureground.models.encoder import encoder_layers, find_encoder
from figureground.models.pyramid import LEVELS
from figureground.params import ExportParams, ModelParams
from figureground.predictor import Predictor
from figureground.runtime.segmenter import Segmenter
from figureground.training.weights import load_initial_weights
from helpers.drawing import person

pytestmark = pytest.mark.slow

PARAMS = ExportParams(min_parity=0.99, min_parity_int8=0.95, calibration_photos=8, parity_photos=6, latency_runs=5)
CALIBRATION = [person(seed)[0] for seed in range(8)]
SIZES = ((96, 72), (61, 99), (200, 40), (64, 64), (17, 23), (130, 130))
PHOTOS = [(f"drawn/{height}x{width}", person(50 + height, height, width)[0]) for height, width in SIZES]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    network = small()
    train(network, epochs=20)
    return network


@pytest.fixture(scope="module")
def exported(model: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Any, Any], Path]:
    out = tmp_path_factory.mktemp("export")
    return export(model, CALIBRATION, iter(PHOTOS), PARAMS, out), out


def test_export_leaves_three_models_and_the_table(exported: tuple[dict[Any, Any], Path]) -> None:
    _, out = exported
    assert sorted(path.name for path in out.iterdir()) == [
        "float16.tflite", "float32.tflite", "int8.tflite", "parity.csv", "precisions.csv"
    ]  # fmt: skip
    rows = read_table(out / "parity.csv")
    assert {(row["name"], row["precision"]) for row in rows} == {
        (n, precision) for n, _ in PHOTOS for precision in PRECISIONS
    }


def test_the_report_has_size_time_and_parity(exported: tuple[dict[Any, Any], Path]) -> None:
    report, out = exported
    assert tuple(report) == PRECISIONS
    assert [row["precision"] for row in read_table(out / "precisions.csv")] == list(PRECISIONS)
    for precision, figures in report.items():
        assert figures["megabytes"] == (out / f"{precision}.tflite").stat().st_size / 1e6
        assert 0 < figures["milliseconds"]["p10"] <= figures["milliseconds"]["median"] <= figures["milliseconds"]["p90"]
        assert all(type(value) is float for value in figures["parity"].values())
    assert report["int8"]["megabytes"] < report["float16"]["megabytes"] < report["float32"]["megabytes"]
    assert report["float32"]["parity"]["max_absolute_difference"] < 1e-5


def test_masks_that_agree_are_not_empty(model: keras.Model, exported: tuple[dict[Any, Any], Path]) -> None:
    predict, segmenter = Predictor(model), Segmenter(exported[1] / "int8.tflite")
    for _, photo in PHOTOS:
        expected = predict(photo)
        assert 0.02 < (expected >= 0.5).mean() < 0.8
        assert mask_iou(expected >= 0.5, segmenter.probability(photo) >= 0.5) > 0.9


def test_int8_computes_in_integers_but_takes_and_gives_float32(exported: tuple[dict[Any, Any], Path]) -> None:
    interpreter = Interpreter(str(exported[1] / "int8.tflite"))
    interpreter.allocate_tensors()
    ends = interpreter.get_input_details() + interpreter.get_output_details()
    assert [end["dtype"] for end in ends] == [np.float32, np.float32]
    assert interpreter.get_signature_list() == {"serving_default": {"inputs": ["photo"], "outputs": ["logits"]}}
    floats = [t["name"] for t in interpreter.get_tensor_details() if t["dtype"] == np.float32 and t["name"]]
    assert set(floats) <= {end["name"] for end in ends}
    kernels = [
        t for t in interpreter.get_tensor_details() if t["dtype"] == np.int8 and t["shape"].tolist()[1:3] == [3, 3]
    ]
    assert sorted(len(kernel["quantization_parameters"]["scales"]) for kernel in kernels) == [12, 16, 16]


@pytest.mark.parametrize("changed, precision", [({"min_parity_int8": 1.0}, "int8"), ({"min_parity": 1.0}, "float16")])
def test_a_precision_below_the_gate_leaves_no_model(
    model: keras.Model, tmp_path: Path, changed: dict[str, float], precision: str
) -> None:
    (tmp_path / "int8.tflite").write_bytes(b"of an earlier export")
    finest = np.tile(np.linspace(0, 255, 700, dtype=np.uint8)[None, :, None], (600, 1, 3))  # a ramp: no grid hides it
    with pytest.raises(ExportError, match=rf"{precision} masks agree .*, below 1\.0; worst photo "):
        export(model, CALIBRATION, [*PHOTOS, ("ramp", finest)], PARAMS.model_copy(update=changed), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["parity.csv"]
    assert len(read_table(tmp_path / "parity.csv")) == 3 * (len(PHOTOS) + 1)


def test_nothing_to_calibrate_on_is_refused(model: keras.Model, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no photos to calibrate"):
        export(model, [], PHOTOS, PARAMS, tmp_path)


@pytest.fixture
def mixed_precision() -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


def test_a_model_of_mixed_precision_predicts_and_exports_in_float32(mixed_precision: None, tmp_path: Path) -> None:
    network = small()
    assert {layer.compute_dtype for layer in network.layers} == {"float32", "bfloat16"}
    path = tmp_path / "float32.tflite"
    path.write_bytes(convert(network, precisions=["float32"])["float32"])
    expected, actual = Predictor(network)(PHOTOS[0][1]), Segmenter(path).probability(PHOTOS[0][1])
    assert expected.std() > 0.01
    np.testing.assert_allclose(actual, expected, atol=1e-5)
    assert network.layers[1].compute_dtype == "bfloat16"


@pytest.mark.slow
def test_the_project_network_keeps_its_masks_in_every_precision(tmp_path: Path) -> None:
    network = tiny("efficientnet_lite0", "imagenet")
    network.get_layer("efficientnet_lite0").trainable = False
    train(network, epochs=8)
    report = export(network, CALIBRATION, PHOTOS, PARAMS, tmp_path)
    assert report["float32"]["parity"]["min_person_iou"] > 0.999
    predict = Predictor(network)
    assert all(0.02 < (predict(photo) >= 0.5).mean() < 0.8 for _, photo in PHOTOS)


@pytest.mark.slow
@pytest.mark.parametrize("encoder", encoder_names())
def test_every_encoder_says_the_same_after_export(encoder: str, tmp_path: Path) -> None:
    network = spread(tiny(encoder, "none"))
    path = tmp_path / "float32.tflite"
    path.write_bytes(convert(network, precisions=["float32"])["float32"])
    predict = Predictor(network)
    shares = [(predict(photo) >= 0.5).mean() for _, photo in PHOTOS]
    assert sum(0.02 < share < 0.98 for share in shares) >= 4  # whose masks are worth comparing
    agreements = compare(predict.probabilities, {"float32": Segmenter(path).probabilities}, PHOTOS)
    check(agreements, {"float32": 0.999}, {"float32": 1e-3})


def small() -> keras.Model:
    """Three filters with batch norm and a bilinear enlargement: the operators of the real network, in miniature."""
    keras.utils.set_random_seed(5)
    photo = x = keras.Input((64, 64, 3))
    for width, stride in ((12, 2), (16, 1), (16, 1)):
        x = keras.layers.Conv2D(width, 3, stride, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU(6.0)(keras.layers.BatchNormalization()(x))
    x = keras.layers.UpSampling2D(2, interpolation="bilinear")(keras.layers.Conv2D(1, 1)(x))
    return keras.Model(photo, keras.layers.Activation("linear", dtype="float32")(x), name="figureground")


def test_a_selfie_network_stays_in_floating_point(tmp_path: Path) -> None:
    network = tiny("efficientnet_lite0", "imagenet", selfie_network="given")
    files = convert(network, CALIBRATION, ["float32", "int8"])
    interpreter = Interpreter(model_content=files["int8"])
    types = {tensor["index"]: (tensor["name"], tensor["dtype"]) for tensor in interpreter.get_tensor_details()}
    made = [
        (operation["op_name"], *types[index])
        for operation in interpreter._get_ops_details()
        for index in operation["outputs"]
        if index in types
    ]
    convolved = [(name, dtype) for operator, name, dtype in made if operator == "CONV_2D"]
    assert {dtype for name, dtype in convolved if "/selfie" in name} == {np.float32}
    assert {dtype for name, dtype in convolved if "/selfie" not in name} == {np.int8}
    assert {dtype for operator, _, dtype in made if operator in ("HARD_SWISH", "DEPTH_TO_SPACE", "LOGISTIC")} == {
        np.float32
    }
    logits = {}
    for precision, content in files.items():
        (path := tmp_path / f"{precision}.tflite").write_bytes(content)
        logits[precision] = Segmenter(path).probability(PHOTOS[0][1])
    assert np.abs(logits["float32"] - logits["int8"]).mean() < 0.05


@pytest.mark.parametrize("encoder, count", [("yolox_nano", 3), ("mobilenet_v2_deeplab", 10)])
def test_what_int8_would_spoil_of_an_encoder_stays_in_floating_point(encoder: str, count: int) -> None:
    convolved = convolutions(convert(tiny(encoder, "none"), CALIBRATION, ["int8"])["int8"])
    spoiled = [f"/{layer}" for layer in find_encoder(encoder).floating]
    kept = [dtype for name, dtype in convolved if any(layer in name for layer in spoiled)]
    assert kept == [np.float32] * count
    assert sum(dtype == np.int8 for _, dtype in convolved) > 0.8 * (len(convolved) - count)


def test_beside_movenet_the_encoder_stays_in_floating_point_in_int8() -> None:
    network = tiny("yolox_nano", "none", pose_network="given.json")
    convolved = convolutions(convert(network, CALIBRATION, ["int8"])["int8"])
    beside = {name: dtype for name, dtype in convolved if "/movenet" in name}
    assert len(beside) > 40
    assert set(beside.values()) == {np.int8}
    kept = {name: dtype for name, dtype in convolved if "/yolox_nano" in name}
    assert len(kept) > 40
    assert set(kept.values()) == {np.float32}


def convolutions(content: bytes) -> list[tuple[str, type]]:
    """Name and dtype of what each convolution of a LiteRT file gives."""
    interpreter = Interpreter(model_content=content)
    types = {tensor["index"]: (tensor["name"], tensor["dtype"]) for tensor in interpreter.get_tensor_details()}
    return [
        types[operation["outputs"][0]]
        for operation in interpreter._get_ops_details()
        if operation["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D") and operation["outputs"][0] in types
    ]


def tiny(encoder: str, init: str, selfie_network: str | None = None, pose_network: str | None = None) -> keras.Model:
    keras.utils.set_random_seed(3)
    facts = encoder_facts(encoder)
    params = ModelParams(
        encoder=encoder,
        init=init,
        freeze_batch_norm=init == "imagenet",
        input_size=65 if facts.corner_aligned else 64,
        output_stride=16 if 16 in facts.output_strides else 32,
        aspp_width=16,
        aspp_rates=(2, 3),
        decoder_width=16,
        bound_by_encoder=True,
        selfie_network=selfie_network,
        pose_network=pose_network,
        low_level_width=8,
        mid_level_width=0,
        dropout=0.1,
    )
    network = build_model(params, (64, 64))
    load_initial_weights(network, init)
    return network


def train(network: keras.Model, epochs: int) -> None:
    """Long enough to find most of the person in drawn photos of 64 x 64."""
    pairs = [person(seed, 64, 64) for seed in range(48)]
    photos = np.stack([photo for photo, _ in pairs]) / np.float32(255)
    masks = np.stack([mask for _, mask in pairs])[..., None] / np.float32(255)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.8  # the usual 0.99 needs hundreds of steps
    network.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(photos, masks, batch_size=16, epochs=epochs, verbose=0)


def classifiers(network: keras.Model) -> list[keras.layers.Layer]:
    """The layers without activation that logits come from, the person's first."""
    (encoder,) = encoder_layers(network)
    if len(find_encoder(encoder.name).features) == LEVELS:
        return [network.get_layer("person_held")]
    if find_encoder(encoder.name).logits:  # of which alone the logits consist before training
        return [encoder.get_layer("person_class"), encoder.get_layer("other_classes")]
    return [network.get_layer("logits")]


def spread(network: keras.Model) -> keras.Model:
    """Makes masks of an untrained network worth comparing; by itself it calls everything background.

    Its last layer is scaled so that logits have a mean of 0 and a deviation of 3, as those of trained networks do.
    Enough for float32 only: with random weights the photo's signal fades from layer to layer below what half the
    precision can hold.
    """
    photos = np.stack([person(seed, 64, 64)[0] for seed in range(8)]) / np.float32(255)
    logits = np.asarray(network(photos, training=False))
    scale = 3.0 / logits.std()
    for layer, shift in zip(classifiers(network), (logits.mean(), 0.0), strict=False):
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel * scale, (bias - shift) * scale])
    return network
