"""Recipes: what `figureground recipe` makes of params.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.params import read_params
from figureground.params_file import override
from figureground.recipes import DEFAULT, RecipeError, apply_recipe, read_recipe, recipe_names
from figureground.sweep.space import Space
from helpers.places import ROOT

RECIPES = ROOT / "recipes"
SHIPPED = (ROOT / "params.yaml").read_text(encoding="utf-8")
NAMES = recipe_names(RECIPES)


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own params.yaml and recipes, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RECIPES, tmp_path / "recipes", ignore=shutil.ignore_patterns("scores"))
    return Path(shutil.copy(ROOT / "params.yaml", "params.yaml"))


def applied(params: Path, *names: str) -> str:
    for name in names:
        apply_recipe(params, name, folder=RECIPES)
    return params.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_is_parameters_that_can_be_swept(params: Path, name: str) -> None:
    applied(params, name)
    space = Space(read_params(params))
    values = read_recipe(RECIPES, name)
    assert {key: values[key] for key in space.present() if key in values}.items() <= space.present().items()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_a_recipe_gives_the_same_whichever_was_there_before(params: Path, name: str) -> None:
    alone = applied(params, name)
    assert applied(params, name) == alone
    assert applied(params, "efficientnet-lite0", "accurate", name) == alone
    assert applied(params, DEFAULT) == SHIPPED


def test_a_recipe_takes_back_what_a_sweep_has_written_and_keeps_what_is_the_users_own(params: Path) -> None:
    own = {"seed": 7, "evaluate.grabcut": False, "register.name": "mine", "sweep.trials": 12}
    override(params, own)
    alone = applied(params, "fast")
    swept = {"model.dropout": 0.3, "loss.name": "tversky", "loss.tversky_alpha": 0.7, "train.weight_decay": 0.01}
    override(params, swept, origin="sweep study, trial 3")
    assert applied(params, "fast") == alone
    after = read_params(params)
    assert (after.seed, after.evaluate.grabcut, after.register_.name, after.sweep.trials) == (7, False, "mine", 12)


def test_default_names_what_recipes_and_sweeps_change() -> None:
    default = read_recipe(RECIPES, DEFAULT).keys()
    assert set(read_params(ROOT / "params.yaml").sweep.space) <= default
    for name in NAMES:
        assert read_recipe(RECIPES, name).keys() == default


def test_the_command_prints_what_has_changed(params: Path) -> None:
    done = CliRunner().invoke(main, ["recipe", "fast"])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert "+# From recipe fast" in lines
    assert "-  learning_rate: 0.002" in lines and "+  learning_rate: 0.001" in lines
    assert read_params(params).model.input_size == 256
    again = CliRunner().invoke(main, ["recipe", "fast"])
    assert (again.exit_code, again.output) == (0, "params.yaml has these values already\n")


def test_an_unknown_recipe_is_told_in_one_line_that_lists_them(params: Path) -> None:
    done = CliRunner().invoke(main, ["recipe", "../recipes/fast"])
    assert done.exit_code == 1
    assert done.output == f"Error: ../recipes/fast: no such recipe; there are {', '.join(NAMES)}\n"
    assert params.read_text(encoding="utf-8") == SHIPPED


def test_a_recipe_that_leaves_no_space_to_sweep_is_not_written(params: Path) -> None:
    override(params, {"sweep.space": {"train.learning_rate": {"low": 0.001, "high": 0.003, "step": 0.001}}})
    before = params.read_text(encoding="utf-8")
    done = CliRunner().invoke(main, ["recipe", "efficientnet-lite0"])
    assert done.exit_code == 1
    assert "sweep.space: train.learning_rate: the present value 0.0006 is not in the range" in done.output
    assert params.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("train.epochs: 3\n", r"own\.yaml: base: missing; name the recipe"),
        ("base: faster\n", r"own\.yaml: base: faster: no such recipe; there are default, own$"),
        ("base: own\n", r"own\.yaml: base: is based on itself, by way of own$"),
        ("base: default\ntrain.epoch: 3\n", r"own\.yaml: train\.epoch: not in default\.yaml"),
        ("base: default\ntrain:\n  epochs: 3\n", r"own\.yaml: train: not in default\.yaml"),
    ],
)
def test_a_recipe_that_is_none_is_told_by_its_file(tmp_path: Path, content: str, reason: str) -> None:
    shutil.copy(RECIPES / "default.yaml", tmp_path)
    (tmp_path / "own.yaml").write_text(content)
    with pytest.raises(RecipeError, match=reason):
        read_recipe(tmp_path, "own")
