"""What a model is initialised from: ImageNet, an earlier model, or random weights."""

from __future__ import annotations

import logging
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from figureground.encoder_facts import ENCODER_ALONE, encoder_facts, is_published, mismatch, origin
from figureground.errors import FiguregroundError, first_line
from figureground.files import file_sha256
from figureground.models import movenet, selfie
from figureground.models.encoder import build_encoder, encoder_layers, find_encoder
from figureground.models.graph_file import GraphFileError
from figureground.models.litert_file import LiteRTFileError

logger = logging.getLogger(__name__)


class WeightsError(FiguregroundError):
    """Weights that cannot be had or do not fit; one line: which, why, what to do."""


def load_initial_weights(model: keras.Model, init: str) -> None:
    """Load the weights that `init` names into a model of `build_model`, in place.

    Args:
        init: `none`, what the encoder's file admits, such as `imagenet` (the rest stays random then), or a file:
            `.encoder.keras`, which holds the same encoder alone, another `.keras`, whose layers of equal name and shape
            are taken over, or `.weights.h5` of the same architecture.
    Raises:
        WeightsError: They are missing, cannot be downloaded, or fit nowhere.
    """
    if init == "none":
        return
    path = Path(init)
    if init != "imagenet" and not path.is_file():
        remedy = f"get {where}" if (where := origin(init)) else "give imagenet, none, champion or a weights file"
        raise WeightsError(f"model.init: {path}: no such file; {remedy}")
    if is_published(init):
        _load_published(encoder_layers(model)[0], init)
    elif path.name.endswith(".weights.h5"):
        _load_same(model, path)
    elif init.endswith(ENCODER_ALONE):
        with _named("model.init"):
            load_encoder(encoder_layers(model)[0], path)
    elif path.suffix == ".keras":
        _load_fitting(model, path)
    else:
        raise WeightsError(
            f"model.init: {path}: unknown kind of file; give one that ends in .keras or .weights.h5, or weights that "
            "were published for the encoder"
        )


def load_encoder(encoder: keras.Model, path: Path) -> None:
    """Load the weights of an `.encoder.keras` file into such an encoder, in place.

    Raises:
        WeightsError: The file cannot be read, or holds another encoder.
    """
    source = _read_keras(path)
    if source.name != encoder.name or _shapes(source.weights) != _shapes(encoder.weights):
        raise WeightsError(f"{path}: holds the encoder {source.name}, not {encoder.name}; give a file of that one")
    encoder.set_weights(source.get_weights())


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


def load_pose_network(model: keras.Model, file: str) -> None:
    """Load the weights of `model.pose_network` into a model of `build_model` that has one, in place.

    Raises:
        WeightsError: They are missing or another network's.
    """
    try:
        movenet.load_movenet(model.get_layer(movenet.NAME), Path(file))
    except GraphFileError as error:
        raise WeightsError(f"model.pose_network: {error}") from None


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


@contextmanager
def _named(parameter: str) -> Iterator[None]:
    """Says in front of an error which parameter it is about."""
    try:
        yield
    except WeightsError as error:
        raise WeightsError(f"{parameter}: {error}") from None


def _read_keras(path: Path) -> keras.Model:
    try:
        return keras.models.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path}: cannot be read as a Keras model: {first_line(error)}") from None


def _load_fitting(model: keras.Model, path: Path) -> None:
    """Take over each layer (the encoder counts as one) that the file has under the same name and with equal shapes."""
    with _named("model.init"):
        source = _read_keras(path)
    offered = {layer.name: layer.get_weights() for layer in source.layers}
    left: list[str] = []
    fitted = 0
    for layer in model.layers:
        if not layer.weights or layer.name in (selfie.NAME, movenet.NAME):  # whose weights have a file of their own
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


def check_imagenet(encoder: str) -> None:
    """Make sure that an encoder's ImageNet weights are here, by a download where need be.

    Raises:
        WeightsError: They are not and cannot be had.
    """
    _load_published(build_encoder(encoder, 32, (None, None)), "imagenet")


def _load_published(encoder: keras.Model, init: str) -> None:
    if reason := mismatch(encoder.name, init):
        raise WeightsError(f"model.{reason}")
    published = encoder_facts(encoder.name).sha256
    if published and file_sha256(Path(init)) != published:
        raise WeightsError(f"model.init: {init}: another file than was published; get {origin(init)}")
    try:
        find_encoder(encoder.name).load(encoder, init)
    except FiguregroundError as error:
        raise WeightsError(f"model.init: {error}") from None


def _shapes(weights: list[Any]) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in weights]
