"""What params.yaml may hold: a wrong value is refused before the first stage, by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from figureground.encoder_facts import encoder_names
from figureground.params import Params, ParamsError, parse_params, read_params
from helpers.places import ROOT

PARAMS = ROOT / "params.yaml"


def changed(name: str, value: object) -> dict[str, Any]:
    values = read_params(PARAMS).model_dump(by_alias=True)
    *sections, key = name.split(".")
    place = values
    for section in sections:
        place = place[section]
    place[key] = value
    return values


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("seed", 2**32, r"params.yaml: seed = 4294967296: .* less than 4294967296"),
        ("train.learning_rate", float("nan"), "params.yaml: train.learning_rate = nan: Input should be a finite"),
        ("train.epochs", True, "params.yaml: train.epochs = True: Input should be a valid integer"),
        (
            "augment.store",
            "shards",
            "params.yaml: augment.store = 'shards': must be null or an address such as s3://bucket/shards",
        ),
        ("train.epoch", 3, "params.yaml: train.epoch: unknown key; remove it or check its spelling"),
        ("train.warmup_epochs", 5.0, r"params.yaml: train: warmup_epochs 5.0 must be less than epochs 5"),
        (
            "model.input_size",
            250,
            r"params.yaml: model: input_size 250 is not a multiple of output_stride 16 plus one, .* is 257",
        ),
        (
            "model.init",
            "imagenet",
            "params.yaml: model: init: imagenet does not fit encoder mobilenet_v2_deeplab",
        ),
        (
            "model.init",
            "weights/yolox_nano.onnx",
            r"params.yaml: model: init: .*\.onnx does not fit encoder mobilenet_v2_deeplab; give its .tflite file",
        ),
        (
            "model.encoder",
            "vgg",
            "params.yaml: model.encoder = 'vgg': must be one of efficientnet_lite0, mobile",
        ),
        ("model.aspp_rates", [], r"params.yaml: model.aspp_rates = \[\]: must hold one or more$"),
        ("model.init", "none", "params.yaml: model: freeze_batch_norm keeps statistics that init: none does not"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: object, reason: str) -> None:
    with pytest.raises(ParamsError, match=f"^{reason}"):
        parse_params(changed(name, value))


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        ({"low": "few", "high": 3}, "low = 'few': must be a number"),
        ({"low": 1, "high": True}, "high = True: must be a number"),
        ({"low": 0.1, "high": float("nan")}, "high = nan: must be a number"),
        ({"low": 1, "high": 3, "step": [1]}, "step = [1]: must be a number"),
        ({"choices": [1, [2]]}, "choices.1 = [2]: must be a number, a text, true or false"),
        ({"choices": [1, 2], "when": {"loss.name": [None]}}, "when.loss.name.0 = None: must be a number, a text, true"),
        ({"fixed": float("inf")}, "fixed = inf: must be a number, a text, true or false"),
    ],
)
def test_a_wrong_value_of_the_space_is_one_finding(entry: dict[str, Any], finding: str) -> None:
    with pytest.raises(ParamsError) as error:
        parse_params(changed("sweep.space", {"train.learning_rate": entry}))
    assert str(error.value).startswith(f"params.yaml: sweep.space.train.learning_rate.{finding}")
    assert len(error.value.args) == 1 and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name", ["", " ", "team/person", "team:person", "person.v2", "o'brien", "50%", "two\nlines", "x" * 201]
)
def test_a_name_that_mlflow_would_refuse_after_hours_is_refused_at_once(name: str) -> None:
    with pytest.raises(ParamsError, match=r"^params\.yaml: register\.name = .* must be a name of 1 to 200 characters"):
        parse_params(changed("register.name", name))
    assert parse_params(changed("register.name", "Personen übung-2 v3")).register_.name == "Personen übung-2 v3"


def test_numbers_of_the_space_stay_what_they_are() -> None:
    entries = {"model.aspp_width": {"low": 64, "high": 128}, "model.dropout": {"low": 0, "high": 0.5},
               "loss.name": {"choices": ["tversky", 1, 1.5, True], "when": {"train.epochs": 3}}}  # fmt: skip
    space = parse_params(changed("sweep.space", entries)).sweep.space
    kept = [space["model.aspp_width"].low, space["model.dropout"].high, *space["loss.name"].choices]
    assert [type(value) for value in kept] == [int, float, str, int, float, bool]
    assert space["loss.name"].when == {"train.epochs": (3,)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [("seed: [", "not valid YAML"), ("- 1", "must hold sections"), ("seed: 1", "audit: missing; add it")],
)
def test_a_file_that_holds_no_parameters_is_told(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "params.yaml").write_text(content)
    with pytest.raises(ParamsError, match=reason):
        read_params(tmp_path / "params.yaml")
    with pytest.raises(ParamsError, match="not found; run from the project's root"):
        read_params(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    "name", ["audit.on_finding", "augment.photo_format", "augment.engine", "model.encoder", "loss.name"]
)
def test_a_comment_lists_every_choice_whatever_the_value_is(name: str) -> None:
    section, key = name.split(".")
    lines = PARAMS.read_text(encoding="utf-8").partition(f"\n{section}:\n")[2].splitlines()
    comment = next(line for line in lines if line.startswith(f"  {key}: ")).partition(" # ")[2]
    fields: dict[str, Any] = Params.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
    choices = get_args(fields[key].annotation) or encoder_names()
    assert len(choices) > 1 and set(choices) <= set(re.findall(r"\w+", comment))
