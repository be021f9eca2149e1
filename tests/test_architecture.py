"""Imports run one way, heavy packages stay where they belong, and dvc.yaml names the code that its stages import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from helpers.places import PACKAGE, ROOT

REGISTRY = PACKAGE / "tracking/registry"  # what the stage `register` does
FOUNDATION = {
    "encoder_facts", "errors", "files", "interrupts", "named_files", "params", "paths", "processes", "ray_workers",
    "stores",
}  # fmt: skip
# Their changes do not change what a stage writes, so no stage depends on them.
NO_DEPENDENCY = FOUNDATION | {"tracking", "stages.runner", "stages.__init__"}
# A file that imports others by name imports every file of a folder.
BY_NAME = {PACKAGE / "models/encoder.py": PACKAGE / "models/encoders"}
RUNTIME = {"errors", "files", "interrupts", "network_input", "pictures", "processes", "runtime"}
STORES = {"ray_workers", "stores"}
MAY_IMPORT = {
    "errors": set(),
    "files": {"errors"},
    "paths": {"errors"},
    "interrupts": set(),
    "processes": {"errors", "interrupts"},
    "stores": {"errors"},
    "ray_workers": {"errors", "files", "interrupts", "processes"},
    "encoder_facts": set(),
    "params": {"encoder_facts", "errors", "stores"},
    "named_files": {"encoder_facts", "errors", "files", "params", "paths"},
    "params_file": {"errors", "files", "params"},
    "colour_profiles": set(),
    "image_files": {"errors"},
    "drawn_masks": {"colour_profiles", "image_files", "pictures"},
    "pictures": {"colour_profiles", "errors", "image_files"},
    "network_input": set(),
    "sheets": {"pictures"},
    "scores": {"pictures"},
    "dataset": FOUNDATION | {"pictures"},
    "importing": FOUNDATION | {"drawn_masks", "pictures", "dataset"},
    "audit": FOUNDATION | {"drawn_masks", "pictures", "sheets", "dataset"},
    "review": FOUNDATION | {"network_input", "pictures", "sheets", "dataset", "models", "training", "runtime"},
    "split": FOUNDATION | {"dataset"},
    "augment": FOUNDATION | {"pictures", "dataset", "sheets"},
    "models": FOUNDATION | {"pictures"},
    "training": FOUNDATION | {"network_input", "pictures", "models", "augment"},
    "evaluation": FOUNDATION | {"pictures", "scores", "sheets", "dataset"},
    "runtime": RUNTIME,
    "photos": RUNTIME | STORES | {"image_files"},
    "video": RUNTIME,
    "documents": RUNTIME | {"photos"},
    "annotation": FOUNDATION | {"pictures", "dataset", "importing", "runtime"},
    "hands": RUNTIME | {"documents"},
    "web": RUNTIME | {"photos", "documents", "dataset", "annotation", "hands"},
    "predictor": {"network_input", "pictures"},
    "export": FOUNDATION | {"network_input", "pictures", "scores", "models", "runtime", "predictor"},
    "tracking": FOUNDATION | {"pictures", "scores", "dataset", "runtime"},
    "synth": FOUNDATION | {"pictures"},
}
ONLY_IN = {
    "mlflow": {"tracking"},
    "optuna": {"sweep"},
    "jax": {"cluster"},
    "plotly": {"sweep"},
    "click": {"cli"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "av": {"video"},
    "pyvirtualcam": {"video"},
    "ray": {"ray_workers"},
    "fsspec": {"stores"},
    "tensorflow": {"models.layers", "training", "export", "stages"},  # models run on any backend of Keras
    "keras": {"cluster", "models", "review", "training", "export", "predictor"},
    "albumentations": {"augment"},
    "mitsuba": {"synth"},
    "drjit": {"synth"},
    "pyoidn": {"synth"},
    "anny": {"synth"},
}


def imported(file: Path) -> set[str]:
    """Absolute dotted names that a file imports, wherever in it; names taken from a package count as its modules."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def module_file(name: str) -> Path | None:
    place = PACKAGE.parent / Path(*name.split("."))
    if place.with_suffix(".py").is_file():
        return place.with_suffix(".py")
    return place / "__init__.py" if (place / "__init__.py").is_file() else None


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts)


def folder(file: Path) -> str:
    return dotted(file).split(".")[0]


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_run_one_way(file: Path) -> None:
    here = folder(file)
    if here in {"__init__", "__main__", "cli", "cluster", "recipes", "stages", "sweep"}:
        return
    folders = {name.split(".")[1] for name in imported(file) if name.startswith("figureground.")}
    allowed = MAY_IMPORT[here] | {here}
    assert not (forbidden := folders - allowed), f"{here} must not import {forbidden}"


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_each_large_library_is_imported_in_its_folders_only(file: Path) -> None:
    for library in {name.split(".")[0] for name in imported(file)} & ONLY_IN.keys():
        assert {folder(file), dotted(file)} & ONLY_IN[library], f"{library} is imported in {dotted(file)}"


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for file in files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert not {name for name, count in names.items() if count > 1}


def reached(file: Path, seen: set[Path] | None = None) -> set[Path]:
    """The package's files that `file` imports, over any number of steps, and that decide what a stage writes."""
    seen = set() if seen is None else seen
    targets = [module_file(name) for name in imported(file) if name.startswith("figureground.")]
    for target in [*targets, *(BY_NAME[file].glob("*.py") if file in BY_NAME else ())]:
        if target and target not in seen and not decides_nothing(target):
            seen.add(target)
            reached(target, seen)
    return seen


def decides_nothing(file: Path) -> bool:
    within = any(dotted(file) == name or dotted(file).startswith(f"{name}.") for name in NO_DEPENDENCY)
    return within and REGISTRY not in file.parents


def stages() -> dict[str, dict[str, object]]:
    return dict(YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"])


@pytest.mark.parametrize("name", sorted(stages()))
def test_a_stage_depends_on_the_code_it_imports(name: str) -> None:
    script = PACKAGE / "stages" / f"{name}.py"
    named = [ROOT / str(dep) for dep in stages()[name]["deps"] if str(dep).startswith("src/")]  # type: ignore[attr-defined]
    roots = {script}
    if REGISTRY in named:  # MLflow runs one file of it by its path
        roots |= {*REGISTRY.glob("*.py")}
    needed = roots.union(*(reached(root) for root in roots))
    for file in needed:
        covered = any(file == place or place in file.parents for place in named)
        assert covered, f"dvc.yaml: {name} imports {file.relative_to(ROOT)} but does not depend on it"
    for place in named:
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if file.name != "__init__.py" or place.is_file():
                assert file in needed, f"dvc.yaml: {name} depends on {file.relative_to(ROOT)} but does not import it"


@pytest.mark.parametrize("name", sorted(stages()))
def test_a_stage_names_the_parameters_it_reads(name: str) -> None:
    tree = ast.parse((PACKAGE / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    read = {
        node.attr.rstrip("_")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "params"
    }
    named = {str(key).split(".")[0] for key in stages()[name].get("params", [])}  # type: ignore[attr-defined]
    assert read == named


def test_the_base_install_is_light() -> None:
    heavy = [
        "tensorflow",
        "keras",
        "mlflow",
        "dvc",
        "optuna",
        "scipy",
        "sklearn",
        "matplotlib",
        "pydantic",
        "pandas",
        "starlette",
        "av",
        "ray",
        "fsspec",
    ]
    code = (
        "import sys, figureground, figureground.cli, figureground.runtime.segmenter\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
