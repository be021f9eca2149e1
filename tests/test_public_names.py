"""What `import figureground` offers, and that its version is the same wherever it is told."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

import figureground
from figureground.runtime.processor import described
from helpers.command import call
from helpers.places import ROOT


@pytest.mark.parametrize("name", figureground.__all__)
def test_every_public_name_is_there_and_listed(name: str) -> None:
    assert getattr(figureground, name) and name in dir(figureground)


def test_a_name_that_is_not_public_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'figureground' has no attribute 'Segmentor'"):
        figureground.Segmentor  # noqa: B018


def test_errors_of_the_python_api_can_be_caught_by_their_public_names(tmp_path: Path) -> None:
    with pytest.raises(figureground.SegmenterError) as error:
        figureground.Segmenter(tmp_path / "missing.tflite")
    assert isinstance(error.value, figureground.FiguregroundError)
    with pytest.raises(figureground.BackgroundError):
        figureground.Segmenter("fast").cut(np.zeros((8, 8, 3), np.uint8), background="no such colour")


def test_help_and_version_wait_for_no_large_library() -> None:
    code = "import sys, figureground; figureground.__version__; print({'numpy', 'cv2', 'PIL'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_command_and_the_package_tell_one_version() -> None:
    version, processor = call("--version").stdout.splitlines()
    assert version.split()[-1] == figureground.__version__
    assert processor == described()


def test_the_citation_and_the_changelog_name_the_projects_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert YAML(typ="safe").load(ROOT / "CITATION.cff")["version"] == version
    newest = next(line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## "))
    assert version in newest
