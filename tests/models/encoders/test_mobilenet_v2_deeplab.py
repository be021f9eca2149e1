"""The port of the published network against the original."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import cv2
import keras
import numpy as np
import pytest

from figureground.models.deeplab import build_model
from figureground.models.encoder import build_encoder
from figureground.models.encoders.mobilenet_v2_deeplab import HEAD_WIDTH
from figureground.params import ModelParams
from figureground.training.weights import load_initial_weights
from helpers import drawing
from helpers.places import ROOT

PUBLISHED = ROOT / "weights/deeplabv3_mnv2_pascal_quant.tflite"
SIDE = 513  # of the original's input

pytestmark = pytest.mark.skipif(not PUBLISHED.is_file(), reason="needs the published file in weights/")


def original_features(photo: np.ndarray) -> np.ndarray:
    """The original's 256 features before its classes."""
    from ai_edge_litert.interpreter import Interpreter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that keeping all tensors takes memory, which is meant
        interpreter = Interpreter(str(PUBLISHED), experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], photo[None])
    interpreter.invoke()
    features = next(t for t in interpreter.get_tensor_details() if t["name"].startswith("concat_projection/Relu"))
    scale, zero = features["quantization"]
    return np.asarray((interpreter.get_tensor(features["index"]).astype(np.float32) - zero) * scale)


@pytest.mark.slow
def test_the_port_computes_what_the_quantised_original_does(model_params: Callable[..., ModelParams]) -> None:
    params = model_params(encoder="mobilenet_v2_deeplab", input_size=513)
    model = build_model(params, (SIDE, SIDE))
    load_initial_weights(model, str(PUBLISHED))
    encoder = build_encoder("mobilenet_v2_deeplab", 16, (SIDE, SIDE))
    encoder.set_weights(model.get_layer("mobilenet_v2_deeplab").get_weights())
    photo, _ = drawing.person(3, SIDE, SIDE)
    photo = cv2.GaussianBlur(photo, (0, 0), 2)
    ours = keras.ops.convert_to_numpy(encoder(photo[None].astype(np.float32) / 127.5 - 1, training=False)[2])
    theirs = original_features(photo)
    assert ours.shape == theirs.shape == (1, 33, 33, HEAD_WIDTH)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.97
