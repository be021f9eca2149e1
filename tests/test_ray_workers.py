"""Work over the hosts of a Ray cluster, and hosts that do not suit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from figureground import ray_workers
from figureground.errors import FiguregroundError
from figureground.ray_workers import Driver, RayClusterError, cluster, cores, over_hosts, versions
from helpers.ray_hosts import Hosts, hosts
from helpers.worker_tasks import end_at_three, refuse_three, square, where

pytest.importorskip("ray", reason="the extra cluster is not installed")


def test_a_host_of_other_versions_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    other = tuple((name, "9.9" if name == "numpy" else version) for name, version in versions())
    with pytest.raises(RayClusterError, match=r": numpy \S+, but 9\.9 where the command runs; install the same on all"):
        Driver(other, Path(), ()).refuse_this_host()


def test_a_host_that_lacks_a_folder_says_which(tmp_path: Path) -> None:
    with pytest.raises(RayClusterError, match="/nowhere is not there; use a folder that all hosts share, or an object"):
        Driver(versions(), Path(), (tmp_path, tmp_path / "nowhere")).refuse_this_host()


@pytest.fixture(scope="module")
def two() -> Iterator[Hosts]:
    with hosts({}) as made, cluster(made.address):
        yield made


@pytest.mark.slow
def test_results_come_with_the_numbers_of_their_tasks_and_in_order_where_asked(two: Hosts) -> None:
    assert cores() == 2
    assert list(over_hosts(square, range(20), 2, in_order=True)) == [(number, number**2) for number in range(20)]
    assert dict(over_hosts(square, range(9), 2)) == {number: number**2 for number in range(9)}


@pytest.mark.slow
def test_work_is_done_in_the_folder_of_the_command(two: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(over_hosts(where, [None], 1)) == [(0, str(tmp_path))]


@pytest.mark.slow
def test_an_error_is_raised_as_it_is(two: Hosts) -> None:
    with pytest.raises(FiguregroundError, match="three: not wanted; leave it out"):
        list(over_hosts(refuse_three, range(5), 2))


@pytest.mark.slow
def test_a_task_that_ends_its_process_each_time_is_left_out(two: Hosts) -> None:
    assert dict(over_hosts(end_at_three, range(5), 2)) == {number: number for number in (0, 1, 2, 4)}


@pytest.mark.slow
def test_hosts_of_other_versions_are_refused_before_any_work(
    two: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_workers, "versions", lambda: (*versions()[:-1], ("the code of figureground", "another")))
    with pytest.raises(RayClusterError, match=r": the code of figureground \w+, but another where the command runs"):
        list(over_hosts(os.mkdir, [tmp_path / "made"], 1))
    assert not (tmp_path / "made").exists()
