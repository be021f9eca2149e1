"""What the command says of itself: options that are nearly right, summaries, version, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from figureground.cli import main
from figureground.cli.suggestions import suggestions
from helpers.command import call
from helpers.places import ROOT

GROUPS = [[], *([name] for name, command in main.commands.items() if isinstance(command, click.Group))]


@pytest.mark.parametrize(
    "arguments, meant",
    [
        (["cut", "--bg", "white", "a.jpg"], "--background"),
        (["cut", "a.jpg", "--out", "b.png"], "--output"),
        (["video", "in.mp4", "--modle", "open"], "--model"),
        (["camera", "-s", "640x480"], "--size"),
        (["id-photo", "a.jpg", "--std", "us"], "--standard"),
        (["data", "import", "--no-trak"], "--no-track"),
        (["--vers"], "--version"),
    ],
)
def test_an_option_that_does_not_exist_is_answered_by_the_one_that_was_meant(arguments: list[str], meant: str) -> None:
    done = call(*arguments)
    assert done.returncode == 2 and done.stderr.splitlines()[-1].endswith(f"Did you mean {meant}?")


def test_several_options_may_have_been_meant_and_some_by_nothing() -> None:
    known = ["-f", "--fit", "--format", "--overwrite"]
    assert suggestions("-f", known) == ["--fit", "--format"]
    assert suggestions("--overwirte", known) == ["--overwrite"]
    assert suggestions("--quality", known) == []
    assert call("cut", "a.jpg", "--quality", 3).stderr.endswith("Error: No such option '--quality'.\n")


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_the_summary_of_each_command_fits_in_a_line(group: list[str]) -> None:
    listed = call(*group, "--help", env=os.environ | {"COLUMNS": "80"}).stdout.partition("Commands:\n")[2].splitlines()
    assert listed and all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_the_version_is_that_of_the_package() -> None:
    assert call("--version").stdout.splitlines()[0].split()[-1] == version("figureground")


def completed(folder: Path, *words: str) -> list[str]:
    """What the shell is offered for the last of the words, by click's protocol for bash."""
    done = subprocess.run(
        [script(folder)], capture_output=True, text=True, check=True,
        env=os.environ | {
            "_FIGUREGROUND_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(("figureground", *words)),
            "COMP_CWORD": str(len(words)), "PYTHONPATH": str(ROOT / "src"),
        },
    )  # fmt: skip
    return done.stdout.split()


def script(folder: Path) -> Path:
    """The command as it is installed."""
    (path := folder / "figureground").write_text(
        f"#!{sys.executable}\nfrom figureground.__main__ import main\nmain()\n"
    )
    path.chmod(0o755)
    return path


def test_shells_complete_commands_options_and_files(tmp_path: Path) -> None:
    assert completed(tmp_path, "vi") == ["plain,video"]
    assert completed(tmp_path, "cut", "--ba") == ["plain,--background"]
    assert completed(tmp_path, "id-photo", "--standard", "ic") == ["plain,icao"]
    for words in (["cut", "hol"], ["cut", "-m", "mi"], ["cut", "-b", "be"], ["video", "in"]):
        assert [line.partition(",")[0] for line in completed(tmp_path, *words)] == ["file"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how(tmp_path: Path, shell: str) -> None:
    environment = os.environ | {"_FIGUREGROUND_COMPLETE": f"{shell}_source", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([script(tmp_path)], env=environment, capture_output=True, text=True, check=True)
    assert "figureground" in done.stdout and f"{shell}_complete" in done.stdout
