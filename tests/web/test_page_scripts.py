"""The page's scripts by themselves, in Node.js, against numbers that the package's Python gives."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from figureground.web.assets import STATIC
from helpers.page_numbers import write_numbers

TESTS = sorted(Path(__file__).with_name("page").glob("*.test.mjs"))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("numbers") / "numbers.json"
    write_numbers(file)
    return file


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js: apt-get install nodejs")
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_the_pages_script_does_what_its_tests_say(file: Path, numbers: Path) -> None:
    environment = os.environ | {"FIGUREGROUND_NUMBERS": str(numbers)}
    done = subprocess.run(["node", "--test", file], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_every_script_are_checked() -> None:
    foreign = {"litert", "client-zip"}
    own = [file for file in STATIC.rglob("*.js") if foreign.isdisjoint(file.parts)]
    assert [file.name for file in own if not file.read_text(encoding="utf-8").startswith("// @ts-check\n")] == []
