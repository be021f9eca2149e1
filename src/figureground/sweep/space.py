"""The search space of `sweep.space`: checked before the first trial, drawn from by each trial."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from figureground.encoder_facts import ENCODER_ALONE
from figureground.errors import FiguregroundError
from figureground.params import Number, Params, ParamsError, SpaceEntry, Value, divides, flat, parse_params

SECTIONS = ("augment", "model", "loss", "train")  # what a trial may change
_DIGITS = 4  # of a searched value, so that params.yaml stays readable; what is written is what was trained
_MOST_CANDIDATES = 100  # of a stepped range that are checked one by one; of longer ones the ends are

# What the weights of a trained network were made for: with other values they would not fit, and stay random.
_NETWORK = {
    "model.encoder",
    "model.init",
    "model.aspp_width",
    "model.decoder_width",
    "model.low_level_width",
    "model.mid_level_width",
}

Values = Mapping[str, Value]


class SpaceError(FiguregroundError):
    """A search space that cannot be searched; a line a finding: which parameter, why, what to do."""


class Draw(Protocol):
    """What a trial draws its values with: the part of `optuna.Trial` that the space needs."""

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any: ...
    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int: ...
    def suggest_float(self, name: str, low: float, high: float, *, step: float | None, log: bool) -> float: ...


class Space:
    """The parameters that a sweep varies, around the present ones: their values join the choices and widen the ranges.

    Raises:
        SpaceError: An unknown parameter, a value that the parameter cannot have, two that cannot go together, or a
            present value that cannot join: the present parameters are a trial too.
    """

    def __init__(self, params: Params) -> None:
        self._params = params
        self._entries = searched(params)
        known = flat(params)
        self._present = {name: value for name in self._entries if (value := known.get(name)) is not None}
        _refuse([*self._unknown(), *self._conditions()])
        _refuse([*self._costly()])
        self._entries |= {name: _joined(self._entries[name], value) for name, value in self.present().items()}
        _refuse([*self._absent()])
        self._candidates = {name: self._candidates_of(name) for name in self._entries}
        _refuse([*self._impossible_present()])
        _refuse([*self._impossible()])

    def draw(self, trial: Draw, *, present: bool = False) -> dict[str, Value]:
        """A value for each parameter that is not conditional or whose condition is met.

        Args:
            present: For the trial that `present` was set for: no fixed value takes the place of a present one.
        """
        values: dict[str, Value] = {}
        for name, entry in self._entries.items():
            if _is_met(entry, values):
                values[name] = self._present[name] if present and _is_fixed(entry) else self._drawn(trial, name, entry)
        return values

    def present(self) -> dict[str, Value]:
        """The present values of the searched parameters whose conditions they meet."""
        values: dict[str, Value] = {}
        for name, entry in self._entries.items():
            if _is_met(entry, values):
                same = [choice for choice in entry.choices if _is_same(choice, self._present[name])]
                values[name] = same[0] if same else self._present[name]
        return {name: value for name, value in values.items() if not _is_fixed(self._entries[name])}

    def apply(self, values: Values) -> Params:
        """The parameters of a trial with these values: the present ones elsewhere, and the sweep's epochs.

        Raises:
            ParamsError: They do not go together.
        """
        shown = ", ".join(f"{name} = {value}" for name, value in values.items())
        return parse_params(self._nested(values), f"sweep.space: {shown}")

    def trained(self, values: Values) -> dict[str, Value]:
        """All parameters of the space as a trial with these values has them, those too whose condition is not met."""
        known = flat(self.apply(values))
        return {name: value for name in self._entries if (value := known[name]) is not None}

    def most_variants(self) -> int:
        """Variants of a photo that any trial can use: an epoch shows one."""
        candidates = self._candidates.get("augment.variants", ())
        most = max(int(value) for value in (*candidates, self._params.augment.variants))
        return min(most, self._params.sweep.epochs)

    def imagenet_encoders(self) -> list[str]:
        """Encoders that some trial starts with ImageNet weights."""
        varied = [name for name in ("model.encoder", "model.init") if name in self._entries]
        settings = [{}, *(setting for name in varied for setting in self._settings(name))]
        models = [self._nested(self._completed(setting))["model"] for setting in settings]
        return sorted({model["encoder"] for model in models if model["init"] == "imagenet"})

    def filled(self, values: Values) -> dict[str, Value]:
        """With a value for the searched parameters that are not among them since their conditions were not met."""
        varied = [name for name, entry in self._entries.items() if not _is_fixed(entry)]
        return {name: values.get(name, self._usual(name)) for name in varied}

    def _drawn(self, trial: Draw, name: str, entry: SpaceEntry) -> Value:
        if entry.fixed is not None:
            return entry.fixed
        if entry.choices:
            chosen: Value = trial.suggest_categorical(name, entry.choices)
            return chosen
        assert entry.low is not None and entry.high is not None
        if self._is_whole(name):
            step = int(entry.step or 1)
            return trial.suggest_int(name, int(entry.low), int(entry.high), step=step, log=entry.log)
        value = trial.suggest_float(name, entry.low, entry.high, step=entry.step, log=entry.log)
        return min(max(float(neat(value)), entry.low), entry.high)

    def _is_whole(self, name: str) -> bool:
        return isinstance(self._present[name], int) and not isinstance(self._present[name], bool)

    def _candidates_of(self, name: str) -> tuple[Value, ...]:
        """The values by which a parameter is checked: all there are, or the ends of a range."""
        entry = self._entries[name]
        if entry.fixed is not None:
            return (entry.fixed,)
        if entry.choices:
            return entry.choices
        assert entry.low is not None and entry.high is not None
        step = self._step(name)
        count = round((entry.high - entry.low) / step) + 1 if step else 0
        if step is None or count > _MOST_CANDIDATES:
            return entry.low, entry.high
        return tuple(neat(entry.low + number * step) for number in range(count))

    def _unknown(self) -> Iterator[str]:
        for name in self._entries:
            if name == "train.epochs":
                yield f"{name}: trials have sweep.epochs epochs; take it out of the space"
            elif name.split(".")[0] not in SECTIONS:
                yield f"{name}: a sweep changes parameters of {', '.join(SECTIONS)} only; take it out of the space"
            elif name not in self._present:
                yield f"{name}: no such parameter; params.yaml shows their names"

    def _conditions(self) -> Iterator[str]:
        earlier: dict[str, SpaceEntry] = {}
        for name, entry in self._entries.items():
            for other, allowed in entry.when.items():
                if other not in earlier:
                    yield f"{name}: when: {other} must stand in the space, before {name}"
                    continue
                possible = (*earlier[other].choices, earlier[other].fixed)
                for value in allowed:
                    if not any(_is_same(each, value) for each in possible):
                        yield f"{name}: when: {other} is never {value}; give one of its choices"
            earlier[name] = entry

    def _costly(self) -> Iterator[str]:
        for name, entry in self._entries.items():
            made_anew = name.startswith("augment.") or name == "model.input_size"
            if made_anew and entry.low is not None and entry.step is None and not self._is_whole(name):
                yield f"{name}: every trial would need shards of its own; give the range a step, or choices"

    def _absent(self) -> Iterator[str]:
        """Present values that could not join, without which the study cannot hold the present parameters as a trial."""
        for name, value in self.present().items():
            if not self._admits(name, value):
                yield f"{name}: the present value {value} is not in the range, by its log or step; take that out"

    def _usual(self, name: str) -> Value:
        """The present value where the space has it."""
        present = self._present[name]
        return present if self._admits(name, present) else self._candidates[name][0]

    def _admits(self, name: str, value: Value) -> bool:
        entry = self._entries[name]
        if entry.low is None or entry.high is None:
            return any(_is_same(choice, value) for choice in entry.choices)
        if not isinstance(value, int | float) or not entry.low <= value <= entry.high:
            return False
        step = self._step(name)
        return step is None or divides(step, value - entry.low)

    def _step(self, name: str) -> Number | None:
        entry = self._entries[name]
        return entry.step or (1 if self._is_whole(name) and not entry.log else None)

    def _impossible_present(self) -> Iterator[str]:
        if reason := self._reason(self.present()):
            yield f"with the present values and sweep.epochs = {self._params.sweep.epochs}: {reason}"

    def _impossible(self) -> Iterator[str]:
        """Values, then pairs of values, that no trial can have, one of each kind."""
        bad: set[str] = set()
        for name in self._entries:
            for setting in self._settings(name):
                if reason := self._reason(self._completed(setting)):
                    bad.add(name)
                    shown = f"{name} = {setting[name]}: "
                    yield shown + reason.removeprefix(shown)
                    break
        for first, second in itertools.combinations([name for name in self._entries if name not in bad], 2):
            for one, other in itertools.product(self._settings(first), self._settings(second)):
                agree = all(other.get(name, value) == value for name, value in one.items())
                if agree and (reason := self._reason(self._completed({**one, **other}))):
                    yield f"{first} = {one[first]} with {second} = {other[second]}: {reason}"
                    break

    def _settings(self, name: str) -> Iterator[dict[str, Value]]:
        """Each candidate of a parameter, in each of the ways to meet its condition."""
        ways: list[dict[str, Value]] = [{}]
        for other, allowed in self._entries[name].when.items():
            met = [setting for setting in self._settings(other) if setting[other] in allowed]
            ways = [{**way, **setting} for way in ways for setting in met]
        for way in ways:
            for value in self._candidates[name]:
                yield {**way, name: value}

    def _completed(self, setting: Values) -> dict[str, Value]:
        """With a value of the space, the present one where it can be, for the others whose conditions are met."""
        values: dict[str, Value] = {}
        for name, entry in self._entries.items():
            if name in setting:
                values[name] = setting[name]
            elif _is_met(entry, values):
                values[name] = self._usual(name)
        return values

    def _reason(self, values: Values) -> str | None:
        try:
            parse_params(self._nested(values), "")
        except ParamsError as error:
            return str(error.args[0]).removeprefix(": ").removeprefix("(whole file): ")
        return None

    def _nested(self, values: Values) -> dict[str, Any]:
        nested = self._params.model_dump(by_alias=True)
        nested["train"]["epochs"] = self._params.sweep.epochs
        for name, value in values.items():
            *sections, key = name.split(".")
            place = nested
            for section in sections:
                place = place[section]
            place[key] = value
        return nested


def searched(params: Params) -> dict[str, SpaceEntry]:
    """The entries of `sweep.space`, less the network's where `model.init` brings a trained one with its decoder."""
    init = params.model.init
    if init in ("imagenet", "none") or init.endswith((".tflite", ENCODER_ALONE)):
        return dict(params.sweep.space)
    return {name: entry for name, entry in params.sweep.space.items() if _NETWORK.isdisjoint({name, *entry.when})}


def _joined(entry: SpaceEntry, value: Value) -> SpaceEntry:
    """With a value more, where the steps or the logarithm of a range let it have that."""
    if entry.choices:
        there = any(_is_same(choice, value) for choice in entry.choices)
        return entry if there else entry.model_copy(update={"choices": (*entry.choices, value)})
    if entry.low is None or entry.high is None or not isinstance(value, Number) or not _can_reach(entry, value):
        return entry
    return entry.model_copy(update={"low": min(entry.low, value), "high": max(entry.high, value)})


def _can_reach(entry: SpaceEntry, value: Number) -> bool:
    assert entry.low is not None
    return value > 0 if entry.log else entry.step is None or divides(entry.step, value - entry.low)


def _refuse(findings: Sequence[str]) -> None:
    if findings:
        raise SpaceError(*(f"params.yaml: sweep.space: {finding}" for finding in findings))


def _is_fixed(entry: SpaceEntry) -> bool:
    return entry.fixed is not None


def _is_same(one: Value | None, other: Value) -> bool:
    """Equal, where 1 and 1.0 are one value and true is another."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_met(entry: SpaceEntry, values: Values) -> bool:
    return all(other in values and values[other] in allowed for other, allowed in entry.when.items())


def neat(value: Value) -> Value:
    """A value as it is used: whatever digits Optuna drew, four of them."""
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
