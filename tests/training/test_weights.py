from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from figureground.encoder_facts import ENCODER_ALONE, mismatch
from figureground.models.deeplab import build_model
from figureground.models.encoder import encoder_layers
from figureground.models.encoders.mobilenet_v2_deeplab import read_deeplab_mobilenet
from figureground.models.litert_file import LiteRTFileError
from figureground.params import ModelParams
from figureground.runtime import packaged
from figureground.training.weights import WeightsError, load_initial_weights

Build = Callable[..., ModelParams]


def build(params: ModelParams) -> keras.Model:
    return build_model(params, (64, 64))


def same(first: keras.layers.Layer, second: keras.layers.Layer) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


@pytest.mark.slow
def test_none_leaves_the_weights_and_imagenet_changes_only_the_encoder(model_params: Build) -> None:
    model = build(model_params())
    before = {layer.name: layer.get_weights() for layer in model.layers}
    load_initial_weights(model, "none")
    for layer in model.layers:
        assert all(map(np.array_equal, before[layer.name], layer.get_weights()))
    load_initial_weights(model, "imagenet")
    changed = [
        layer.name for layer in model.layers if not all(map(np.array_equal, before[layer.name], layer.get_weights()))
    ]
    assert changed == ["efficientnet_lite0"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_a_file_gives_back_all_weights(suffix: str, model_params: Build, tmp_path: Path) -> None:
    path = tmp_path / f"earlier{suffix}"
    earlier, model = build(model_params()), build(model_params())
    earlier.save(path) if suffix == ".keras" else earlier.save_weights(path)
    load_initial_weights(model, str(path))
    assert same(model, earlier)


@pytest.mark.slow
def test_of_another_width_what_fits_is_taken_and_the_rest_named(
    model_params: Build, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    earlier, model = build(model_params(decoder_width=16, output_stride=8)), build(model_params())
    earlier.save(tmp_path / "wide.keras")
    load_initial_weights(model, str(tmp_path / "wide.keras"))
    assert same(model.get_layer("efficientnet_lite0"), earlier.get_layer("efficientnet_lite0"))
    assert same(model.get_layer("aspp_project"), earlier.get_layer("aspp_project"))
    assert "decoder_1_conv" in caplog.text
    assert "aspp_project" not in caplog.text


def test_files_that_do_not_fit_are_refused_in_one_line(model_params: Build, tmp_path: Path) -> None:
    model = build(model_params())
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="other")])
    other.save(tmp_path / "other.keras")
    other.save_weights(tmp_path / "other.weights.h5")
    for name in ("cut.keras", "cut.weights.h5", "model.tflite"):
        (tmp_path / name).write_bytes(b"not a model")
    for name in ("other.keras", "other.weights.h5", "cut.keras", "cut.weights.h5", "model.tflite", "missing.keras"):
        with pytest.raises(WeightsError, match=rf"^model\.init: [^\n]*{name}[^\n]*$"):
            load_initial_weights(model, str(tmp_path / name))


def test_a_failed_download_says_what_to_do(model_params: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: Any, **__: Any) -> None:
        raise Exception("URL fetch failure on https://example.org: None -- Name or service not known")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", offline)
    with pytest.raises(WeightsError, match=r"mobilenet_v2 cannot be downloaded \(URL fetch failure[^\n]*none"):
        load_initial_weights(build(model_params(encoder="mobilenet_v2")), "imagenet")


def test_there_are_no_imagenet_weights_of_a_segmentation_network(model_params: Build) -> None:
    model = build(model_params(encoder="mobilenet_v2_deeplab"))
    with pytest.raises(
        WeightsError,
        match=r"imagenet does not fit encoder mobilenet_v2_deeplab; give its \.tflite file, or none",
    ):
        load_initial_weights(model, "imagenet")


@pytest.mark.slow
def test_another_litert_file_is_refused(model_params: Build) -> None:
    ours = packaged.MODELS / "fast-int8.tflite"
    model = build(model_params(encoder="mobilenet_v2_deeplab"))
    with pytest.raises(WeightsError, match=r"fast-int8\.tflite: another file than was published; get deeplabv3_mnv2_"):
        load_initial_weights(model, str(ours))
    with pytest.raises(LiteRTFileError, match=r"\d+ convolutions, not the 55 of DeepLabV3 on MobileNetV2"):
        read_deeplab_mobilenet(ours)
    with pytest.raises(WeightsError, match=r"fast-int8\.tflite does not fit encoder efficientnet_lite0; give imagenet"):
        load_initial_weights(build(model_params()), str(ours))


@pytest.mark.parametrize(
    ("encoder", "file", "place"),
    [
        ("mobilenet_v2_deeplab", "mine.tflite", "deeplabv3_mnv2_pascal_quant.tflite of github.com/google-coral/"),
        ("yolox_nano", "mine.onnx", "yolox_nano.onnx of github.com/Megvii-BaseDetection/YOLOX, release 0.1.1rc0"),
    ],
)
def test_a_published_file_that_is_missing_is_said_to_be_had_where(
    encoder: str, file: str, place: str, tmp_path: Path
) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name=encoder)
    with pytest.raises(
        WeightsError, match=rf"^model\.init: [^\n]*{file}: no such file; get {place}.*, SHA-256 \w{{64}}$"
    ):
        load_initial_weights(model, str(tmp_path / file))


def test_an_encoder_alone_leaves_the_decoder_random(model_params: Build, tmp_path: Path) -> None:
    earlier, model = build(model_params()), build(model_params())
    (encoder,) = encoder_layers(earlier)
    encoder.save(tmp_path / f"mine{ENCODER_ALONE}")
    before = model.get_layer("logits").get_weights()
    load_initial_weights(model, str(tmp_path / f"mine{ENCODER_ALONE}"))
    assert same(model.get_layer(encoder.name), encoder)
    assert all(map(np.array_equal, model.get_layer("logits").get_weights(), before))
    other = build(model_params(encoder="mobilenet_v2"))
    assert mismatch(encoder.name, str(tmp_path / f"mine{ENCODER_ALONE}")) is None
    assert "does not fit encoder mobilenet_v2; give imagenet" in str(
        mismatch("mobilenet_v2", str(tmp_path / f"mine{ENCODER_ALONE}"))
    )
    assert mismatch("mobilenet_v2", str(tmp_path / f"not there{ENCODER_ALONE}")) is None
    with pytest.raises(WeightsError, match=rf"holds the encoder {encoder.name}, not mobilenet_v2; give "):
        load_initial_weights(other, str(tmp_path / f"mine{ENCODER_ALONE}"))
