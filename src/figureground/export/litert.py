"""LiteRT files of a trained model, in three number formats, kept only if they do what the model does."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from figureground.encoder_facts import encoder_names
from figureground.export import latency, parity
from figureground.export.weight_scales import rescaled
from figureground.files import write_table
from figureground.models import movenet, selfie
from figureground.models.encoder import find_encoder
from figureground.network_input import network_input
from figureground.params import ExportParams
from figureground.pictures import resize_photo
from figureground.predictor import Predictor, as_float32, input_size
from figureground.processes import stderr_into
from figureground.runtime.segmenter import Segmenter

log = logging.getLogger(__name__)

Photo = NDArray[np.uint8]
Precision = Literal["float32", "float16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")
PRECISION_COLUMNS = (
    "precision", "megabytes", "milliseconds", "milliseconds_p10", "milliseconds_p90",
    "mean_person_iou", "min_person_iou", "mean_held_iou", "mean_absolute_difference", "max_absolute_difference",
)  # fmt: skip
# Of a probability. Float32 arithmetic in another order stays a hundredfold below; a wrong operator does not.
MAX_FLOAT32_DIFFERENCE = 1e-3


def export(
    model: keras.Model,
    calibration: Sequence[Photo],
    parity_photos: Iterable[tuple[str, Photo]],
    params: ExportParams,
    out: Path,
) -> dict[str, dict[str, Any]]:
    """Write `float32.tflite`, `float16.tflite`, `int8.tflite`, `parity.csv` and `precisions.csv` to `out`.

    In every precision the files take `photo`, float32 (1, S, S, 3) RGB in 0..1, and give `logits`, float32 (1, S, S, 1)
    of person, or (1, S, S, 2) of person and of held things. Models of an earlier export are removed first: they would
    not belong to the new `parity.csv`.

    Args:
        model: Trained in any precision; exported as float32.
        calibration: uint8 HxWx3 RGB photos of the training split, any size, which set the ranges of int8.
        parity_photos: (name, photo) on which the exported masks must agree with the Keras masks.
    Returns:
        For each precision `megabytes`, `milliseconds` on one core (median, p10, p90) and `parity` (of the photos).
    Raises:
        ExportError: A precision's masks differ too much; `parity.csv` is there, the models are not. Or there are no
            photos to calibrate or compare with.
    """
    if not calibration:
        raise parity.ExportError("export: no photos to calibrate int8 on; give at least one")
    out.mkdir(parents=True, exist_ok=True)
    for precision in PRECISIONS:
        (out / f"{precision}.tflite").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".drafts-") as folder:
        drafts = _write_drafts(model, calibration, Path(folder))
        with tf.device("CPU:0"):  # a GPU's TF32 arithmetic differs by more than the exports do
            reference = Predictor(model).probabilities
            exported: dict[str, parity.Predict] = {
                precision: Segmenter(draft).probabilities for precision, draft in drafts.items()
            }
            agreements = parity.compare(reference, exported, parity_photos)
        parity.write_agreements(out / "parity.csv", agreements)
        least = {"float32": params.min_parity, "float16": params.min_parity, "int8": params.min_parity_int8}
        parity.check(agreements, least, {"float32": MAX_FLOAT32_DIFFERENCE})
        report: dict[str, dict[str, Any]] = {
            precision: _report(draft, precision, agreements, params) for precision, draft in drafts.items()
        }
        for precision, draft in drafts.items():
            draft.replace(out / f"{precision}.tflite")
    write_table(out / "precisions.csv", PRECISION_COLUMNS, (_row(name, found) for name, found in report.items()))
    return report


def convert(
    model: keras.Model, calibration: Sequence[Photo] = (), precisions: Sequence[Precision] = PRECISIONS
) -> dict[Precision, bytes]:
    """A Keras model with one image input of fixed size as LiteRT files for a batch of one.

    `float16` stores weights in half the space and computes in float32. `int8` computes in integers (weights with a
    scale for each channel, see `weight_scales`, activations with ranges seen on `calibration`; Jacob et al. 2018) but
    still takes and gives float32. The `floating_layers` stay in floating point even there: a selfie network, whose
    activations LiteRT computes faster so, and what int8 would spoil of an encoder.

    Args:
        calibration: uint8 HxWx3 RGB photos of any size; only int8 needs them.
    """
    with tempfile.TemporaryDirectory() as folder:
        with _quiet():
            _save_graph(as_float32(model), folder)
        floating = floating_layers(model)
        return {
            precision: _convert(folder, precision, calibration, input_size(model), floating) for precision in precisions
        }


def floating_layers(model: keras.Model) -> tuple[str, ...]:
    """What the names of those layers begin with that stay in floating point in an int8 export."""
    names = [layer.name for layer in model.layers]
    selfie_network = (selfie.NAME,) if selfie.NAME in names else ()
    encoders = [name for name in names if name in encoder_names()]
    if movenet.NAME in names:  # which takes most of the time; what int8 costs of the masks is in the encoder
        return (*selfie_network, *encoders)
    return (*selfie_network, *(prefix for name in encoders for prefix in find_encoder(name).floating))


def _convert(
    graph: str,
    precision: Precision,
    calibration: Sequence[Photo],
    size: tuple[int, int],
    layers: Sequence[str],
) -> bytes:
    log.info("export: converting to %s", precision)
    with _quiet():
        converter = tf.lite.TFLiteConverter.from_saved_model(graph)
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if precision == "int8":
            converter.representative_dataset = _inputs(calibration, *size)
            floating: bytes = tf.lite.TFLiteConverter.from_saved_model(graph).convert()
            if not layers:
                return rescaled(_quantised(converter), floating)
            return rescaled(_quantised_in_part(converter, floating, layers), floating)
        content: bytes = converter.convert()
    return content


def _quantised(converter: tf.lite.TFLiteConverter) -> bytes:
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]  # nothing may stay in float
    content: bytes = converter.convert()
    return content


def _quantised_in_part(converter: tf.lite.TFLiteConverter, floating: bytes, layers: Sequence[str]) -> bytes:
    """All but the output and the layers whose names begin so.

    TensorFlow offers this through the class alone that is made for finding out what quantising costs. It goes by the
    names of tensors, which `floating`, the same model in floating point, tells.
    """
    interpreter = Interpreter(model_content=floating)
    paths = [f"/{layer}" for layer in layers]
    tensors = [tensor["name"] for tensor in interpreter.get_tensor_details()]
    names = [name for name in tensors if any(path in name for path in paths)]
    outputs = [output["name"] for output in interpreter.get_output_details()]  # a fused one has a name of its own
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_nodes=[*names, *outputs])
    debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_options=options)
    content: bytes = debugger.get_nondebug_quantized_model()
    return content


def _write_drafts(model: keras.Model, calibration: Sequence[Photo], folder: Path) -> dict[Precision, Path]:
    drafts = {}
    for precision, content in convert(model, calibration).items():
        drafts[precision] = folder / f"{precision}.tflite"
        drafts[precision].write_bytes(content)
    return drafts


def _report(
    draft: Path, precision: Precision, agreements: Sequence[parity.PhotoParity], params: ExportParams
) -> dict[str, Any]:
    return {
        "megabytes": draft.stat().st_size / 1e6,
        "milliseconds": latency.measure(draft, params.latency_runs),
        "parity": parity.summary(agreements, precision),
    }


def _row(precision: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """Row of `precisions.csv`."""
    times = {
        "milliseconds" if name == "median" else f"milliseconds_{name}": report["milliseconds"][name]
        for name in ("median", "p10", "p90")
    }
    return {"precision": precision, "megabytes": report["megabytes"], **times, **report["parity"]}


def _save_graph(model: keras.Model, folder: str) -> None:
    """The network as a SavedModel with a batch of one and named ends, from which LiteRT takes its signature.

    `model.export` does the same at twice the time, since it saves every layer's function as well.
    """
    photo = tf.TensorSpec((1, *input_size(model), 3), tf.float32, name="photo")
    serve = tf.function(lambda photo: {"logits": model(photo, training=False)}, autograph=False)
    module = tf.Module()
    module.held = [variable.value for variable in model.variables]  # else they are saved as empty resources
    tf.saved_model.save(module, folder, signatures=serve.get_concrete_function(photo))


def _inputs(photos: Sequence[Photo], height: int, width: int) -> Callable[[], Iterator[list[NDArray[np.float32]]]]:
    def generate() -> Iterator[list[NDArray[np.float32]]]:
        for photo in photos:
            yield [network_input(resize_photo(photo, height, width))[np.newaxis]]

    return generate


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what TensorFlow's C++ side writes to the terminal; logged on failure."""
    with tempfile.TemporaryFile() as chatter:
        try:
            with stderr_into(chatter):
                yield
        except Exception:
            chatter.seek(0)
            log.error("export: the converter said: %s", chatter.read().decode(errors="replace"))
            raise
