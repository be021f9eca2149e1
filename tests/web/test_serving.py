"""The command `figureground web`: starts, says where, and ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from figureground.web.serving import ServingError, address, listen

COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()", "web"]


def test_it_says_where_it_is_and_ends_with_ctrl_c(bright: Path) -> None:
    running = subprocess.Popen(
        [*COMMAND, "--port", "0", "--model", str(bright)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line.startswith("figureground: http://127.0.0.1:")
    with urllib.request.urlopen(line.split()[1] + "health") as answer:
        assert answer.read() == b'{"status":"ok"}'
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")


def test_a_port_in_use_is_one_line(bright: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([*COMMAND, "--port", str(port)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"Error: 127.0.0.1, port {port}: address already in use; give another --port or --host\n"


def test_a_model_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--port", "0", "--model", str(tmp_path / "x.tflite")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("Error: ") and "x.tflite: cannot be read" in done.stderr


def test_addresses() -> None:
    with pytest.raises(ServingError, match=r"no-such-host\.invalid, port 0: .*; give another"):
        listen("no-such-host.invalid", 0)
    with listen("127.0.0.1", 0) as listening:
        assert address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"
