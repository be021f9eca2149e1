"""MobileNetV2 with DeepLabV3's pooling head, batch norm folded into its convolutions, as published for mobile use.

Architecture: Sandler et al. 2018, MobileNetV2, section 6.3 (DeepLabV3 without atrous branches). Weights: the quantised
LiteRT file named below (Apache-2.0), trained on COCO and PASCAL VOC, from which the numbers are had back. It tells
people from animals and furniture before we train it, so its own decision is what the decoder refines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from figureground.models.encoder import Encoder, set_weights_by_layer
from figureground.models.inverted_residuals import BlockStage, convolve, inverted_residuals
from figureground.models.layers import Largest
from figureground.models.litert_file import LiteRTFileError, read_convolutions

INITIAL_WEIGHTS = (".tflite",)
PUBLISHED = "deeplabv3_mnv2_pascal_quant.tflite of github.com/google-coral/test_data"
SHA256 = "350af47fd346ea6d74b58833a351f583ba860e9806ec5bd292ff8d8f1f249398"

STAGES = (
    BlockStage(1, 3, 1, 1, 16),
    BlockStage(2, 3, 2, 6, 24),
    BlockStage(3, 3, 2, 6, 32),
    BlockStage(4, 3, 2, 6, 64),
    BlockStage(3, 3, 1, 6, 96),
    BlockStage(3, 3, 2, 6, 160),
    BlockStage(1, 3, 1, 6, 320),
)
STEM_WIDTH = 32
HEAD_WIDTH = 256
CLASSES = 21  # of PASCAL VOC, the first being background
PERSON_CLASS = 15


def build_deeplab_mobilenet(input_shape: tuple[int | None, int | None]) -> keras.Model:
    """The network with random weights, at stride 32.

    Args:
        input_shape: (height, width) in pixels.
    Returns:
        A model from float32 (B, H, W, 3) in -1..1 to the person's margin over the best of the other classes, float32
        (B, H/32, W/32, 1), positive where the published network says person. Its convolutions stand in the order of the
        published file, but for the projection, which is split in two.
    """
    photo = keras.Input((*input_shape, 3), name="photo")
    x = convolve(photo, STEM_WIDTH, "stem", normed=False, kernel_size=3, strides=2)
    x = inverted_residuals(x, STAGES, normed=False)
    return keras.Model(photo, _margin(_head(x)), name="mobilenet_v2_deeplab")


def read_deeplab_mobilenet(path: Path) -> dict[str, list[NDArray[np.float32]]]:
    """Weights by layer name of `build_deeplab_mobilenet`, from the published quantised file.

    Raises:
        LiteRTFileError: The file is missing or does not hold that network.
    """
    names = _layer_names()
    convolutions = read_convolutions(path)
    expected = len(names) + 2  # the projection and the classes come after those
    if len(convolutions) != expected or convolutions[0][0].shape != (3, 3, 3, STEM_WIDTH):
        raise LiteRTFileError(
            f"{path}: {len(convolutions)} convolutions, not the {expected} of DeepLabV3 on MobileNetV2; "
            "give deeplabv3_mnv2_pascal_quant.tflite"
        )
    weights = {name: [kernel, bias] for name, (kernel, bias) in zip(names, convolutions, strict=False)}
    kernel, bias = convolutions[
        len(names)
    ]  # of the pooled image and the features, one after the other; then the classes
    weights["head_image_project"] = [kernel[:, :, :HEAD_WIDTH]]
    weights["head_project"] = [kernel[:, :, HEAD_WIDTH:], bias]
    kernel, bias = convolutions[-1]
    others = [number for number in range(CLASSES) if number != PERSON_CLASS]
    weights["person_class"] = [kernel[..., [PERSON_CLASS]], bias[[PERSON_CLASS]]]
    weights["other_classes"] = [kernel[..., others], bias[others]]
    return weights


def _layer_names() -> list[str]:
    """Our convolutions in the order of the published file."""
    names = ["stem_conv"]
    for block in range(sum(stage.repeats for stage in STAGES)):
        parts = ("depthwise", "project") if block == 0 else ("expand", "depthwise", "project")
        names += [f"block{block}_{part}_conv" for part in parts]
    return [*names, "head_point_conv", "head_image_conv"]


def _head(x: Any) -> Any:
    """1x1 convolutions of the features and of the pooled image, projected together.

    A 1x1 convolution of a concatenation is the sum of 1x1 convolutions, so the pooled image need not be spread out.
    """
    image = keras.layers.GlobalAveragePooling2D(keepdims=True, name="head_image_pool")(x)
    image = convolve(image, HEAD_WIDTH, "head_image", normed=False)
    image = keras.layers.Conv2D(HEAD_WIDTH, 1, use_bias=False, name="head_image_project")(image)
    x = convolve(x, HEAD_WIDTH, "head_point", normed=False)
    x = keras.layers.Conv2D(HEAD_WIDTH, 1, name="head_project")(x)
    return keras.layers.ReLU(6.0, name="head_relu")(keras.layers.Add(name="head_add")([x, image]))


def _margin(x: Any) -> Any:
    """How far the person's class is ahead of the best other one.

    A difference with the largest, not with the logarithm of the summed exponentials: it keeps the sign, which is the
    decision, and is computed in integers.
    """
    person = keras.layers.Conv2D(1, 1, name="person_class")(x)
    others = keras.layers.Conv2D(CLASSES - 1, 1, name="other_classes")(x)
    return keras.layers.Subtract(name="person_margin")([person, Largest(name="largest_other")(others)])


def _load(encoder: keras.Model, init: str) -> None:
    set_weights_by_layer(encoder, read_deeplab_mobilenet(Path(init)))


ENCODER = Encoder(
    build=build_deeplab_mobilenet,
    load=_load,
    features=("block2_add", "block5_add", "head_relu"),
    scale=2.0,
    offset=(-1.0,) * 3,
    logits=("person_margin",),
    # The linear ends of the inverted residuals, unbounded and added up from block to block: where they are rounded, a
    # mask becomes another. In the earlier blocks that costs nothing.
    floating=tuple(f"block{block}_{part}" for block in range(7, 17) for part in ("project", "add")),
)
