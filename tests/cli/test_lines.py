"""Names on disk may hold anything; what a command says of them is one line that any terminal can print."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from figureground.cli.errors import one_line_errors
from figureground.cli.lines import shown
from figureground.errors import FiguregroundError
from figureground.pictures import encode_png
from helpers.command import call
from helpers.drawing import person


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("plain ü 日 🧍\u200d♀️.png", "plain ü 日 🧍\u200d♀️.png"),
        ("two\nlines\r\u2028\x85.png", r"two\nlines\r\u2028\x85.png"),
        ("\x1b[31mred", r"\x1b[31mred"),
        (os.fsdecode(b"caf\xe9.png"), "caf\N{REPLACEMENT CHARACTER}.png"),
        (Path("folder\t/name"), r"folder\t/name"),
    ],
)
def test_a_name_is_one_line_that_can_be_printed(name: str | Path, line: str) -> None:
    assert shown(name) == line
    assert len(shown(name).encode().splitlines()) == 1


def test_each_finding_of_an_error_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    def said(error: Exception) -> str:
        with pytest.raises(click.ClickException) as ended, one_line_errors():
            raise error
        ended.value.show()
        return capsys.readouterr().err

    assert said(FiguregroundError("a\nb: not found")) == "Error: a\\nb: not found\n"
    assert said(FiguregroundError("a: wrong", "b: wrong")) == "Error: a: wrong\nb: wrong\n"
    assert said(FileNotFoundError(2, "No such file", "a\nb")).count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "\N{REPLACEMENT CHARACTER}-日"), ("latin-1", r"\ufffd-\u65e5")]
)
def test_no_name_ends_a_command_whose_work_is_done(tmp_path: Path, encoding: str, told: str) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.png").write_bytes(encode_png(person(1)[0]))
    (tmp_path / os.fsdecode(b"photos/\xff.png")).write_bytes(b"")
    destination = tmp_path / os.fsdecode(b"data\n\xff-" + "日".encode())
    done = call(
        "data", "import", "--photos", tmp_path / "photos", "--nobody", "--no-track", "--to", destination,
        env={**os.environ, "PYTHONIOENCODING": encoding}, encoding=encoding,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (destination / "refused.csv").is_file()
    assert done.stdout.splitlines() == [
        "own: 1 pairs",
        f"1 files refused, listed in {tmp_path}/data\\n{told}/refused.csv",
    ]
    assert "refused: own: photos/" in done.stderr
