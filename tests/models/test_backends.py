"""Models, losses and metrics of one backend of Keras on another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.encoder_facts import encoder_facts
from figureground.models.deeplab import build_model, load_model
from figureground.params import ModelParams
from figureground.training.losses import MaskLoss
from figureground.training.metrics import BinaryIoU, FalseAlarms, HeldIoU, PersonIoU
from figureground.training.weights import load_initial_weights

pytest.importorskip("jax")

LOSSES = {
    "bce_dice": {"bce_coef": 1.0, "held_weight": 2.0},
    "tversky": {"alpha": 0.3, "beta": 0.7},
    "boundary": {"weight": 3.0, "pixels": 2, "held_weight": 2.0},
}
# Computes what `answers` does, in a process of its own, where the other backend is.
ON_JAX = f"""
import sys
import numpy as np
import keras
from figureground.models.deeplab import load_model
from figureground.training.losses import MaskLoss
from figureground.training.metrics import BinaryIoU, FalseAlarms, HeldIoU, PersonIoU

assert keras.backend.backend() == "jax"
given = np.load("given.npz")
logits = keras.ops.convert_to_numpy(load_model("model.keras")(given["photos"], training=False))
model = load_model("model.keras")
model.load_weights("model.weights.h5")
found = dict(logits=logits, again=keras.ops.convert_to_numpy(model(given["photos"], training=False)))
for name, parameters in {LOSSES}.items():
    found[name] = keras.ops.convert_to_numpy(MaskLoss(name, parameters)(given["masks"], given["logits"]))
for metric in (PersonIoU(), BinaryIoU(), FalseAlarms(), *[HeldIoU()] * (given["logits"].shape[-1] - 1)):
    metric.update_state(given["masks"], given["logits"])
    found[metric.name] = keras.ops.convert_to_numpy(metric.result())
assert "tensorflow" not in sys.modules
np.savez("found.npz", **found)
model.save("again.keras")  # imports it
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoder", "init", "selfie_network", "last"),
    [
        ("mobilenet_v2_deeplab", "none", "given", "logits"),
        ("efficientnet_lite0", "imagenet", None, "logits"),
        ("yolox_nano", "none", None, "person_held"),
    ],
)
def test_what_tensorflow_saved_gives_the_same_on_jax_and_what_that_saves_on_tensorflow(
    encoder: str,
    init: str,
    selfie_network: str | None,
    last: str,
    model_params: Callable[..., ModelParams],
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(5)
    ends = 1 if encoder_facts(encoder).corner_aligned else 0
    params = model_params(
        encoder=encoder,
        selfie_network=selfie_network,
        mid_level_width=8,
        input_size=64 + ends,
        output_stride=16 if ends else 32,
    )
    size = (64 + ends, 96 + ends)
    model = build_model(params, size)
    load_initial_weights(model, init)
    logits_layer = model.get_layer(last)  # with an encoder that finds people the decoder begins with zeros
    logits_layer.set_weights([random.normal(size=weight.shape) for weight in logits_layer.get_weights()])
    photos = random.random((2, *size, 3), np.float32)
    masks = random.choice(np.array([0, 32, 64, 128, 255], np.uint8), (2, *size, 1))
    logits = keras.ops.convert_to_numpy(model(photos, training=False))
    assert np.ptp(logits) > 0.01
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    np.savez(tmp_path / "given.npz", photos=photos, masks=masks, logits=logits)
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", ON_JAX], cwd=tmp_path, env=environment, check=True)
    found = np.load(tmp_path / "found.npz")
    np.testing.assert_allclose(found["logits"], logits, atol=1e-4)
    np.testing.assert_allclose(found["again"], logits, atol=1e-4)
    from_jax = load_model(tmp_path / "again.keras")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(from_jax(photos, training=False)), logits, atol=1e-4)
    for name, expected in answers(masks, logits).items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-5, err_msg=name)


def answers(masks: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """The losses and metrics by name."""
    found = {name: float(MaskLoss(name, parameters)(masks, logits)) for name, parameters in LOSSES.items()}
    metrics: list[keras.metrics.Metric] = [PersonIoU(), BinaryIoU(), FalseAlarms()]
    if logits.shape[-1] > 1:
        metrics.append(HeldIoU())
    for metric in metrics:
        metric.update_state(masks, logits)
        found[metric.name] = float(metric.result())
    return found
