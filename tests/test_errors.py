"""What errors say, and what they keep to themselves."""

from __future__ import annotations

import pytest

from figureground.errors import FiguregroundError, first_line, system_reason, without_passwords


@pytest.mark.parametrize(
    ("told", "secrets"),
    [
        ("postgresql+psycopg://me:{0}@host:5432/studies", ["secret", "p@ss:w/rd?", ""]),
        ("postgresql://host/studies?user=me&password={0}&sslmode=require", ["secret"]),
        ("mysql://host/studies?ssl=1&passwd={0}", ["secret"]),
        ("request to https://me:{0}@host/api failed: see http://host:80/help", ["secret"]),
    ],
)
def test_a_password_is_hidden_and_nothing_else(told: str, secrets: list[str]) -> None:
    for secret in secrets:
        assert without_passwords(told.format(secret)) == told.format("***")


@pytest.mark.parametrize(
    "address",
    ["sqlite:////home/me@work:1/mlflow.db", "http://127.0.0.1:5000", "https://me@host/runs", "/data/journal.log"],
)
def test_an_address_without_one_stays(address: str) -> None:
    assert without_passwords(address) == address


def test_findings_have_a_line_each() -> None:
    assert str(FiguregroundError("one")) == "one"
    assert str(FiguregroundError("one", "two")) == "one\ntwo"


def test_of_an_error_its_first_line_is_told_without_passwords_and_cut_short() -> None:
    assert first_line(OSError("\n  https://me:secret@host: gone\n[SQL: select]")) == "https://me:***@host: gone"
    assert first_line(ValueError(" \n")) == "ValueError"
    assert first_line(ValueError("x" * 999)) == "x" * 199 + "…"


def test_an_error_of_our_own_is_told_to_its_end_where_the_remedy_stands() -> None:
    told = f"sqlite:////{'deep/' * 60}mlflow.db: cannot be opened (disk full); check MLFLOW_TRACKING_URI"
    assert first_line(FiguregroundError(told)) == told


def test_the_systems_reason_is_in_lower_case() -> None:
    assert system_reason(FileNotFoundError(2, "No such file or directory", "/etc/x")) == "no such file or directory"
    assert system_reason(OSError("Broken")) == "broken"
