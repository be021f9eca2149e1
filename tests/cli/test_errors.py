"""What the command says where an optional part of the install is missing."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "package, extra, arguments",
    [
        ("starlette", "web", ["web"]),
        ("av", "video", ["video", "talk.mp4", "out.mp4"]),
        ("optuna", "sweep", ["sweep", "dashboard"]),
        ("pydantic", "train", ["data", "import", "--photos", "photos"]),
    ],
)
def test_a_missing_package_is_one_line_that_works_in_the_clone(package: str, extra: str, arguments: list[str]) -> None:
    code = f"import sys; sys.modules['{package}'] = None; from figureground.cli import main; main({arguments})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    hint = re.escape(f"run pip install '.[{extra}]' in the folder of the clone")
    assert done.returncode == 1 and re.fullmatch(
        rf"Error: this needs the package {package}[.\w]*; {hint}\n", done.stderr
    )
