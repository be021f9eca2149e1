"""The folders of synth import one way, as its docstring says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import figureground.synth

PACKAGE = Path(figureground.synth.__file__).parent
MAY_IMPORT = {
    "geometry": set(),
    "materials": {"geometry"},
    "figures": {"geometry", "materials"},
    "things": {"geometry", "materials", "figures"},
    "rendering": {"geometry", "materials"},
    "scenes": {"geometry", "materials", "figures", "things", "rendering"},
}


def imported(file: Path) -> set[str]:
    """The folders and files of synth that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                path = f"{node.module}.{alias.name}".split(".")
                if path[:2] == ["figureground", "synth"]:
                    found.add(path[2])
    return found


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folders_import_one_way(folder: str) -> None:
    files = sorted((PACKAGE / folder).glob("*.py"))
    assert len(files) > 2
    for file in files:
        assert imported(file) <= MAY_IMPORT[folder] | {folder}, file.name


def test_every_folder_is_named_in_the_docstring() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == MAY_IMPORT.keys()
    assert all(f"`{folder}`" in str(figureground.synth.__doc__) for folder in folders)
