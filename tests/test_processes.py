"""Worker processes: order, what a kill says, none left behind; cores by affinity and container; names of processes."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import psutil
import pytest

from figureground.errors import FiguregroundError
from figureground.processes import (
    WorkerKilled,
    as_completed,
    container_share,
    describe,
    environment,
    in_order,
    is_gone,
    map_ahead,
    stderr_into,
    usable_cores,
    without_chatter,
    worthwhile,
)
from helpers.places import ROOT
from helpers.worker_tasks import end_at_three, first_waits_for_last, is_deaf, refuse_three, square, threads

ADVICE = "try again with one process"


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_tasks(processes: int) -> None:
    assert list(in_order(square, range(12), processes, advice=ADVICE)) == [number**2 for number in range(12)]


def test_results_come_as_they_are_done(tmp_path: Path) -> None:
    done = list(
        as_completed(first_waits_for_last, [(tmp_path / "sign", number) for number in range(8)], 2, advice=ADVICE)
    )
    assert sorted(done) == list(range(8))
    assert done[0] != 0


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_order(square, tasks(), 2, advice=ADVICE)
    assert next(results) == 0
    assert len(taken) < 20
    results.close()


def test_results_come_in_order_and_no_more_is_begun_than_asked_for() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            begun.append(number)
            yield number

    def squared(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * number

    with ThreadPoolExecutor(3) as pool:
        results = map_ahead(pool, squared, items(), 6)
        assert next(results) == 0
        assert len(begun) == 6
        assert [0, *results] == [number * number for number in range(50)]


def test_a_killed_process_is_one_line_that_says_what_to_do() -> None:
    with pytest.raises(WorkerKilled) as caught:
        list(in_order(end_at_three, range(9), 2, advice=ADVICE))
    assert str(caught.value) == f"a worker process was killed, most often for want of memory; {ADVICE}"


def test_what_was_finished_before_a_kill_is_not_lost() -> None:
    done = []
    with pytest.raises(WorkerKilled, match=ADVICE):
        for result in as_completed(end_at_three, range(9), 1, advice=ADVICE):
            done.append(result)
    assert sorted(done) == [0, 1, 2]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_work_is_raised_as_it_is(processes: int) -> None:
    with pytest.raises(FiguregroundError, match="three: not wanted"):
        list(in_order(refuse_three, range(9), processes, advice=ADVICE))


def test_opencv_has_one_thread_wherever_the_work_is_done() -> None:
    before = cv2.getNumThreads()
    for processes in (1, 2):
        assert set(in_order(threads, range(4), processes, advice=ADVICE)) == {1}
    assert cv2.getNumThreads() == before


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_parent_that_is_killed(how: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import time\n"
        "from figureground.processes import in_order\n"
        "if __name__ == '__main__':\n"
        "    print('begun', flush=True)\n"
        "    list(in_order(time.sleep, [600, 600], 2, advice=''))\n"
    )
    parent, workers = with_workers(script)
    parent.send_signal(how)
    parent.wait()
    assert psutil.wait_procs(workers, timeout=60)[1] == []


@pytest.mark.slow
def test_what_workers_have_begun_becomes_whole_where_sigterm_interrupts_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from figureground.interrupts import exit_status, sigterm_interrupts\n"
        "from figureground.processes import in_order\n"
        "from helpers.worker_tasks import write_after\n"
        "if __name__ == '__main__':\n"
        "    print('begun', flush=True)\n"
        "    try:\n"
        "        with sigterm_interrupts():\n"
        "            list(in_order(write_after, [Path(sys.argv[1], str(n)) for n in range(50)], 2, advice=''))\n"
        "    except KeyboardInterrupt as interrupt:\n"
        "        sys.exit(exit_status(interrupt))\n"
    )
    parent, workers = with_workers(script, tmp_path)
    while len(begun := list(tmp_path.glob("*.begun"))) < 2:
        assert parent.poll() is None
        time.sleep(0.02)
    parent.terminate()
    (tmp_path / "go").touch()
    assert parent.wait() == 143
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert all(path.with_suffix(".done").exists() for path in begun)
    assert not (tmp_path / "49.begun").exists()


def with_workers(script: Path, *arguments: object) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A running script that says when it begins, and its two worker processes."""
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    parent.stdout.readline()
    whole = psutil.Process(parent.pid)
    while len(workers := [child for child in whole.children() if "spawn_main" in " ".join(child.cmdline())]) < 2:
        assert parent.poll() is None
        time.sleep(0.1)
    return parent, workers


def test_a_process_needs_enough_tasks() -> None:
    assert [worthwhile(tasks, 4, least=4) for tasks in (0, 1, 7, 8, 100)] == [1, 1, 1, 2, 4]
    assert worthwhile(10**6) == usable_cores()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot bind a process to cores")
def test_a_process_bound_to_one_core_uses_one() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{content}\n")


def test_the_smallest_share_of_a_control_group_and_those_above_it_counts(tmp_path: Path) -> None:
    (tmp_path / "groups").write_text("0::/user/job\n")
    assert container_share(tmp_path / "groups", tmp_path) == math.inf
    write(tmp_path / "user/job", cpu_max="max 100000")
    assert container_share(tmp_path / "groups", tmp_path) == math.inf
    write(tmp_path / "user", cpu_max="150000 100000")
    assert container_share(tmp_path / "groups", tmp_path) == 1.5


def test_a_containers_own_group_is_mounted_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "groups").write_text("4:cpu,cpuacct:/docker/0a1b\n2:memory:/docker/0a1b\n")
    write(tmp_path / "cpu", cpu_cfs_quota_us="-1", cpu_cfs_period_us="100000")
    assert container_share(tmp_path / "groups", tmp_path) == math.inf
    write(tmp_path / "cpu", cpu_cfs_quota_us="300000", cpu_cfs_period_us="100000")
    assert container_share(tmp_path / "groups", tmp_path) == 3.0
    assert container_share(tmp_path / "missing", tmp_path) == math.inf


def test_environment_variables_are_set_for_the_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", "before")
    monkeypatch.delenv("NEW", raising=False)
    with environment({"OLD": "1", "NEW": "2"}):
        assert (os.environ["OLD"], os.environ["NEW"]) == ("1", "2")
    assert os.environ["OLD"] == "before"
    assert "NEW" not in os.environ


def test_this_process_is_not_gone_but_one_that_ended_is() -> None:
    assert not is_gone(describe(psutil.Process()))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    description = describe(psutil.Process(child.pid))
    assert not is_gone(description)
    child.kill()
    child.wait()
    assert is_gone(description)


def test_a_number_that_came_round_again_is_another_process() -> None:
    host, pid, start = describe(psutil.Process()).split("|")
    assert is_gone(f"{host}|{pid}|{float(start) - 100:.2f}")


def test_of_other_hosts_and_other_words_nothing_is_known() -> None:
    assert not is_gone("other-host|1|0.0")
    assert not is_gone("")


def test_what_is_written_past_pythons_streams_is_muted_in_the_block_only(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), without_chatter():
        os.write(2, b"INFO: kernels created\n")
        raise KeyError
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


def test_it_can_be_kept_in_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "said").open("wb") as stream, stderr_into(stream):
        os.write(2, b"the converter failed")
    assert (tmp_path / "said").read_bytes() == b"the converter failed"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("run", [in_order, as_completed])
def test_worker_processes_do_not_see_ctrl_c_from_their_first_moment_on(run: object) -> None:
    assert list(run(is_deaf, [1, 2], 2, advice=ADVICE)) == [True, True]  # type: ignore[operator]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
