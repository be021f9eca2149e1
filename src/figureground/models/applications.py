"""Networks that Keras publishes, with their ImageNet weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import keras

from figureground.errors import FiguregroundError, first_line
from figureground.models.encoder import tapped

Application = Callable[..., keras.Model]  # one of `keras.applications`


class DownloadError(FiguregroundError):
    """Published weights that cannot be downloaded."""


def build_application(application: Application, size: tuple[int, int]) -> keras.Model:
    """The network without its classes, with random weights, for a (height, width) in pixels."""
    return application(include_top=False, weights=None, input_shape=(*size, 3))


def load_published(application: Application, encoder: keras.Model, init: str) -> None:
    """Load the weights of Keras's name `init` into an encoder made from the network, by a download where need be.

    Raises:
        DownloadError: They are not here and cannot be had.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that weights of 224 pixels serve other sizes, which is meant
            network = application(include_top=False, weights=init, input_shape=(224, 224, 3))
    except Exception as error:  # Keras raises a bare Exception where a download fails
        raise DownloadError(
            f"ImageNet weights of {encoder.name} cannot be downloaded ({first_line(error)}); "
            "connect to the network once, or set model.init to none or model.encoder to efficientnet_lite0"
        ) from None
    copy_weights(network, encoder)


def copy_weights(network: keras.Model, encoder: keras.Model) -> None:
    """Copy weights of the network into an encoder made from it, which ends before it does."""
    encoder.set_weights(tapped(network, encoder.output_names).get_weights())
