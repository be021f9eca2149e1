"""The command `figureground web`: starts, says where, and ends."""

from __future__ import annotations

import resource
import signal
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from figureground.pictures import encode_jpeg
from figureground.web.listening import ListeningError, address, listen
from helpers.command import COMMAND, begin, call
from helpers.drawing import person
from helpers.site import Site


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_as_it_is_told(number: signal.Signals, bright: Path) -> None:
    running = begin("web", "--port", 0, "--name", "cut.example.org", "--model", bright)
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line.startswith("figureground: http://127.0.0.1:")
    for host in ("127.0.0.1", "cut.example.org"):
        asked = urllib.request.Request(line.split()[1] + "health", headers={"Host": host})
        with urllib.request.urlopen(asked) as answer:
            assert answer.read() == b'{"status":"ok"}'
    running.send_signal(number)
    _, errors = running.communicate()
    assert (running.returncode, errors) == (0, "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc to see another process's memory")
def test_memory_stays_level_over_200_requests(bright: Path) -> None:
    def resident() -> float:
        return int(Path(f"/proc/{running.pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

    photos = [encode_jpeg(person(seed, 300 + 10 * seed, 400)[0]) for seed in range(8)]
    running = subprocess.Popen(
        [*COMMAND, "web", "--port", "0", "--model", str(bright)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert running.stdout is not None
        site = Site(int(running.stdout.readline().split(":")[3].split("/")[0]), [])
        with ThreadPoolExecutor(3) as pool:
            for round_, count in enumerate((60, 200)):
                answers = list(pool.map(lambda number: site.post("/cut", {"photo": photos[number % 8]}), range(count)))
                assert {answer.status for answer in answers} == {200}
                if round_ == 0:
                    before = resident()
        assert resident() - before < 25  # MB; photos that were kept would be 70
    finally:
        running.terminate()
        running.wait()


def test_a_port_in_use_is_one_line(bright: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = call("web", "--port", port)
    assert done.returncode == 1
    assert done.stderr == f"Error: 127.0.0.1, port {port}: address already in use; give another --port or --host\n"


def test_an_address_is_no_name() -> None:
    done = call("web", "--name", "https://cut.example.org")
    assert done.returncode == 2 and "https://cut.example.org is no host name, such as cut.example.org" in done.stderr


def test_a_model_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = call("web", "--port", 0, "--model", tmp_path / "x.tflite")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("Error: ") and "x.tflite: cannot be read" in done.stderr


def test_addresses() -> None:
    with pytest.raises(ListeningError, match=r"no-such-host\.invalid, port 0: .*; give another"):
        listen("no-such-host.invalid", 0)
    with listen("127.0.0.1", 0) as listening:
        assert address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"
