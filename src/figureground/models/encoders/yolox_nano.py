"""YOLOX-nano: a small detector of 80 kinds of things, of which the decoder takes features and what it says of people.

Architecture: Ge et al. 2021, YOLOX: Exceeding YOLO Series in 2021, with the CSP backbone of YOLOv5 (focus, cross stage
partial blocks, spatial pyramid pooling) and the PAN neck (Liu et al. 2018), depthwise separable throughout. Weights:
the file named below (Apache-2.0), trained on COCO train2017, batch norms folded into the convolutions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from figureground.models.encoder import Encoder, set_weights_by_layer
from figureground.models.onnx_file import read_initializers

INITIAL_WEIGHTS = (".onnx",)
CORNER_ALIGNED = False
OUTPUT_STRIDES = (32,)

PUBLISHED = "yolox_nano.onnx of github.com/Megvii-BaseDetection/YOLOX, release 0.1.1rc0"
SHA256 = "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14"
LEVELS = (8, 16, 32)  # strides of the neck's features and of the scores
_PERSON = 0  # of the 80 classes


def build_yolox_nano(size: tuple[int | None, int | None]) -> keras.Model:
    """The network without its boxes and without its other 79 classes, with random weights.

    Args:
        size: (height, width) in pixels, multiples of 32; None leaves one open.
    Returns:
        A model "yolox_nano" from float32 photos (B, H, W, 3), RGB, in 0..255, to scores at strides 8, 16 and 32, each
        (B, H/s, W/s, 2): logits of "there is a thing" and of "it is a person". A cell j of stride s is centred on the
        photo's pixel s * j + 0.5.
    """
    photo = keras.Input((*size, 3), name="photo")
    # The published focus gathers the four pixels of each 2 x 2 cell before a convolution of 3 x 3: one of 6 x 6.
    x = _padded_conv(photo, 16, 6, "stem")
    x = _csp(_separable(x, 32, "dark2_down", 2), 32, 1, "dark2")
    dark3 = x = _csp(_separable(x, 64, "dark3_down", 2), 64, 3, "dark3")
    dark4 = x = _csp(_separable(x, 128, "dark4_down", 2), 128, 3, "dark4")
    x = _pooled_pyramid(_separable(x, 256, "dark5_down", 2), 256, "spp")
    x = _csp(x, 256, 1, "dark5", shortcut=False)
    lateral = _conv(x, 128, 1, "lateral")
    x = _csp(_above(lateral, dark4, "lateral"), 128, 1, "top_down16", shortcut=False)
    reduced = _conv(x, 64, 1, "reduced")
    neck8 = _csp(_above(reduced, dark3, "reduced"), 64, 1, "neck8", shortcut=False)
    x = keras.layers.Concatenate(name="neck16_join")([_separable(neck8, 64, "neck16_down", 2), reduced])
    neck16 = _csp(x, 128, 1, "neck16", shortcut=False)
    x = keras.layers.Concatenate(name="neck32_join")([_separable(neck16, 128, "neck32_down", 2), lateral])
    neck32 = _csp(x, 256, 1, "neck32", shortcut=False)
    necks = [neck8, neck16, neck32]
    scores = [_scores(neck, f"head{stride}") for neck, stride in zip(necks, LEVELS, strict=True)]
    return keras.Model(photo, scores, name="yolox_nano")


def read_yolox_nano(path: Path) -> dict[str, list[NDArray[np.float32]]]:
    """Weights of `build_yolox_nano` by layer name, from the published file.

    Raises:
        OnnxFileError: The file is missing or no ONNX file.
    """
    tensors = read_initializers(path)
    unnamed = [tensor for name, tensor in tensors.items() if name.isdecimal()]  # those of the scores have names
    convolutions = [(kernel, bias) for kernel, bias in itertools.pairwise(unnamed) if kernel.ndim == 4]
    weights = {
        layer: [_kernel(kernel, layer), bias] for layer, (kernel, bias) in zip(_layers(), convolutions, strict=True)
    }
    for level, stride in enumerate(LEVELS):
        for kind, channels in (("obj", slice(0, 1)), ("cls", slice(_PERSON, _PERSON + 1))):
            kernel, bias = (tensors[f"head.{kind}_preds.{level}.{part}"][channels] for part in ("weight", "bias"))
            weights[f"head{stride}_{kind}_pred"] = [_kernel(kernel, ""), bias]
    return weights


def _layers() -> Iterator[str]:
    """Names of the convolutions in the file's order; boxes, which the file has too, are none of ours."""
    yield "stem"
    for stage, blocks in (("dark2", 1), ("dark3", 3), ("dark4", 3)):
        yield from _separable_names(f"{stage}_down")
        yield from _csp_names(stage, blocks)
    yield from _separable_names("dark5_down")
    yield from ("spp_in", "spp_out")
    yield from _csp_names("dark5", 1)
    yield "lateral"
    yield from _csp_names("top_down16", 1)
    yield "reduced"
    yield from _csp_names("neck8", 1)
    for neck in ("neck16", "neck32"):
        yield from _separable_names(f"{neck}_down")
        yield from _csp_names(neck, 1)
    for stride in LEVELS:
        yield f"head{stride}_in"
        for kind in ("cls", "obj"):
            for number in range(2):
                yield from _separable_names(f"head{stride}_{kind}{number}")


def _separable_names(name: str) -> tuple[str, str]:
    return f"{name}_depthwise", name


def _csp_names(name: str, blocks: int) -> Iterator[str]:
    yield from (f"{name}_main", f"{name}_side")
    for block in range(blocks):
        yield f"{name}_{block}_in"
        yield from _separable_names(f"{name}_{block}")
    yield f"{name}_out"


def _kernel(kernel: NDArray[np.float32], layer: str) -> NDArray[np.float32]:
    """(out, in, h, w), or (channels, 1, h, w), as Keras wants it."""
    if layer == "stem":
        return _unfocused(kernel)
    return kernel.transpose((2, 3, 0, 1) if layer.endswith("depthwise") else (2, 3, 1, 0))


def _unfocused(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """The 3 x 3 kernel over gathered 2 x 2 cells, BGR, as a 6 x 6 one over RGB pixels.

    The cells' pixels come in the order (0, 0), (1, 0), (0, 1), (1, 1) as (row, column).
    """
    whole = np.empty((6, 6, 3, kernel.shape[0]), np.float32)
    for place, (row, column) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        bgr = kernel[:, 3 * place : 3 * place + 3]
        whole[row::2, column::2] = bgr[:, ::-1].transpose(2, 3, 1, 0)
    return whole


def _conv(x: Any, filters: int, kernel: int, name: str) -> Any:
    x = keras.layers.Conv2D(filters, kernel, padding="same", name=name)(x)
    return keras.layers.Activation("silu", name=f"{name}_silu")(x)


def _padded_conv(x: Any, filters: int, kernel: int, name: str) -> Any:
    """A convolution of stride 2 that pads alike on all sides, where "same" pads an even size more behind."""
    x = keras.layers.ZeroPadding2D(kernel // 2 - 1, name=f"{name}_pad")(x)
    x = keras.layers.Conv2D(filters, kernel, 2, name=name)(x)
    return keras.layers.Activation("silu", name=f"{name}_silu")(x)


def _separable(x: Any, filters: int, name: str, stride: int = 1) -> Any:
    if stride > 1:
        x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    x = keras.layers.DepthwiseConv2D(3, stride, padding="valid" if stride > 1 else "same", name=f"{name}_depthwise")(x)
    x = keras.layers.Activation("silu", name=f"{name}_depthwise_silu")(x)
    return _conv(x, filters, 1, name)


def _csp(x: Any, filters: int, blocks: int, name: str, shortcut: bool = True) -> Any:
    """Cross stage partial block: half of the channels go through the blocks, half around them."""
    main, side = _conv(x, filters // 2, 1, f"{name}_main"), _conv(x, filters // 2, 1, f"{name}_side")
    for block in range(blocks):
        before = main
        main = _separable(_conv(main, filters // 2, 1, f"{name}_{block}_in"), filters // 2, f"{name}_{block}")
        if shortcut:
            main = keras.layers.Add(name=f"{name}_{block}_add")([main, before])
    return _conv(keras.layers.Concatenate(name=f"{name}_concat")([main, side]), filters, 1, f"{name}_out")


def _pooled_pyramid(x: Any, filters: int, name: str) -> Any:
    """Maxima over 5, 9 and 13 cells beside the features; 5 thrice over, since 9 is 5 of 5."""
    pools = [_conv(x, filters // 2, 1, f"{name}_in")]
    for size in (5, 9, 13):
        pools.append(keras.layers.MaxPooling2D(5, 1, padding="same", name=f"{name}_pool{size}")(pools[-1]))
    return _conv(keras.layers.Concatenate(name=f"{name}_concat")(pools), filters, 1, f"{name}_out")


def _above(x: Any, finer: Any, name: str) -> Any:
    x = keras.layers.UpSampling2D(2, name=f"{name}_up")(x)
    return keras.layers.Concatenate(name=f"{name}_concat")([x, finer])


def _scores(neck: Any, name: str) -> Any:
    x = _conv(neck, 64, 1, f"{name}_in")
    scores = []
    for kind in ("obj", "cls"):
        branch = _separable(_separable(x, 64, f"{name}_{kind}0"), 64, f"{name}_{kind}1")
        scores.append(keras.layers.Conv2D(1, 1, name=f"{name}_{kind}_pred")(branch))
    return keras.layers.Concatenate(name=f"{name}_scores")(scores)


def _load(encoder: keras.Model, init: str) -> None:
    set_weights_by_layer(encoder, read_yolox_nano(Path(init)))


ENCODER = Encoder(
    build=build_yolox_nano,
    load=_load,
    features=("dark2_out_silu", *(f"neck{stride}_out_silu" for stride in LEVELS)),
    scale=255.0,
    offset=(0.0,) * 3,
    logits=tuple(f"head{stride}_scores" for stride in LEVELS),
    frozen=("stem", "dark", "spp"),
    floating=("stem", "dark2_down"),  # whose folded batch norms differ a hundredfold from channel to channel
)
