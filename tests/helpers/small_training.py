"""A training of seconds: the project's own parameters made small, drawn shards, and a network of a few weights."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair, framing
from figureground.params import Params, parse_params, read_params
from figureground.training.fit import compile_model
from helpers import drawing
from helpers.places import ROOT

SIZE = 65


def small_params(**train: object) -> Params:
    values = read_params(ROOT / "params.yaml").model_dump(by_alias=True)
    values["model"] |= {
        "encoder": "mobilenet_v2", "init": "none", "freeze_batch_norm": False, "input_size": SIZE,
        "aspp_width": 16, "decoder_width": 16, "low_level_width": 8,
    }  # fmt: skip
    values["train"] |= {
        "epochs": 3, "batch_size": 4, "warmup_epochs": 0.0, "ema_momentum": 0.5, "learning_rate": 0.0006,
        "encoder_lr_scale": 0.25, "deterministic": True, **train
    }  # fmt: skip
    values["augment"] |= {"variants": 2, "background_share": 0.0, "second_person_share": 0.0, "strength": 0.3}
    return parse_params(values)


def write_shards(folder: Path, *, shard_pairs: int = 512) -> Path:
    """Sixteen drawn pairs to train on and four to validate with, in two variants."""
    data = folder / "data"
    pairs, sides = [], {}
    for number in range(20):
        photo, mask = drawing.person(number)
        name = f"drawn/{number:03d}"
        drawing.write_pair(data, name, photo, mask)
        share = float((mask == 255).mean())
        pairs.append(Pair(name, "drawn", name, "CC0", photo.shape[1], photo.shape[0], framing(mask), share, 0.0))
        sides[name] = "val" if number >= 16 else "train"
    params = small_params().augment.model_copy(update={"shard_pairs": shard_pairs})
    augment(pairs, sides, data, params, input_size=SIZE, seed=1, out=folder / "out", work=folder / "work")
    return folder / "out"


def tiny_network(**train: object) -> keras.Model:
    """One convolution, compiled as the pipeline compiles its own network."""
    params = small_params(**train)
    model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), keras.layers.Conv2D(1, 3, padding="same")])
    compile_model(model, params.loss, params.train, steps=4)
    return model


def values(model: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
