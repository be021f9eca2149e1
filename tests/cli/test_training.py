"""The servers of MLflow and Optuna are started on a port that is one and is free, or it is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.web.listening import listen
from helpers.command import call

SERVERS = [("ui",), ("sweep", "dashboard")]


@pytest.mark.parametrize("command", SERVERS)
@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_a_port_that_is_none_is_wrong_usage(command: tuple[str, ...], port: str) -> None:
    done = CliRunner().invoke(main, [*command, "--port", port])
    assert done.exit_code == 2 and "is not in the range 1<=x<=65535" in done.output


@pytest.mark.parametrize("command", SERVERS)
def test_a_port_in_use_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    journal = tmp_path / ".figureground/sweep/journal.log"
    journal.parent.mkdir(parents=True)
    journal.touch()
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = call(*command, "--port", port, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"Error: 127.0.0.1, port {port}: address already in use; give another --port or --host\n"
