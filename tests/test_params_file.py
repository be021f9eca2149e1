"""Other values in params.yaml: they change where they stand, and not a letter else does."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest

from figureground.errors import FiguregroundError
from figureground.params import Params, ParamsError, parse_yaml, read_params
from figureground.params_file import overridden, override
from helpers.places import ROOT

SHIPPED = (ROOT / "params.yaml").read_text(encoding="utf-8")


@pytest.fixture
def params(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "params.yaml", tmp_path))


def differing(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line.startswith(("+ ", "- "))]


def test_values_change_where_they_stand_and_nothing_else_does(params: Path) -> None:
    values = {"model.init": "champion", "train.learning_rate": 0.001234, "augment.transforms.flip": False}
    init, rate = (
        next(line for line in SHIPPED.splitlines() if line.startswith(f"  {key}: "))
        for key in ("init", "learning_rate")
    )
    change = override(params, values, origin="sweep study, trial 7: 0.9")
    after = params.read_text(encoding="utf-8")
    assert differing(SHIPPED, after) == [
        "+ # From sweep study, trial 7: 0.9",
        "-     flip: true",
        "+     flip: false",
        f"- {init}",
        f"+   init: champion{init[init.index(' #') :]}",
        f"- {rate}",
        "+   learning_rate: 0.001234",
    ]
    assert after.index("# From sweep") < after.index("seed:")
    shown = [line for line in change.splitlines() if line.startswith(("+", "-"))][2:]
    assert sorted(shown) == sorted(line[0] + line[2:] for line in differing(SHIPPED, after))


def test_the_origin_of_the_latest_values_takes_the_place_of_the_earlier_one() -> None:
    once = overridden(SHIPPED, {"train.learning_rate": 0.001}, origin="sweep study, trial 7")
    twice = overridden(once, {"train.learning_rate": 0.003}, origin="recipe fast")
    assert differing(once, twice) == [
        "- # From sweep study, trial 7",
        "+ # From recipe fast",
        "-   learning_rate: 0.001",
        "+   learning_rate: 0.003",
    ]
    assert overridden(twice, {"train.learning_rate": 0.003}, origin="recipe slow") == twice
    assert overridden(twice, {"train.learning_rate": 0.002}) == SHIPPED


@pytest.mark.parametrize(
    ("line", "fresh"),
    [
        ("a: 0.0001", "a: 0.00002343"),
        ("a: 1.0e-04   # small", "a: 0.00002343   # small"),
        ("a: 'it''s' # a text", "a: 0.00002343 # a text"),
        ("a: [1, 2] # a list", "a: 0.00002343 # a list"),
        ("a: {b: {c: 1}}", "a: 0.00002343"),
        ("a:", "a: 0.00002343"),
        ("a: # nothing", "a: 0.00002343 # nothing"),
        ("a: # a block\n  - 1\n  - 2 # two\n", "a: # a block\n  0.00002343 # two\n"),
        ("a:\n  b: 1\n  c:\n    d: 2\n\n# the next", "a:\n  0.00002343\n\n# the next"),
    ],
)
def test_values_are_found_however_they_are_spelt(line: str, fresh: str) -> None:
    assert overridden(f"{line}\nz: 1\n", {"a": 2.343e-05}) == f"{fresh}\nz: 1\n"


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (True, "true"),
        (None, "null"),
        (12, "12"),
        (1.0, "1.0"),
        (1e-05, "0.00001"),
        ("weights/a b.keras", "weights/a b.keras"),
        ('weights "7" # new.keras', r'"weights \"7\" # new.keras"'),
        ("true", '"true"'),
        ("a, b", '"a, b"'),
        ("a: b: c", '"a: b: c"'),
        ("", '""'),
        ({"coco": 2.0, "no": 0}, "{coco: 2.0, no: 0}"),
        ((2, 4), "[2, 4]"),
        ({"model.encoder": {"choices": ["a", None]}}, "{model.encoder: {choices: [a, null]}}"),
        ({}, "{}"),
    ],
)
def test_a_value_is_written_as_it_is_read(value: object, spelling: str) -> None:
    text = overridden("a: 7 # seven\n", {"a": value})
    assert text == f"a: {spelling} # seven\n"
    read = parse_yaml(text, "")["a"]
    assert read == (list(value) if isinstance(value, tuple) else value)


def test_names_with_dots_and_names_in_blocks_are_found() -> None:
    values = {"sweep.space.train.batch_size": {"choices": [2, 12]}, "sweep.trials": 4, "model.aspp_rates": [1, 2]}
    text = overridden(SHIPPED, values)
    read = parse_yaml(text, "")
    assert read["sweep"]["space"]["train.batch_size"] == {"choices": [2, 12]}
    assert (read["sweep"]["trials"], read["model"]["aspp_rates"]) == (4, [1, 2])
    whole = overridden(SHIPPED, {"sweep.space": {"model.dropout": {"choices": [0.1, 0.2]}}})
    assert parse_yaml(whole, "")["sweep"]["space"] == {"model.dropout": {"choices": [0.1, 0.2]}}
    assert whole.startswith(SHIPPED[: SHIPPED.index("    loss.name: {choices")])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"model.dropout": 2.0}, r"params\.yaml: model\.dropout = 2\.0: "),
        ({"train.learning_rate": 0.1, "train.rate": 0.1}, r"params\.yaml: train\.rate: no such key"),
        ({"train.learning_rate": 0.1, "model.input_size": 322}, "input_size 322 is not a multiple"),
    ],
)
def test_of_values_that_cannot_all_be_parameters_none_is_written(
    params: Path, values: dict[str, object], reason: str
) -> None:
    with pytest.raises(ParamsError, match=reason):
        override(params, values)
    assert params.read_text(encoding="utf-8") == SHIPPED
    assert [path.name for path in params.parent.iterdir()] == ["params.yaml"]


def test_a_dry_run_and_a_check_that_fails_leave_the_file_as_it_is(params: Path) -> None:
    def refuse(changed: Params) -> None:
        raise FiguregroundError(f"not {changed.train.epochs} epochs")

    assert "+  epochs: 3" in override(params, {"train.epochs": 3}, dry_run=True)
    with pytest.raises(FiguregroundError, match="not 3 epochs"):
        override(params, {"train.epochs": 3}, check=refuse)
    assert params.read_text(encoding="utf-8") == SHIPPED
    assert override(params, {"train.epochs": 5}) == ""
    override(params, {"train.epochs": 3})
    assert read_params(params).train.epochs == 3


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "c: &x {a: 1}\nd:\n  <<: *x\n"])
def test_a_value_that_stands_in_two_places_is_not_changed_in_one(text: str) -> None:
    name = "b" if "b:" in text else "c.a"
    with pytest.raises(ParamsError, match="has aliases or merged keys"):
        overridden(text, {name: 2})
