"""The search space: what it draws, and what it refuses before the first trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
import pytest

from figureground.params import Params, ParamsError, parse_params
from figureground.sweep.space import Space, SpaceError
from figureground.sweep.study import study_name
from helpers import objectives


def with_space(space: Mapping[str, Any], **changes: Mapping[str, Any]) -> Params:
    values = objectives.small_params().model_dump(by_alias=True)
    values["sweep"] |= {"space": dict(space)}
    for section, keys in changes.items():
        values[section] |= keys
    return parse_params(values)


def refused(space: Mapping[str, Any], **changes: Mapping[str, Any]) -> list[str]:
    with pytest.raises(SpaceError) as error:
        Space(with_space(space, **changes))
    return str(error.value).splitlines()


class Last:
    """Draws the last choice and the upper end."""

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return choices[-1]

    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int:
        return high

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None, log: bool) -> float:
        return high


LOSS = {
    "loss.name": {"choices": ["bce_dice", "tversky"]},
    "loss.bce_coef": {"low": 0.1, "high": 10.0, "log": True, "when": {"loss.name": "bce_dice"}},
    "loss.tversky_alpha": {"low": 0.1, "high": 0.7, "when": {"loss.name": ["tversky"]}},
}


def test_the_projects_own_space_holds_every_combination() -> None:
    space = Space(objectives.small_params())
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    drawn = [space.draw(study.ask()) for _ in range(50)]
    assert {str(values["loss.name"]) for values in drawn} == {"bce_dice", "tversky", "boundary"}
    for values in drawn:
        params = space.apply(values)
        assert params.train.epochs == objectives.EPOCHS
        assert params.train.learning_rate == values["train.learning_rate"]
        assert ("loss.bce_coef" in values) == (values["loss.name"] == "bce_dice")
        assert ("loss.tversky_beta" in values) == (values["loss.name"] == "tversky")


def test_a_condition_that_is_not_met_leaves_a_parameter_out() -> None:
    space = Space(with_space(LOSS))
    assert space.draw(Last()) == {"loss.name": "tversky", "loss.tversky_alpha": 0.7}
    assert space.present() == {"loss.name": "bce_dice", "loss.bce_coef": 1.0}
    assert space.filled({"loss.name": "tversky", "loss.tversky_alpha": 0.7})["loss.bce_coef"] == 1.0


def test_whole_numbers_stay_whole_and_others_have_four_digits() -> None:
    space = {"model.aspp_width": {"low": 64, "high": 256, "step": 32}, "train.learning_rate": {"low": 1e-5, "high": 1}}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    values = Space(with_space(space)).draw(study.ask())
    assert isinstance(values["model.aspp_width"], int)
    assert values["train.learning_rate"] == float(f"{values['train.learning_rate']:.4g}")


@pytest.mark.parametrize(
    ("entry", "present", "drawn"),
    [
        ({"choices": [0.2, 0.3]}, 0.1, {0.1, 0.2, 0.3}),
        ({"low": 0.2, "high": 0.4, "step": 0.1}, 0.1, {0.1, 0.2, 0.3, 0.4}),
        ({"low": 0.1, "high": 0.2, "step": 0.1}, 0.3, {0.1, 0.2, 0.3}),
    ],
)
def test_the_present_value_is_one_of_those_that_are_searched(
    entry: dict[str, Any], present: float, drawn: set[float]
) -> None:
    space = Space(with_space({"model.dropout": entry}, model={"dropout": present}))
    assert space.present() == {"model.dropout": present}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    assert {space.draw(study.ask())["model.dropout"] for _ in range(60)} == drawn
    study.enqueue_trial(dict(space.present()))
    assert space.draw(study.ask(), present=True) == space.present()


def test_a_range_is_widened_to_the_present_value() -> None:
    rate = {"train.learning_rate": {"low": 0.001, "high": 0.003, "log": True}}
    assert Space(with_space(rate, train={"learning_rate": 0.02})).draw(Last()) == {"train.learning_rate": 0.02}


def test_the_network_is_not_searched_where_training_goes_on_from_one() -> None:
    space = {
        "model.encoder": {"choices": ["mobilenet_v2_deeplab", "efficientnet_lite0"]},
        "model.init": {"fixed": "imagenet", "when": {"model.encoder": "efficientnet_lite0"}},
        "model.decoder_width": {"choices": [32, 64]},
        "train.weight_decay": {"low": 0.0001, "high": 0.01, "when": {"model.encoder": "efficientnet_lite0"}},
        "model.dropout": {"choices": [0.1, 0.2]},
    }
    assert Space(with_space(space)).present().keys() == {"model.encoder", "model.decoder_width", "model.dropout"}
    for init in ("weights/mine.keras", "champion"):
        going_on = with_space(space, model={"init": init})
        assert Space(going_on).present() == {"model.dropout": 0.1}
        assert study_name(going_on, [], []) != study_name(with_space(space, model={"init": f"other-{init}"}), [], [])


def test_a_fixed_value_is_not_that_of_the_present_parameters() -> None:
    searched = {"augment.variants": {"fixed": 3}, "model.dropout": {"low": 0.0, "high": 0.5}}
    space = Space(with_space(searched, augment={"variants": 12}))
    assert space.draw(Last()) == {"augment.variants": 3, "model.dropout": 0.5}
    assert space.draw(Last(), present=True)["augment.variants"] == 12
    assert space.present() == {"model.dropout": 0.1}


def test_no_trial_uses_more_variants_than_it_has_epochs() -> None:
    many = with_space({"augment.variants": {"choices": [2, 12]}}, augment={"variants": 12})
    assert Space(many).most_variants() == objectives.EPOCHS
    few = with_space({"model.dropout": {"choices": [0.1, 0.2]}}, augment={"variants": 2})
    assert Space(few).most_variants() == 2


def test_an_encoder_with_a_start_of_its_own_needs_no_imagenet_weights() -> None:
    encoders = {"choices": ["mobilenet_v2_deeplab", "efficientnet_lite0"]}
    init = {"fixed": "imagenet", "when": {"model.encoder": "efficientnet_lite0"}}
    model = {"encoder": "mobilenet_v2_deeplab", "init": "weights/published.tflite"}
    both = with_space({"model.encoder": encoders, "model.init": init}, model=model)
    assert Space(both).imagenet_encoders() == ["efficientnet_lite0"]
    one = with_space({"model.dropout": {"choices": [0.1, 0.2]}}, model=model)
    assert Space(one).imagenet_encoders() == []


@pytest.mark.parametrize(
    ("space", "finding"),
    [
        ({"model.depth": {"choices": [1, 2]}}, "model.depth: no such parameter"),
        ({"train.epochs": {"choices": [10, 20]}}, "train.epochs: trials have sweep.epochs epochs"),
        ({"split.val_share": {"low": 0.1, "high": 0.2}}, "a sweep changes parameters of augment, model, loss, train"),
        ({"model.dropout": {"low": 0.0, "high": 1.5}}, "model.dropout = 1.5: Input should be less than 1"),
        (
            {"model.init": {"choices": ["weights/mine.keras", "weights/yolox_nano.onnx"]}},
            "does not fit encoder mobilenet_v2_deeplab; give its .tflite file",
        ),
        ({"model.aspp_width": {"choices": [128, "wide"]}}, "model.aspp_width = wide: "),
        ({"model.dropout": {"low": 0.05, "high": 0.35, "step": 0.1}}, "the present value 0.1 is not in the range"),
        ({"model.dropout": {"low": 0.15, "high": 0.35, "step": 0.1}}, "the present value 0.1 is not in the range"),
        (
            {"train.encoder_lr_scale": {"low": 0.1, "high": 1.0, "log": True}},
            "the present value 0.0 is not in the range",
        ),
        ({"augment.strength": {"low": 0.1, "high": 1.0}}, "every trial would need shards of its own"),
        ({"loss.bce_coef": {"low": 0.1, "high": 2.0, "when": {"loss.name": "tversky"}}}, "loss.name must stand in"),
        (
            {**LOSS, "loss.tversky_beta": {"low": 0.1, "high": 0.9, "when": {"loss.name": "tverski"}}},
            "loss.tversky_beta: when: loss.name is never tverski",
        ),
        ({"train.warmup_epochs": {"low": 0.0, "high": 4.0}}, "warmup_epochs 4.0 must be less than epochs 4"),
    ],
)
def test_values_that_no_trial_can_have_are_refused_with_the_reason(space: dict[str, Any], finding: str) -> None:
    lines = refused(space)
    assert len(lines) == 1
    assert lines[0].startswith("params.yaml: sweep.space: ")
    assert finding in lines[0]


def test_values_that_do_not_go_together_are_refused_with_the_reason() -> None:
    space = {"model.input_size": {"choices": [241, 321]}, "model.output_stride": {"choices": [16, 32]}}
    (line,) = refused(space)
    assert "model.input_size = 241 with model.output_stride = 32: " in line
    assert "input_size 241 is not a multiple of output_stride 32 plus one" in line


def test_a_pair_under_a_condition_is_checked_with_the_condition_met() -> None:
    when = {"loss.name": "tversky"}
    parts = {f"loss.tversky_{part}": {"low": 0.0, "high": 0.9, "when": when} for part in ("alpha", "beta")}
    (line,) = refused({"loss.name": {"choices": ["bce_dice", "tversky"]}, **parts})
    assert "loss.tversky_alpha = 0.0 with loss.tversky_beta = 0.0: " in line


def test_values_that_never_meet_are_not_refused() -> None:
    sizes = {"model.input_size": {"choices": [241, 321]}, "model.output_stride": {"choices": [16, 8]}}
    assert Space(with_space(sizes)).present() == {"model.input_size": 321, "model.output_stride": 16}


def test_present_values_that_short_trials_cannot_have_are_refused() -> None:
    (line,) = refused({"model.dropout": {"low": 0.0, "high": 0.5}}, train={"warmup_epochs": 4.0})
    assert "with the present values and sweep.epochs = 4: " in line


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        ({}, "give low and high, or choices, or fixed"),
        ({"low": 1, "high": 2, "choices": [1, 2]}, "give low and high, or choices, or fixed"),
        ({"low": 1}, "a range needs both ends"),
        ({"low": 2, "high": 1}, "a range needs both ends, low below high"),
        ({"low": 0, "high": 1, "log": True}, "must begin above 0"),
        ({"low": 0.0, "high": 1.0, "step": 0.3}, "step 0.3 must be above 0 and divide the range"),
        ({"choices": [1]}, "choices must be two or more"),
        ({"choices": [1, 1]}, "choices must be two or more and differ"),
        ({"choices": [1, 2], "log": True}, "step and log belong to a range"),
        ({"lowest": 1, "high": 2}, "unknown key"),
        ({"low": "a", "high": 2}, "sweep.space.model.dropout.low"),
    ],
)
def test_an_entry_must_be_a_range_choices_or_fixed(entry: dict[str, Any], finding: str) -> None:
    with pytest.raises(ParamsError, match=r"sweep\.space\.model\.dropout") as error:
        with_space({"model.dropout": entry})
    assert finding in str(error.value)
