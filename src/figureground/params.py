"""params.yaml as typed, frozen values.

Only the stages, the sweep and the command line read the file; what lies below them is handed sections or plain values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from figureground.encoder_facts import encoder_facts, encoder_names, mismatch
from figureground.errors import FiguregroundError
from figureground.stores import is_address

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0.0, le=100.0)]
Value = bool | int | float | str  # of one parameter
Number = int | float


class ParamsError(FiguregroundError):
    """A value of params.yaml that cannot be used. The message names file, key, value and what is allowed."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _is_some(values: Sized) -> Any:
    if not values:
        raise ValueError("must hold one or more")
    return values


def _is_encoder(name: str) -> str:
    if name not in encoder_names():
        raise ValueError(f"must be one of {', '.join(encoder_names())}")
    return name


_NOT_IN_MODEL_NAMES = "/:.%\"'"


def _is_model_name(name: str) -> str:
    """What MLflow takes as the name of a registered model and of the model that a run logs."""
    if not name.strip() or len(name) > 200 or not name.isprintable() or set(name) & set(_NOT_IN_MODEL_NAMES):
        raise ValueError(
            f"must be a name of 1 to 200 characters without any of {' '.join(_NOT_IN_MODEL_NAMES)}, as MLflow asks for"
        )
    return name


def _is_store(address: str) -> str:
    if not is_address(address):
        raise ValueError("must be null or an address such as s3://bucket/shards")
    return address


class AuditParams(_Section):
    on_finding: Literal["drop", "stop"]
    min_side: Count
    max_void_share: Share
    min_empty_share: Share
    max_specks: Annotated[int, Field(ge=0)]
    near_duplicate_bits: Annotated[int, Field(ge=0, le=16)]
    near_duplicate_difference: Share
    suspects_on_sheet: Count


class ReviewParams(_Section):
    judge: Literal["folds", "packaged", "champion"]
    folds: Annotated[int, Field(ge=2, le=20)]
    suspects_on_sheet: Count
    drop_share: Annotated[float, Field(ge=0.0, le=0.5)]


class SplitParams(_Section):
    test_share: Annotated[float, Field(gt=0.0, lt=1.0)]
    val_share: Annotated[float, Field(gt=0.0, lt=1.0)]
    test_names: str | None

    @model_validator(mode="after")
    def _leaves_photos_to_train_on(self) -> Self:
        if self.test_share + self.val_share > 0.9:
            raise ValueError("test_share + val_share leave less than a tenth of the photos for training")
        return self


class TransformSwitches(_Section):
    """One switch for each augmentation; the strength is common to all."""

    crop: bool
    flip: bool
    rotate: bool
    colour: bool
    grey: bool
    light: bool
    blur: bool
    noise: bool
    compression: bool
    dropout: bool


class AugmentParams(_Section):
    variants: Count
    strength: Annotated[float, Field(ge=0.0, le=2.0)]
    background_share: Share
    second_person_share: Share
    source_weights: dict[str, Weight]
    photo_format: Literal["jpeg", "png"]
    shard_pairs: Count
    engine: Literal["local", "ray"]
    store: Annotated[str, AfterValidator(_is_store)] | None
    examples_on_sheet: Count
    transforms: TransformSwitches

    def deciding(self) -> dict[str, Any]:
        """Those that decide the bytes of the shards; the others say how they are made, and where they go."""
        return self.model_dump(exclude={"engine", "store", "examples_on_sheet"})


class ModelParams(_Section):
    encoder: Annotated[str, AfterValidator(_is_encoder)]
    init: str
    input_size: Annotated[int, Field(ge=32, le=2048)]
    freeze_batch_norm: bool
    output_stride: Literal[8, 16, 32]
    aspp_width: Annotated[int, Field(ge=8)]
    aspp_rates: Annotated[tuple[Count, ...], AfterValidator(_is_some)]
    bound_by_encoder: bool
    selfie_network: str | None
    pose_network: str | None
    decoder_width: Annotated[int, Field(ge=8)]
    low_level_width: Annotated[int, Field(ge=4)]
    mid_level_width: Annotated[int, Field(ge=0)]
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)]

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and isinstance(values.get("aspp_rates"), list):
            return {**values, "aspp_rates": tuple(values["aspp_rates"])}
        return values

    @model_validator(mode="after")
    def _frozen_statistics_come_from_somewhere(self) -> Self:
        if self.freeze_batch_norm and self.init == "none":
            raise ValueError("freeze_batch_norm keeps statistics that init: none does not have; set it to false")
        return self

    @model_validator(mode="after")
    def _initial_weights_suit_the_encoder(self) -> Self:
        if reason := mismatch(self.encoder, self.init):
            raise ValueError(reason)
        return self

    @model_validator(mode="after")
    def _encoder_has_the_output_stride(self) -> Self:
        strides = encoder_facts(self.encoder).output_strides
        if self.output_stride not in strides:
            raise ValueError(
                f"output_stride {self.output_stride} cannot be had of encoder {self.encoder}; "
                f"give {', '.join(map(str, strides))}"
            )
        return self

    @model_validator(mode="after")
    def _pose_network_has_cells_where_the_encoder_has(self) -> Self:
        if self.pose_network and encoder_facts(self.encoder).corner_aligned:
            raise ValueError(f"pose_network cannot go with encoder {self.encoder}, whose cells lie elsewhere; set null")
        return self

    @model_validator(mode="after")
    def _cells_lie_on_the_photo_from_end_to_end(self) -> Self:
        ends = 1 if encoder_facts(self.encoder).corner_aligned else 0
        if self.input_size % self.output_stride != ends:
            nearest = max(1, round((self.input_size - ends) / self.output_stride)) * self.output_stride + ends
            raise ValueError(
                f"input_size {self.input_size} is not a multiple of output_stride {self.output_stride}"
                f"{' plus one' if ends else ''}, as encoder {self.encoder} needs; the nearest that is is {nearest}"
            )
        return self


class LossParams(_Section):
    name: Literal["bce_dice", "tversky", "boundary"]
    bce_coef: Annotated[float, Field(ge=0.0)]
    tversky_alpha: Share
    tversky_beta: Share
    boundary_weight: Annotated[float, Field(ge=0.0)]
    boundary_pixels: Count
    held_weight: Positive


class TrainParams(_Section):
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    encoder_lr_scale: Annotated[float, Field(ge=0.0, le=1.0)]
    weight_decay: Annotated[float, Field(ge=0.0)]
    warmup_epochs: Annotated[float, Field(ge=0.0)]
    ema_momentum: Annotated[float, Field(ge=0.0, lt=1.0)]
    teachers: dict[str, Positive]
    teachers_share: Share
    patience: Count
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"]
    deterministic: bool

    @model_validator(mode="after")
    def _warm_up_ends(self) -> Self:
        if self.warmup_epochs >= self.epochs:
            raise ValueError(f"warmup_epochs {self.warmup_epochs} must be less than epochs {self.epochs}")
        return self


class EvaluateParams(_Section):
    resamples: Annotated[int, Field(ge=100)]
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)]
    grabcut: bool
    photos_on_sheet: Count


class ExportParams(_Section):
    min_parity: Share
    min_parity_int8: Share
    calibration_photos: Count
    parity_photos: Count
    latency_runs: Count


class RegisterParams(_Section):
    name: Annotated[str, AfterValidator(_is_model_name)]
    precision: Literal["float32", "float16", "int8"]
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)]
    resamples: Annotated[int, Field(ge=100)]


def _as_tuple(value: Any) -> Any:
    """A YAML list, or a single value that stands for a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


# Both are asked before Pydantic tries one type after the other and has a finding for each.


def _number(value: Any) -> Any:
    if isinstance(value, bool | str) or not _is_plain(value):
        raise ValueError("must be a number")
    return value


def _plain(value: Any) -> Any:
    if not _is_plain(value):
        raise ValueError("must be a number, a text, true or false")
    return value


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))


_Number = Annotated[Number, BeforeValidator(_number)]
_Plain = Annotated[Value, BeforeValidator(_plain)]
_Plains = Annotated[tuple[_Plain, ...], BeforeValidator(_as_tuple)]


class SpaceEntry(_Section):
    """What a sweep does with one parameter: search a range, search among choices, or hold it at one value."""

    low: _Number | None = None
    high: _Number | None = None
    step: _Number | None = None
    log: bool = False
    choices: _Plains = ()
    fixed: _Plain | None = None
    when: dict[str, _Plains] = {}

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Self:
        kinds = (self.low is not None or self.high is not None, bool(self.choices), self.fixed is not None)
        if sum(kinds) != 1:
            raise ValueError("give low and high, or choices, or fixed")
        if (self.step is not None or self.log) and not kinds[0]:
            raise ValueError("step and log belong to a range, low and high")
        if kinds[1] and len({str(choice) for choice in self.choices}) < max(2, len(self.choices)):
            raise ValueError("choices must be two or more and differ; hold a parameter at one value with fixed")
        return self

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        if self.low is None and self.high is None:
            return self
        if self.low is None or self.high is None or self.low >= self.high:
            raise ValueError("a range needs both ends, low below high")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("a logarithmic range must begin above 0 and has no step")
        if self.step is not None and (self.step <= 0 or not divides(self.step, self.high - self.low)):
            raise ValueError(f"step {self.step} must be above 0 and divide the range, {self.high - self.low:g}")
        return self


def divides(step: Number, length: Number) -> bool:
    """A whole number of steps makes the length, but for what floats lose."""
    return abs(length / step - round(length / step)) < 1e-6


class SweepParams(_Section):
    trials: Annotated[int, Field(ge=2)]
    epochs: Count
    prune_after: Count
    train_photos: Count
    val_photos: Count
    latency_budget_ms: Positive | None
    space: Annotated[dict[str, SpaceEntry], Field(min_length=1)]


class Params(_Section):
    seed: Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy's older generator, by which Keras draws, can hold
    audit: AuditParams
    review: ReviewParams
    split: SplitParams
    augment: AugmentParams
    model: ModelParams
    loss: LossParams
    train: TrainParams
    evaluate: EvaluateParams
    export: ExportParams
    register_: Annotated[RegisterParams, Field(alias="register")]
    sweep: SweepParams

    @model_validator(mode="after")
    def _combinations(self) -> Self:
        if self.loss.name == "tversky" and self.loss.tversky_alpha + self.loss.tversky_beta == 0.0:
            raise ValueError("loss.tversky_alpha and loss.tversky_beta must not both be zero")
        return self


def parse_params(values: Mapping[str, Any], origin: str = "params.yaml") -> Params:
    """Typed parameters from nested plain values.

    Raises:
        ParamsError: Unknown or missing key, wrong type, value out of range, impossible combination; a line a finding.
    """
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise ParamsError(*(_explain(origin, finding) for finding in error.errors())) from None


def read_params(path: Path = Path("params.yaml")) -> Params:
    """Typed parameters from a YAML file.

    Raises:
        ParamsError: The file is missing, is not YAML, or holds something that `parse_params` refuses.
    """
    return parse_params(parse_yaml(params_text(path), str(path)), str(path))


def params_text(path: Path) -> str:
    """The text of a params.yaml.

    Raises:
        ParamsError: There is none, or it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ParamsError(f"{path}: not found; run from the project's root, where params.yaml lies") from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def parse_yaml(text: str, origin: str) -> dict[str, Any]:
    """Nested plain values of a YAML text that holds a mapping.

    Raises:
        ParamsError: It does not; the message begins with `origin`.
    """
    try:
        values = YAML(typ="safe").load(text)
    except YAMLError as error:
        raise ParamsError(f"{origin}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise ParamsError(f"{origin}: must hold sections (seed, audit, split, …), holds {type(values).__name__}")
    return values


def flat(params: Params) -> dict[str, bool | int | float | str | None]:
    """Parameters by dotted name, as trackers and the sweep's search space use them: `{"train.epochs": 20, …}`.

    The sweep's own are left out: what is searched does not tell what a run was made with.
    """
    names: dict[str, bool | int | float | str | None] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else key, inner)
        else:
            names[prefix] = str(list(value)) if isinstance(value, tuple) else value

    walk("", params.model_dump(by_alias=True, exclude={"sweep"}))
    return names


def _explain(origin: str, finding: Any) -> str:
    key = ".".join(str(part) for part in finding["loc"]) or "(whole file)"
    if finding["type"] == "extra_forbidden":
        return f"{origin}: {key}: unknown key; remove it or check its spelling"
    if finding["type"] == "missing":
        return f"{origin}: {key}: missing; add it (the project's own params.yaml shows each key)"
    message = finding["msg"].removeprefix("Value error, ")
    value = list(finding["input"]) if isinstance(finding["input"], tuple) else finding["input"]
    shown = "" if isinstance(value, dict) else f" = {value!r}"
    return f"{origin}: {key}{shown}: {message}"
