"""Ctrl-C and SIGTERM: what they raise, when a process sees them, and that they end those that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from figureground.interrupts import (
    Terminated,
    end_in_order,
    exit_status,
    interrupts_afterwards,
    keeping_sigterm,
    sigterm_interrupts,
    without_interrupts,
)
from figureground.processes import SPAWN
from helpers.places import ROOT
from helpers.worker_tasks import end_when_told, never_end

LONGEST = 120.0  # seconds that a process of these tests may take


def program(code: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)


def test_sigterm_is_raised_in_the_block_and_is_what_it_was_after_it() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt) as caught, sigterm_interrupts():
        os.kill(os.getpid(), signal.SIGTERM)
    assert isinstance(caught.value, Terminated)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_exit_status_tells_which_signal_it_was() -> None:
    assert (exit_status(KeyboardInterrupt()), exit_status(Terminated())) == (130, 143)


def test_a_library_that_takes_sigterm_has_to_give_it_back() -> None:
    with sigterm_interrupts():
        ours = signal.getsignal(signal.SIGTERM)
        with keeping_sigterm():
            signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(number))
        assert signal.getsignal(signal.SIGTERM) is ours


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_comes_while_a_process_starts_is_seen_when_it_is_ready(number: signal.Signals) -> None:
    with without_interrupts():
        process = program(
            "import os, signal\n"
            "from figureground.interrupts import exit_status, receive_interrupts\n"
            f"os.kill(os.getpid(), {int(number)})\n"
            "print('imported', flush=True)\n"
            "try:\n    receive_interrupts()\n"
            "except KeyboardInterrupt as interrupt:\n    print(exit_status(interrupt))\n"
        )
    assert process.communicate(timeout=LONGEST)[0].split() == ["imported", str(128 + number)]


def test_of_several_interrupts_a_process_sees_the_first() -> None:
    process = program(
        "import os, signal\n"
        "from figureground.interrupts import receive_interrupts\n"
        "receive_interrupts()\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept KeyboardInterrupt:\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n    os.kill(os.getpid(), signal.SIGINT)\n    print('in order')\n"
    )
    assert process.communicate(timeout=LONGEST)[0] == "in order\n"
    assert process.returncode == 0


def test_the_first_process_that_a_program_starts_does_not_see_interrupts_either(tmp_path: Path) -> None:
    """Python starts one of its own before it, which used to let them through."""
    process = program(
        "from pathlib import Path\n"
        "from figureground.interrupts import without_interrupts\n"
        "from figureground.processes import SPAWN\n"
        "from helpers.worker_tasks import deaf_while_it_starts\n"
        f"child = SPAWN.Process(target=deaf_while_it_starts, args=(Path({str(tmp_path / 'said')!r}),))\n"
        "with without_interrupts():\n    child.start()\n"
        "child.join()\n"
    )
    process.communicate(timeout=LONGEST)
    assert (tmp_path / "said").read_text() == "[2, 15]"


def test_processes_end_in_order_whether_or_not_they_were_started(tmp_path: Path) -> None:
    waiting = [SPAWN.Process(target=end_when_told, args=(tmp_path / str(number),)) for number in range(2)]
    with without_interrupts():
        for process in waiting:
            process.start()
    end_in_order([*waiting, SPAWN.Process(target=end_when_told)], LONGEST)
    assert [process.exitcode for process in waiting] == [143, 143]
    assert [(tmp_path / str(number)).read_text() for number in range(2)] == ["in order", "in order"]


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = SPAWN.Process(target=never_end, args=(tmp_path / "deaf",))
    stubborn.start()
    while not (tmp_path / "deaf").exists():
        assert stubborn.is_alive()
    end_in_order([stubborn], 0.1)
    assert stubborn.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_another_interrupt_kills_at_once(number: signal.Signals, tmp_path: Path) -> None:
    process = program(
        "import os, signal, time\n"
        "from pathlib import Path\n"
        "from figureground.interrupts import end_in_order, exit_status, sigterm_interrupts\n"
        "from figureground.processes import SPAWN\n"
        "from helpers.worker_tasks import never_end\n"
        f"place = Path({str(tmp_path / 'deaf')!r})\n"
        "child = SPAWN.Process(target=never_end, args=(place,))\n"
        "child.start()\n"
        "while not place.exists():\n    time.sleep(0.01)\n"
        "try:\n"
        "    with sigterm_interrupts():\n"
        "        end_in_order([child], 600.0)\n"
        "except KeyboardInterrupt as interrupt:\n"
        "    print(exit_status(interrupt), child.exitcode)\n"
    )
    while not (tmp_path / "told").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    assert process.communicate(timeout=LONGEST)[0] == f"{128 + number} -9\n"


def test_ctrl_c_waits_for_the_end_of_what_must_not_be_left_half_done() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts_afterwards():
        signal.raise_signal(signal.SIGINT)
        done.append("all")
    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_sigterm_waits_for_it_where_it_is_not_to_end_the_process_where_it_stands() -> None:
    done = []
    with pytest.raises(Terminated), sigterm_interrupts(), interrupts_afterwards():
        signal.raise_signal(signal.SIGTERM)
        done.append("all")
    assert done == ["all"]


def test_ctrl_c_pressed_again_does_not_wait() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts_afterwards():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it has waited")


def test_it_waits_all_the_same_where_it_comes_once_more_from_the_parent() -> None:
    process = program(
        "import os, signal\n"
        "from figureground.interrupts import exit_status, interrupts_afterwards, receive_interrupts\n"
        "receive_interrupts()\n"
        "try:\n    with interrupts_afterwards():\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('whole')\n"
        "except KeyboardInterrupt as interrupt:\n    print(exit_status(interrupt))\n"
    )
    assert process.communicate(timeout=LONGEST)[0].split() == ["whole", "130"]
