"""`figureground cluster`: what is asked for is understood before anything is loaded."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from figureground.cli import main


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--process-id", "2", "--processes", "2"],
            "--process-id: 2 is not below --processes, 2",
        ),
        (["--coordinator", "node-0"], "--coordinator: 'node-0' is not HOST:PORT, as node-0:9000"),
        (["--coordinator", "node-0:90000"], "--coordinator: 'node-0:90000' is not HOST:PORT"),
        (["--processes", "0"], "Invalid value for '--processes'"),
    ],
)
def test_a_place_that_cannot_be_is_refused(options: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["cluster", "train", *options])
    assert done.exit_code == 2 and said in done.output
