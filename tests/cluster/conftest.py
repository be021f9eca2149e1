"""Two hosts, for all tests of a team."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.team_hosts import TeamHosts, two_hosts


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamHosts]:
    with two_hosts(tmp_path_factory.mktemp("hosts")) as hosts:
        yield hosts
