"""Recipes: sets of parameters by name, each a few keys that differ from those of another one.

`default` is the base of all. It holds what params.yaml has, as the project ships it, at every key that a recipe or a
sweep changes. So a recipe takes back what another one or a sweep has written, and leaves other edits as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figureground.errors import FiguregroundError
from figureground.params import params_text, parse_yaml, read_params
from figureground.params_file import override
from figureground.sweep.space import Space

DEFAULT = "default"  # the recipe that all others are based on
_BASE = "base"
_SPACE = "sweep.space."  # its entries are the user's, who may have taken some out


class RecipeError(FiguregroundError):
    """A recipe that cannot be used; one line: which file, why, what to do."""


def apply_recipe(path: Path, name: str, *, folder: Path) -> str:
    """Write a recipe to params.yaml, where it leaves parameters and a search space that can be used.

    Args:
        path: params.yaml.
        name: Of the recipe, without `.yaml`.
        folder: Where the recipes lie.
    Returns:
        The change as a unified diff, empty where the file has these values already.
    Raises:
        RecipeError: There is no such recipe, or it is not one.
        ParamsError: It does not fit params.yaml.
        SpaceError: A sweep could not begin with it.
    """
    values = read_recipe(folder, name)
    own = {f"{_SPACE}{entry}" for entry in read_params(path).sweep.space}
    fitting = {key: value for key, value in values.items() if key in own or not key.startswith(_SPACE)}
    return override(path, fitting, origin="" if name == DEFAULT else f"recipe {name}", check=Space)


def read_recipe(folder: Path, name: str) -> dict[str, Any]:
    """The values of a recipe and of those it is based on, by dotted name.

    Raises:
        RecipeError: There is no such recipe, or it or one that it is based on is not one.
        ParamsError: Its file is not YAML.
    """
    return _read(folder, name, ())


def recipe_names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def _read(folder: Path, name: str, above: tuple[str, ...]) -> dict[str, Any]:
    file = folder / f"{name}.yaml"
    if name not in recipe_names(folder):
        asked = f"{folder / f'{above[-1]}.yaml'}: base: " if above else ""
        raise RecipeError(f"{asked}{name}: no such recipe; there are {', '.join(recipe_names(folder)) or 'none here'}")
    if name in above:
        raise RecipeError(f"{file}: base: is based on itself, by way of {', '.join(above)}")
    values = parse_yaml(params_text(file), str(file))
    base = values.pop(_BASE, None)
    if name == DEFAULT:
        return values
    if not isinstance(base, str):
        raise RecipeError(f"{file}: base: missing; name the recipe that this one changes, such as {DEFAULT}")
    inherited = _read(folder, base, (*above, name))
    if strange := values.keys() - inherited.keys():
        raise RecipeError(f"{file}: {', '.join(sorted(strange))}: not in {DEFAULT}.yaml; add the shipped value there")
    return {**inherited, **values}
